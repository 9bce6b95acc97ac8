from odoo import models

from ..tools.points import round_points
from ..tools.points_flow import get_flow, points_flow


class SaleOrder(models.Model):
    """What an order earns and spends goes through the ledger."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _add_loyalty_history_lines(self):
        # sudo: salespeople confirm orders, but write no history
        order = self.sudo().with_context(default_partner_id=self.partner_id.id)
        with points_flow(self.env, "line_first"):
            return super(SaleOrder, order)._add_loyalty_history_lines()

    def _get_point_changes(self):
        """Core adds these to the cards. On cancellation the history says what to take back."""
        if get_flow(self.env, "cancelling"):
            return {}
        # sudo: salespeople confirm orders, but write no balance
        return {card.sudo(): change for card, change in super()._get_point_changes().items()}

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """Points that will wait for delivery or money cannot be used on their own order."""
        points = super()._get_real_points_for_coupon(coupon, post_confirm=post_confirm)
        if self.state == "sale" or not coupon.program_id._waits_for_money():
            return points
        earned = self.coupon_point_ids.filtered(lambda entry: entry.coupon_id == coupon)
        return round_points(points - sum(earned.mapped("points")))

    def _add_points_for_coupon(self, coupon_points):
        self.ensure_one()
        with points_flow(self.env, "order_id", self.id):
            return super()._add_points_for_coupon(coupon_points)

    def _update_loyalty_history(self, coupon_id, points):
        """The ledger has added the points to the line already, with the balance (see
        `_add_order_to_movement`): core would add them again, and to whichever line is the newest.
        """
        self.ensure_one()

    def action_confirm(self):
        """Points that wait may count already: what was paid online is paid before."""
        result = super().action_confirm()
        # sudo: eCommerce visitors confirm orders, and read no programs
        waiting = self.filtered(
            lambda order: any(
                program._waits_for_money()
                for program in order.sudo().coupon_point_ids.coupon_id.program_id
            )
        )
        waiting._sync_loyalty_points()
        return result

    def _action_cancel(self):
        """Keep the history: what the order earned and spent is taken back by lines of its own."""
        confirmed = self.filtered(lambda order: order.state == "sale")
        if not confirmed:
            return super()._action_cancel()
        with points_flow(self.env, "cancelling"):
            result = super()._action_cancel()
        confirmed.filtered(lambda order: order.state == "cancel")._reverse_points()
        return result

    def _reverse_points(self):
        """Take back what the orders earned, give back what they spent; once, whenever called."""
        # sudo: who may cancel an order undoes what it did to cards
        lines = (
            self.env["loyalty.history"]
            .sudo()
            .search(
                [
                    ("order_model", "=", self._name),
                    ("order_id", "in", self.ids),
                    ("is_reversed", "=", False),
                    ("kind", "in", ("earn", "redeem", "revoke")),
                ],
                order="id",
            )
        )
        if not lines:
            return
        orders = {order.id: order for order in self}
        lots_by_line = (
            lines.env["loyalty.lot"].search([("history_id", "in", lines.ids)]).grouped("history_id")
        )
        lots = lines.env["loyalty.lot"].concat(*lots_by_line.values())
        expired = self._read_expired_points(lots)
        movements = []
        # Of a card that was replaced since, its successor gave what was taken back meanwhile.
        for (order_id, card), card_lines in lines.grouped(
            lambda line: (line.order_id, line.card_id._get_successor())
        ).items():
            card_lots = lots.concat(*(lots_by_line.get(line, lots.browse()) for line in card_lines))
            movements += orders[order_id]._prepare_reversal(card, card_lines, card_lots, expired)
        new_lines = lines.env["loyalty.card"]._post_points(movements)
        (lines | new_lines).write({"is_reversed": True})

    def _prepare_reversal(self, card, lines, lots, expired):
        """The movements that undo the lines of one card: first what it gets, then what it gives.

        :param card: the card of the lines, or the one that replaced it
        :param lots: what the lines gave
        :param expired: {lot: points} that expired of them: they are not taken back once more
        """
        taken_back = lines.filtered(lambda line: line.kind == "revoke")
        done = lines - taken_back
        earned = sum(lines.mapped("issued")) - sum(taken_back.mapped("used"))
        earned = round_points(earned - sum(expired.get(lot, 0.0) for lot in lots))
        base = {
            "kind": "revoke",
            "description": self.env._("Order %s cancelled", self.display_name),
            "order_model": self._name,
            "order_id": self.id,
            "partner_id": self.partner_id.id,
        }
        movements = [
            # to the lots they came from, on the card that spent them
            base
            | {
                "card_id": spent_card.id,
                "issued": round_points(sum(spending.mapped("used"))),
                "returns": spending.ids,
            }
            for spent_card, spending in done.filtered("used").grouped("card_id").items()
        ]
        if earned > 0:
            movements.append(
                base
                | {
                    "card_id": card.id,
                    "used": earned,
                    "lot_ids": lots.ids,
                    "allow_debt": True,
                }
            )
        return movements
