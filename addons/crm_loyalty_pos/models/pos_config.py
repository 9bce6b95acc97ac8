from odoo import models
from odoo.exceptions import UserError

from odoo.addons.crm_loyalty.tools import card_code


class PosConfig(models.Model):
    _inherit = "pos.config"

    def use_coupon_code(self, code, creation_date, partner_id, pricelist_id):
        """Find a code however it is typed; say why a blocked or replaced card cannot be used."""
        code = card_code.tidy(code)
        # sudo: who sells at the till is told why a card cannot be used
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        try:
            cards.search([("code", "=", code)])._raise_on_blocked()
        except UserError as error:
            return {"successful": False, "payload": {"error_message": str(error)}}
        return super().use_coupon_code(code, creation_date, partner_id, pricelist_id)
