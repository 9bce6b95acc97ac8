from odoo import api, models

from ..tools.points_flow import get_flow

# Movements that neither earn nor spend, and what takes back or gives back what an order did.
KINDS_OF_ANY_STATE = frozenset(("expire", "transfer", "revoke"))


class LoyaltyCard(models.Model):
    """Blocked and replaced cards neither earn nor spend, whoever posts."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _post_points(self, movements):
        # browsed together: read together
        cards = self.browse({movement["card_id"] for movement in movements}).grouped("id")
        return super()._post_points(
            [cards[movement["card_id"]]._fit_to_state(movement) for movement in movements]
        )

    def _fit_to_state(self, movement):
        """Return the movement as the state of its card has it, or raise.

        What an order takes back comes from the card that replaced its card: the points are there.
        What left the shop is sold (flow "is_sold"): the till may have been offline.
        """
        if self.state == "active":
            return movement
        is_undone = movement["kind"] in KINDS_OF_ANY_STATE or movement.get("returns")
        if not is_undone and not get_flow(self.env, "is_sold"):
            self._raise_on_blocked()
        is_moved = movement.get("used") and movement["kind"] == "revoke"
        if is_moved and self.replaced_by_id and not movement.get("history_id"):
            return movement | {"card_id": self.replaced_by_id.id}
        return movement
