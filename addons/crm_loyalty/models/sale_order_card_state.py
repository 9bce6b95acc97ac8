from odoo import models


class SaleOrder(models.Model):
    """Orders of a customer whose card is blocked or expired: sold as usual, without points."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def action_confirm(self):
        """A reward of a blocked card is refused: what the customer pays must not change silently.

        The points it would have earned are left out without a word (the card says why).
        """
        self.order_line.coupon_id._raise_on_blocked()
        return super().action_confirm()

    def _update_programs_and_rewards(self):
        result = super()._update_programs_and_rewards()
        if self.state != "sale":
            # sudo: core removes entries of points like this too; salespeople only read them
            entries = self.coupon_point_ids.sudo()
            entries.filtered(lambda entry: not self._can_earn_on(entry.coupon_id)).unlink()
        return result

    def _add_points_for_coupon(self, coupon_points):
        earning = {
            card: points for card, points in coupon_points.items() if self._can_earn_on(card)
        }
        return super()._add_points_for_coupon(earning)

    def _can_earn_on(self, card):
        """Core asks for the last day of a card when it spends, not when it earns."""
        if card.state != "active":
            return False
        last_day = card.expiration_date
        return not last_day or last_day >= self._get_confirmed_tx_create_date()

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        if coupon.state != "active" and self.state != "sale":
            return 0
        return super()._get_real_points_for_coupon(coupon, post_confirm=post_confirm)
