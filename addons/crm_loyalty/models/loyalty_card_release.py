from odoo import api, models

from ..tools.points import round_points
from ..tools.posting import Posting


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _release_points(self, points_by_lot):
        """Let points that wait count from today on; a fixed number of queries.

        Their line of history stays the one that gave them. What the card owes is settled first.

        :param points_by_lot: {waiting lot: points}; a lot of which a part goes on waiting is split
        """
        movements = [
            {"card_id": lot.card_id.id, "issued": 0.0, "used": points}
            for lot, points in points_by_lot.items()
        ]
        accounts = self._read_accounts(movements)
        posting = Posting(accounts)
        open_lots = {lot.id: lot for account in accounts.values() for lot in account.lots}
        for lot, points in points_by_lot.items():
            if lot.id not in open_lots or open_lots[lot.id].state != "pending":
                continue
            expiration_date = lot.program_id._get_lot_expiration(accounts[lot.card_id.id].today)
            line_key = ("id", lot.history_id.id)
            waiting = open_lots[lot.id]
            posting.release(waiting, round_points(points), expiration_date, lot.kind, line_key)
        self._write_posting(posting, self.env["loyalty.history"])

    def _get_successor(self):
        """Return the card that replaced this one, or the card itself."""
        self.ensure_one()
        card = self
        while card.replaced_by_id:
            card = card.replaced_by_id
        return card
