from odoo import models


class LoyaltyProgram(models.Model):
    """What the points that customers hold may cost."""

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    def _get_liability_per_point(self):
        """What a point is worth at most, in the currency of the program; 0 when nothing tells.

        By the best reward: money for each point, a fixed amount, or a free product. What a
        percentage takes off depends on the order.
        """
        self.ensure_one()
        worths = [self._get_money_per_point()]
        for reward in self.reward_ids.filtered("required_points"):
            if reward.reward_type == "product":
                product = reward.reward_product_ids[:1]
                money = reward.reward_product_qty * product.currency_id._convert(
                    product.lst_price, self.currency_id, self.company_id or self.env.company
                )
            elif reward.discount_mode == "per_order":
                money = reward.discount
            else:
                continue
            worths.append(money / reward.required_points)
        return max(worths)
