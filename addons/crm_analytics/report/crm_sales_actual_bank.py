from odoo import api, models
from odoo.tools import SQL

from .crm_sales_actual_collected import MONEY_ACCOUNTS, MONEY_JOURNALS, SIDES


class CrmSalesActual(models.Model):
    """What of the money collected the bank has confirmed, and what waits for it.

    - confirmed by the bank: found on a statement, on the day of that;
    - in transit: the rest.
    """

    _inherit = "crm.sales.actual"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_branches(self):
        selects = {
            "bank": [self._select_bank_direct, self._select_bank_matched],
            "transit": [self._select_transit],
        }
        return [
            *super()._get_branches(),
            *(
                select(*side)
                for kind in selects
                if self._is_asked(kind)
                for select in selects[kind]
                for side in SIDES
            ),
        ]

    @api.model
    def _select_bank_direct(self, side, other, sign):
        """Money that never waited: entered by the statement, or straight on a money account."""
        waits = self._get_waits()
        return self._select_paid("bank", side, other, sign, condition=SQL("NOT %s", waits))

    @api.model
    def _select_bank_matched(self, side, other, sign):
        """Money that waited on an outstanding account until the bank's entry took it away.

        Several entries may have done so, each for its part.
        """
        return self._select_paid(
            "bank",
            side,
            other,
            sign,
            day=SQL("found.date"),
            part=("confirmed.before", "confirmed.upto"),
            place=SQL("confirmed.place"),
            tables=SQL(
                """
                %(waiting)s
                JOIN account_partial_reconcile AS match ON match.%(own)s = waiting.id
                JOIN account_move_line AS found ON found.id = match.%(others)s
                JOIN account_journal AS found_journal ON found_journal.id = found.journal_id
                JOIN account_move AS found_move ON found_move.id = found.move_id
                CROSS JOIN LATERAL (
                    SELECT count(*) FILTER (WHERE bank.id < match.id) AS place,
                           COALESCE(sum(bank.amount) FILTER (WHERE bank.id < match.id), 0)
                               / %(total)s AS before,
                           sum(bank.amount) FILTER (WHERE bank.id <= match.id)
                               / %(total)s AS upto
                      FROM (%(bank)s) AS bank
                ) AS confirmed
                """,
                waiting=self._join_waiting(SQL("JOIN")),
                own=SQL.identifier(f"{side}_move_id"),
                others=SQL.identifier(f"{other}_move_id"),
                bank=self._select_confirmations(side, other),
                total=self._get_confirmed_total(),
            ),
            condition=SQL("%s AND %s", self._get_waits(), self._get_confirms("found")),
        )

    @api.model
    def _select_transit(self, side, other, sign):
        return self._select_paid(
            "transit",
            side,
            other,
            sign,
            part=("confirmed.upto", "1"),
            tables=SQL(
                """
                %(waiting)s
                CROSS JOIN LATERAL (
                    SELECT COALESCE(sum(bank.amount) / %(total)s, 0) AS upto
                      FROM (%(bank)s) AS bank
                ) AS confirmed
                """,
                waiting=self._join_waiting(SQL("LEFT JOIN")),
                bank=self._select_confirmations(side, other),
                total=self._get_confirmed_total(),
            ),
            condition=SQL("%s AND confirmed.upto < 1", self._get_waits()),
        )

    # ------------------------------------------------------------------
    # The entries of the bank
    # ------------------------------------------------------------------

    @api.model
    def _get_waits(self):
        """Whether the money of a payment waits on an outstanding account for the bank."""
        return SQL(
            """(outstanding.id IS NOT NULL
                AND outstanding.account_type NOT IN %s
                AND outstanding.id IS DISTINCT FROM journal.default_account_id)""",
            MONEY_ACCOUNTS,
        )

    @api.model
    def _join_waiting(self, join):
        return SQL(
            """
            %s account_move_line AS waiting
              ON waiting.move_id = payment_line.move_id
             AND waiting.account_id = payment.outstanding_account_id
            """,
            join,
        )

    @api.model
    def _get_confirms(self, alias):
        """Whether a counterpart of waiting money is an entry of the bank.

        A statement line, or an entry made by hand in its place; never another payment.
        """
        return SQL(
            """(%(line)s.statement_line_id IS NOT NULL
                OR %(line)s.payment_id IS NULL
                   AND %(journal)s.type IN %(journals)s
                   AND %(move)s.reversed_entry_id IS NULL)""",
            line=SQL(alias),
            journal=SQL(f"{alias}_journal"),
            move=SQL(f"{alias}_move"),
            journals=MONEY_JOURNALS,
        )

    @api.model
    def _select_confirmations(self, side, other):
        return SQL(
            """
            SELECT seen.id, seen.%(amount)s AS amount
              FROM account_partial_reconcile AS seen
              JOIN account_move_line AS entry ON entry.id = seen.%(others)s
              JOIN account_journal AS entry_journal ON entry_journal.id = entry.journal_id
              JOIN account_move AS entry_move ON entry_move.id = entry.move_id
             WHERE seen.%(own)s = waiting.id AND %(confirms)s
            """,
            amount=SQL.identifier(f"{side}_amount_currency"),
            own=SQL.identifier(f"{side}_move_id"),
            others=SQL.identifier(f"{other}_move_id"),
            confirms=self._get_confirms("entry"),
        )

    @api.model
    def _get_confirmed_total(self):
        """What there was to confirm: where nothing waits any more, all that was."""
        return SQL(
            """NULLIF(CASE WHEN waiting.reconciled THEN sum(bank.amount)
                           ELSE abs(waiting.amount_currency) END, 0)"""
        )
