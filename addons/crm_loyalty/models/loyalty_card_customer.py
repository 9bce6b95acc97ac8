from odoo import api, models
from odoo.exceptions import UserError, ValidationError


class LoyaltyCard(models.Model):
    """Whose card it may be."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.constrains("partner_id", "program_id")
    def _check_customer_company(self):
        for card in self:
            owner, company = card.partner_id.company_id, card.program_id.company_id
            if not owner or not company:
                continue
            if owner not in company.parent_ids and company not in owner.parent_ids:
                raise ValidationError(
                    self.env._(
                        "%(customer)s is a customer of another company than the program"
                        " %(program)s: choose a customer or a program of the same company.",
                        customer=card.partner_id.display_name,
                        program=card.program_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_customers_active(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_customers_active([vals])
        return super().write(vals)

    @api.model
    def _check_customers_active(self, vals_list):
        """Nobody gives an archived customer a card by hand; his orders, confirmed by sudo, may."""
        if self.env.su:
            return
        ids = {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        for partner in self.env["res.partner"].browse(ids):
            if not partner.active:
                raise ValidationError(
                    self.env._(
                        "%(customer)s is archived: unarchive the customer, or choose another for"
                        " the card.",
                        customer=partner.display_name,
                    )
                )

    def action_coupon_send(self):
        if self.partner_id and not self.partner_id.email:
            raise UserError(
                self.env._(
                    "%(customer)s has no e-mail address: enter it on the customer, or print the"
                    " card.",
                    customer=self.partner_id.display_name,
                )
            )
        return super().action_coupon_send()
