from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Points that wait for goods count when the goods have left, and wait when they return."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        # sudo: who moves goods need not see orders or cards
        moves.sudo().sale_line_id.order_id._sync_loyalty_points()
        return moves
