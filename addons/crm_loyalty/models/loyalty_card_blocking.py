from odoo import api, models

# Movements that neither earn nor spend, and what takes back or gives back what an order did.
KINDS_OF_ANY_STATE = frozenset(("expire", "transfer", "revoke"))


class LoyaltyCard(models.Model):
    """Blocked and replaced cards neither earn nor spend, whoever posts."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _post_points(self, movements):
        return super()._post_points([self._fit_to_state(movement) for movement in movements])

    @api.model
    def _fit_to_state(self, movement):
        """Return the movement as the state of its card has it, or raise.

        What an order takes back comes from the card that replaced its card: the points are there.
        """
        card = self.browse(movement["card_id"])
        if card.state == "active":
            return movement
        if movement["kind"] not in KINDS_OF_ANY_STATE and not movement.get("returns"):
            card._raise_on_blocked()
        is_moved = movement.get("used") and movement["kind"] == "revoke"
        if is_moved and card.replaced_by_id and not movement.get("history_id"):
            return movement | {"card_id": card.replaced_by_id.id}
        return movement
