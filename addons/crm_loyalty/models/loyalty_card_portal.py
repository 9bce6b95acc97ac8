from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import card_number
from ..tools.points import round_points
from .loyalty_program_voucher import VOUCHER_TYPES

PORTAL_CARD_TYPES = ("loyalty", "ewallet")
# The lines that are looked through for what a card owes
DEBT_LINES = 80


class LoyaltyCard(models.Model):
    """What customers are shown of their own cards.

    They read no loyalty records themselves: the portal finds cards and vouchers by these domains as
    superuser, and shows nothing else.
    """

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_portal_card_domain(self, partner):
        """The cards of a customer, blocked ones too; a replaced card is archived."""
        today = fields.Date.context_today(self)
        return (
            self._get_portal_holder_domain(partner)
            & Domain("program_id.active", "=", True)
            & Domain("program_id.program_type", "in", PORTAL_CARD_TYPES)
            & (Domain("expiration_date", "=", False) | Domain("expiration_date", ">=", today))
        )

    @api.model
    def _get_portal_holder_domain(self, partner):
        """The cards of the customer, and those that the company lets its contacts use."""
        company = partner.commercial_partner_id
        shared = Domain("is_shared", "=", True) & Domain("partner_id", "=", company.id)
        return Domain("partner_id", "=", partner.id) | shared

    @api.model
    def _get_portal_voucher_domain(self, partner):
        """The vouchers of a customer that are neither used nor expired."""
        today = fields.Date.context_today(self)
        return Domain.AND(
            [
                Domain("partner_id", "=", partner.id),
                Domain("state", "=", "active"),
                Domain("points", ">", 0),
                Domain("program_id.active", "=", True),
                Domain("program_id.program_type", "in", VOUCHER_TYPES),
                *(
                    Domain(name, "=", False) | Domain(name, ">=", today)
                    for name in ("expiration_date", "program_id.date_to")
                ),
            ]
        )

    def _get_spaced_number(self):
        """The number as it is printed and read aloud."""
        self.ensure_one()
        return card_number.spaced(self.number or "")

    def _get_portal_use_by(self):
        """The last day on which a voucher can be used, or False."""
        self.ensure_one()
        return min(filter(None, (self.expiration_date, self.program_id.date_to)), default=False)

    def _get_portal_limit(self, partner):
        """Return what a contact may still spend on the company's card this month, or None."""
        self.ensure_one()
        if not self._is_limited_for(partner):
            return None
        return max(
            0.0, round_points(self.contact_limit - self._get_spent_by(partner)[self, partner])
        )

    def _get_portal_expirations(self):
        """Return {card id: [(last day, points), ...]}, what expires first coming first."""
        expirations = defaultdict(list)
        groups = self.env["loyalty.lot"]._read_group(
            [
                ("card_id", "in", self.ids),
                ("state", "=", "available"),
                ("expiration_date", ">=", fields.Date.context_today(self)),
            ],
            ["card_id", "expiration_date:day"],
            ["remaining:sum"],
            order="expiration_date:day",
        )
        for card, last_day, points in groups:
            expirations[card.id].append((last_day, round_points(points)))
        return expirations

    def _get_portal_waiting_lots(self):
        """The points that wait, the oldest first; what they wait for is read with them."""
        self.ensure_one()
        lots = self.env["loyalty.lot"].search(
            [("card_id", "=", self.id), ("state", "=", "pending")], order="id"
        )
        lots.history_id._read_portal_orders()
        return lots

    def _get_portal_debts(self):
        """Return [(line of history, points), ...] that say why the card owes points.

        A line that took back more than there was left less in its uses of lots than it says. What
        was settled since is what was owed first.
        """
        self.ensure_one()
        if not self.points_debt:
            return []
        lines = self.env["loyalty.history"].search(
            [("card_id", "=", self.id), ("kind", "=", "revoke"), ("used", ">", 0)],
            order="id desc",
            limit=DEBT_LINES,
        )
        taken = dict(
            self.env["loyalty.lot.use"]._read_group(
                [("history_id", "in", lines.ids)], ["history_id"], ["points:sum"]
            )
        )
        debts, debt = [], self.points_debt
        for line in lines:
            owed = min(debt, round_points(line.used - taken.get(line, 0.0)))
            if owed > 0:
                debts.append((line, owed))
                debt = round_points(debt - owed)
        self.env["loyalty.history"].concat(*(line for line, _owed in debts))._read_portal_orders()
        return debts

    def _get_portal_rewards(self):
        """Return [(reward, points still missing), ...] of the card's program, the nearest first."""
        self.ensure_one()
        return [
            (reward, max(0.0, round_points(reward.required_points - self.points)))
            for reward in self.program_id.reward_ids.sorted("required_points")
        ]
