from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import AccessError, ValidationError

from ..tools.plain_context import without_defaults
from ..tools.points_flow import get_flow, points_flow

# What of a line is a reward, and what the card pays for it
REWARD_FIELDS = ("coupon_id", "points_cost", "reward_id", "reward_identifier_code")


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
        lines = self
        if not self._may_write_rewards():
            lines = without_defaults(self, only=REWARD_FIELDS)
            if any(vals.get(name) for vals in vals_list for name in REWARD_FIELDS):
                self._raise_on_written_reward()
        with self._moving_points(order_ids):
            return super(SaleOrderLine, lines).create(vals_list).with_env(self.env)

    def write(self, vals):
        if not self._may_write_rewards() and self._changes_rewards(vals):
            self._raise_on_written_reward()
        cost_orders = self.order_id if "points_cost" in vals else self.order_id.browse()
        with self._moving_points(cost_orders.ids):
            result = super().write(vals)
        if "qty_delivered" in vals:
            self.order_id._sync_loyalty_points()
        return result

    def _reset_loyalty(self, complete=False):
        with points_flow(self.env, "rewards"):
            return super()._reset_loyalty(complete)

    def unlink(self):
        with self._moving_points(self.filtered("points_cost").order_id.ids):
            return super().unlink()

    # What makes a reward of a line is written by claiming the reward, and by nobody else

    @api.model
    def _may_write_rewards(self):
        return self.env.su or get_flow(self.env, "rewards")

    def _changes_rewards(self, vals):
        """Whether writing this changes a reward, or moves one to another order."""
        for name in vals.keys() & {*REWARD_FIELDS, "order_id"}:
            field = self._fields[name]
            lines = self.filtered("coupon_id") if name == "order_id" else self
            value = field.convert_to_cache(vals[name], lines[:1])
            if any(field.convert_to_cache(line[name], line) != value for line in lines):
                return True
        return False

    @api.model
    def _raise_on_written_reward(self):
        raise AccessError(
            self.env._(
                "Rewards and the points they cost are not written on order lines by hand: use"
                " the button Reward of the order, or remove the line."
            )
        )

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
