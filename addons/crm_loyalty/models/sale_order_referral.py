from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleOrder(models.Model):
    """The code of the customer who brought this one, named by a colleague."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    referral_code = fields.Char(
        help="The code of the card whose holder sent this new customer. Both are rewarded after"
        " the first paid invoice.",
        copy=False,
        groups="sales_team.group_sale_salesman",
    )

    @api.constrains("referral_code", "partner_id")
    def _check_referral_code(self):
        for order in self.filtered(lambda order: order.referral_code and order.state != "sale"):
            # sudo: whose card it is and why it does not count is told, whoever may read the card
            referrals = self.env["loyalty.referral"].sudo()
            card = self.env["loyalty.card"].sudo()._find_by_referral_code(order.referral_code)
            if not card:
                raise ValidationError(
                    self.env._(
                        "There is no card with the referral code %(code)s: check the letters.",
                        code=order.referral_code,
                    )
                )
            referrals._raise_on_refusal(referrals._find_fault(card, order.partner_id, order))

    def action_confirm(self):
        result = super().action_confirm()
        # sudo: salespersons write no referrals; the code was checked when it was entered
        for order in self.sudo().filtered("referral_code"):
            card = order.env["loyalty.card"]._find_by_referral_code(order.referral_code)
            if card:
                order.env["loyalty.referral"]._register_friend(card, order.partner_id, order)
        return result
