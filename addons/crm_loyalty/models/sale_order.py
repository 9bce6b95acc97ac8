from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import card_number


class SaleOrder(models.Model):
    _inherit = "sale.order"

    loyalty_card_number = fields.Char(
        string="Card Number",
        help="Scan or type the number of a loyalty card to find its customer.",
        compute="_compute_loyalty_card_number",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("partner_id", "company_id")
    def _compute_loyalty_card_number(self):
        """Forget the card when another customer or company is chosen than it belongs to."""
        numbered = self.filtered("loyalty_card_number")
        if not numbered:
            return
        numbers = {order: card_number.normalise(order.loyalty_card_number) for order in numbered}
        found = self.env["loyalty.card"].search_fetch(
            [("number", "in", list(numbers.values()))],
            ["number", "partner_id", "company_id"],
        )
        cards = {card.number: card for card in found}
        for order, number in numbers.items():
            card = cards.get(number, found.browse())
            is_usable = not card.company_id or card.company_id in order.company_id.parent_ids
            if card.partner_id != order.partner_id._origin or not is_usable:
                order.loyalty_card_number = False

    @api.constrains("loyalty_card_number")
    def _check_loyalty_card_number(self):
        for order in self.filtered("loyalty_card_number"):
            card = order._find_loyalty_card()
            if card.partner_id != order.partner_id:
                raise ValidationError(
                    self.env._(
                        "The card %(number)s is %(holder)s's, not %(customer)s's: empty the card"
                        " number or choose its customer.",
                        number=card.number,
                        holder=card.partner_id.display_name,
                        customer=order.partner_id.display_name,
                    )
                )

    @api.onchange("loyalty_card_number")
    def _onchange_loyalty_card_number(self):
        """Choose the customer by the card; what was typed stays when that fails."""
        if not self.loyalty_card_number:
            return None
        try:
            card = self._find_loyalty_card()
        except UserError as error:
            return {
                "warning": {"title": self.env._("Customer Not Found"), "message": str(error)},
            }
        self.partner_id = card.partner_id
        self.loyalty_card_number = card.number
        return None

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy_loyalty_card_number(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._tidy_loyalty_card_number(vals))

    @api.model
    def _tidy_loyalty_card_number(self, vals):
        """Imports and integrations do not pass the onchange: the number is stored as the card's."""
        if "loyalty_card_number" not in vals:
            return vals
        number = card_number.tidy(vals["loyalty_card_number"])
        return dict(vals, loyalty_card_number=number or False)

    def _find_loyalty_card(self):
        self.ensure_one()
        return self.env["loyalty.card"]._find_by_number(self.loyalty_card_number, self.company_id)
