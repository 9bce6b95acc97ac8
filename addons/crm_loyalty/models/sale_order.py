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

    @api.depends("partner_id")
    def _compute_loyalty_card_number(self):
        """Forget the card when another customer than its holder is chosen."""
        numbered = self.filtered("loyalty_card_number")
        if not numbered:
            return
        numbers = {order: card_number.normalise(order.loyalty_card_number) for order in numbered}
        cards = self.env["loyalty.card"].search_fetch(
            [("number", "in", list(numbers.values()))],
            ["number", "partner_id"],
        )
        holders = {card.number: card.partner_id for card in cards}
        for order, number in numbers.items():
            if holders.get(number) != order.partner_id._origin:
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

    def _find_loyalty_card(self):
        self.ensure_one()
        return self.env["loyalty.card"]._find_by_number(self.loyalty_card_number, self.company_id)
