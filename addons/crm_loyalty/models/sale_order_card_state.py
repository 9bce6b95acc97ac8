from odoo import models


class SaleOrder(models.Model):
    """Orders of a customer whose card is blocked: sold as usual, without points and rewards."""

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
            self.coupon_point_ids.sudo().filtered(
                lambda entry: entry.coupon_id.state != "active"
            ).unlink()
        return result

    def _add_points_for_coupon(self, coupon_points):
        usable = {card: points for card, points in coupon_points.items() if card.state == "active"}
        return super()._add_points_for_coupon(usable)

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        if coupon.state != "active" and self.state != "sale":
            return 0
        return super()._get_real_points_for_coupon(coupon, post_confirm=post_confirm)
