from odoo import models


class AccountPayment(models.Model):
    """A payment without an entry of its own counts once it is under way (see sale.order)."""

    _inherit = "account.payment"

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        with self.invoice_ids._syncing_loyalty_points():
            return super().write(vals)
