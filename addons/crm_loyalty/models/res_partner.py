from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import card_number


class ResPartner(models.Model):
    _inherit = "res.partner"

    loyalty_card_numbers = fields.Char(
        string="Loyalty Cards",
        help="The numbers of this customer's loyalty cards.",
        compute="_compute_loyalty_card_numbers",
        search="_search_loyalty_card_numbers",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends_context("allowed_company_ids", "uid")
    def _compute_loyalty_card_numbers(self):
        groups = self.env["loyalty.card"]._read_group(
            [("partner_id", "in", self.ids), ("number", "!=", False)],
            ["partner_id"],
            ["number:array_agg"],
        )
        numbers = {partner.id: ", ".join(sorted(numbers)) for partner, numbers in groups}
        for partner in self:
            partner.loyalty_card_numbers = numbers.get(partner._origin.id, False)

    @api.model
    def _search_loyalty_card_numbers(self, operator, value):
        if operator == "in":
            numbers = [card_number.normalise(text) for text in value if text]
            domain = self._get_card_holder_domain(Domain("number", "in", numbers))
            if len(numbers) < len(value):  # False among them: without any card
                domain |= ~self._get_card_holder_domain(Domain("number", "!=", False))
            return domain
        if operator in ("ilike", "like", "=ilike", "=like"):
            number = card_number.tidy(value)
            return self._get_card_holder_domain(Domain("number", operator, number))
        return NotImplemented

    @api.model
    def _search_display_name(self, operator, value):
        """The number of a card, typed or scanned where a customer is asked for, finds its holder.

        For users who may read no cards the search stays as it is.
        """
        domain = super()._search_display_name(operator, value)
        cards = self.env["loyalty.card"]
        numbers = cards._get_searched_numbers(operator, value)
        if not numbers or not cards.has_access("read"):
            return domain
        return Domain(domain) | self._get_card_holder_domain(Domain("number", "in", numbers))

    @api.model
    def _get_card_holder_domain(self, card_domain):
        """Return the domain of the customers of the cards that the user may read."""
        cards = self.env["loyalty.card"]._search(card_domain & Domain("partner_id", "!=", False))
        return Domain("id", "in", cards.subselect(SQL.identifier("loyalty_card", "partner_id")))
