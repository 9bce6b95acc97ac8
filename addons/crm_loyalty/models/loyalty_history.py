from odoo import models


class LoyaltyHistory(models.Model):
    _inherit = "loyalty.history"

    def _get_order_portal_url(self):
        if self.order_id and self.order_model == "crm.complaint":
            url = self._get_complaint().access_url
            return url if url != "#" else False
        return super()._get_order_portal_url()

    def _get_order_description(self):
        if self.order_model == "crm.complaint":
            return self._get_complaint().display_name or ""
        return super()._get_order_description()

    def _get_complaint(self):
        # sudo: whoever may read the history of a card may read what it names
        return self.env["crm.complaint"].sudo().browse(self.order_id).exists()
