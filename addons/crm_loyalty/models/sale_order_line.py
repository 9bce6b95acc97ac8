from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools.points_flow import points_flow


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.constrains("points_cost")
    def _check_points_cost(self):
        """A reward that costs less than nothing would give points to whoever writes it."""
        if any(line.points_cost < 0 for line in self):
            raise ValidationError(
                self.env._("A reward costs points: its cost cannot be below zero.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        order_ids = {vals["order_id"] for vals in vals_list if vals.get("points_cost")}
        with self._moving_points(order_ids):
            return super().create(vals_list)

    def write(self, vals):
        cost_orders = self.order_id if "points_cost" in vals else self.order_id.browse()
        with self._moving_points(cost_orders.ids):
            result = super().write(vals)
        if "qty_delivered" in vals:
            self.order_id._sync_loyalty_points()
        return result

    def unlink(self):
        with self._moving_points(self.filtered("points_cost").order_id.ids):
            return super().unlink()

    @contextmanager
    def _moving_points(self, order_ids):
        """Core writes balances when rewards of a confirmed order change: tell which order it is."""
        order_ids = set(order_ids)
        if not order_ids:
            yield
            return
        # Several orders at once: the points still move, in a line that names the first of them.
        with points_flow(self.env, "order_id", min(order_ids)):
            yield
