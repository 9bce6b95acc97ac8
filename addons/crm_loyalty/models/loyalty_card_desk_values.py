from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import card_number

SHOWN_HISTORY = 8
# Lots that expire within these days are shown as urgent
SOON_DAYS = 30


class LoyaltyCard(models.Model):
    """What the screen "Serve a Customer" shows of a card: ready to read, in the user's language."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_desk_choice(self):
        """A card in a list to choose from."""
        self.ensure_one()
        return {
            "id": self.id,
            "number": card_number.spaced(self.number or self.code),
            "program": self.program_id.name,
            "points": self.points_display,
            "state": self._get_desk_state(),
        }

    def _prepare_desk_card(self):
        self.ensure_one()
        partner = self.partner_id
        problem = self._get_desk_problem()
        successor = self.replaced_by_id
        return self._prepare_desk_choice() | {
            "problem": problem,
            "in_stock": not partner and self.active and self.state == "active",
            "scanned": self.number,
            "successor_id": successor.id,
            "partner_id": partner.id,
            "partner": partner.display_name,
            "contact": list(filter(None, (partner.phone, partner.email, partner.city))),
            "issued": self._format_desk_date(self.issue_date),
            "pending": self.points_pending and self._format_points(self.points_pending),
            "debt": self.points_debt and self._format_points(self.points_debt),
            "tier": self.tier_id.name,
            "next_tier": self.next_tier_text,
            "lots": self._prepare_desk_lots(),
            "rewards": [] if problem else self._prepare_desk_rewards(),
            "history": [self._prepare_desk_line(line) for line in self.history_ids[:SHOWN_HISTORY]],
            "may_sell": not problem and self.env["sale.order"].has_access("create"),
        }

    def _get_desk_state(self):
        """A badge: nothing for a card in use."""
        if self.state == "active" and self.active:
            return False
        if self.state == "active":
            return self.env._("Archived")
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _get_desk_problem(self):
        """Why the card cannot be used now, as a sentence; False when it can."""
        try:
            self._raise_on_unusable_card(self.env.company)
        except UserError as error:
            return str(error)
        return False

    def _prepare_desk_lots(self):
        """The points by the day they expire, as they are used, then those that wait."""
        soon = self._get_today() + relativedelta(days=SOON_DAYS)
        groups = self.env["loyalty.lot"]._read_group(
            [("card_id", "=", self.id), ("state", "in", ("available", "pending"))],
            ["state", "expiration_date:day"],
            ["remaining:sum"],
            order="state, expiration_date:day",
        )
        return [
            {
                "points": self._format_points(points),
                "is_pending": state == "pending",
                "is_urgent": state == "available" and bool(day) and day <= soon,
                "expiration": self._format_desk_date(day),
            }
            for state, day, points in groups
        ]

    def _prepare_desk_rewards(self):
        rewards = self.program_id.reward_ids.filtered("active").sorted("required_points")
        return [
            {
                "id": reward.id,
                "description": reward.description,
                "cost": self._format_points(reward._get_spent_points(self)),
                "needed": self._format_points(reward.required_points),
                "is_reachable": self.points >= reward.required_points,
                "is_per_point": reward._is_per_point(),
            }
            for reward in rewards
        ]

    def _prepare_desk_line(self, line):
        change = line.issued - line.used
        sign = "+" if change >= 0 else "−"
        return {
            "id": line.id,
            "date": self._format_desk_date(line.create_date),
            "text": line.reason or line.description,
            "change": sign + self._format_points(abs(change)),
            "is_credit": change >= 0,
        }

    def _format_desk_date(self, date):
        return date and format_date(self.env, date)
