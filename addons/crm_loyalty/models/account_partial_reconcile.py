from odoo import api, models


class AccountPartialReconcile(models.Model):
    """Money that is matched with an invoice, or taken off it, moves the points of its orders."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._get_settled_moves()._sync_loyalty_points()
        return partials

    def unlink(self):
        with self._get_settled_moves()._syncing_loyalty_points():
            return super().unlink()

    def _get_settled_moves(self):
        return (self.debit_move_id | self.credit_move_id).move_id
