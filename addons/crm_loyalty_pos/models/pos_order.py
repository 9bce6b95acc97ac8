from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_loyalty.tools.order_points import PointsShare, get_share
from odoo.addons.crm_loyalty.tools.points_flow import points_flow


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "loyalty.order.mixin"]

    def confirm_coupon_programs(self, coupon_data):
        """What a reward cost and the card does not hold any more is owed.

        The goods have left the shop, and the balance was looked at when the order was validated:
        another order may have spent the points since.
        """
        with points_flow(self.env, "allow_debt"):
            return super().confirm_coupon_programs(coupon_data)

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        # sudo: who takes goods back at the till need not see cards
        self.sudo().lines.refunded_orderline_id.order_id._sync_loyalty_points()
        return result

    # What counts of the points of an order (see loyalty.order.mixin)

    @api.model
    def _get_points_states(self):
        return ("paid", "done", "invoiced")

    @api.model
    def _get_take_back_description(self, name):
        return self.env._("Order %s: goods returned", name)

    def _read_points_shares(self, programs_by_order):
        """What was brought back counts no longer, by the lines that earned the points."""
        lines_by_order = self._read_returned_lines()
        shares = {}
        for order_id, programs in programs_by_order.items():
            lines = lines_by_order[order_id]
            product_ids = {line["product_id"] for line in lines}
            names = sorted({name for line in lines for name in line["refunds"] or ()})
            for program in programs:
                valid_ids = program._get_earning_product_ids(product_ids)
                earned = [line for line in lines if line["product_id"] in valid_ids] or lines
                amount = sum(line["amount"] for line in earned)
                kept = amount - sum(line["returned"] for line in earned)
                shares[order_id, program] = PointsShare(
                    get_share(kept, amount), documents=", ".join(names)
                )
        return shares

    def _read_returned_lines(self):
        """Read the lines of goods of the orders: {order id: [dict, ...]}."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.order_id, line.product_id,
                       line.price_subtotal_incl::float AS amount,
                       -COALESCE(SUM(back.price_subtotal_incl), 0)::float AS returned,
                       array_agg(refund.name) FILTER (WHERE refund.id IS NOT NULL) AS refunds
                  FROM pos_order_line line
             LEFT JOIN (
                       pos_order_line back
                       JOIN pos_order refund
                         ON refund.id = back.order_id AND refund.state IN %(states)s
                       ) ON back.refunded_orderline_id = line.id
                 WHERE line.order_id IN %(order_ids)s
                   AND line.is_reward_line IS NOT TRUE
                 GROUP BY line.id
                """,
                states=tuple(self._get_points_states()),
                order_ids=tuple(self.ids),
            )
        )
        lines_by_order = defaultdict(list)
        for line in rows:
            lines_by_order[line["order_id"]].append(line)
        return lines_by_order
