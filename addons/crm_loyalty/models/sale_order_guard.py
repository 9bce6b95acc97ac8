from odoo import models
from odoo.exceptions import AccessError

from ..tools.points_flow import get_flow, points_flow


class SaleOrder(models.Model):
    """Rewards come by claiming them, and points move whichever way the state of an order does.

    Salespersons may write orders and lines, also past the buttons: they get no points by it.
    """

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        """Written past the buttons: an order that is none any more takes its points back."""
        if "state" not in vals:
            return super().write(vals)
        if vals["state"] == "sale":
            self._raise_on_unpaid_rewards()
            return super().write(vals)
        is_cancelling = get_flow(self.env, "cancelling")
        left = self.filtered(lambda order: order.state == "sale" and not is_cancelling)
        result = super().write(vals)
        if left:
            left._reverse_points()
        return result

    def _raise_on_unpaid_rewards(self):
        """Confirming takes the points that rewards cost; writing the state would not."""
        if self.env.su or get_flow(self.env, "confirming"):
            return
        if any(order.state != "sale" and order.order_line.coupon_id for order in self):
            raise AccessError(
                self.env._(
                    "An order with rewards is confirmed by its button, which takes the points they"
                    " cost."
                )
            )

    def action_confirm(self):
        with points_flow(self.env, "confirming"):
            return super().action_confirm()

    def copy(self, default=None):
        """Core copies rewards too, and takes them off the copy."""
        with points_flow(self.env, "rewards"):
            return super().copy(default)

    def _write_vals_from_reward_vals(self, reward_vals, old_lines, delete=True):
        with points_flow(self.env, "rewards"):
            return super()._write_vals_from_reward_vals(reward_vals, old_lines, delete=delete)
