from odoo import models
from odoo.tools import SQL

from .crm_contract_orders import MOVE_TYPES, REFUNDS
from .crm_contract_term_evaluation import Finding

# An average over fewer documents says nothing about how somebody pays or delivers.
ENOUGH = 3


class CrmContractTerm(models.Model):
    """Payment: the days it really takes, or what has been paid by a date.

    What counts are the invoices under the contract; where there are none, those of the same partner
    that are under no contract at all. Credit notes pay nothing.
    """

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _measure_payment(self, spans):
        in_days = [span for span in spans if span.term.payment_days]
        in_money = [span for span in spans if not span.term.payment_days]
        overdue, errors = self._read_overdue(spans)
        findings = {**self._measure_days(in_days), **self._measure_paid(in_money)}
        return {
            span: finding._replace(overdue=overdue[span], error=finding.error or errors.get(span))
            for span, finding in findings.items()
        }

    # ---------------------------------------------------------------------------------------------
    # Days
    # ---------------------------------------------------------------------------------------------
    def _measure_days(self, spans):
        averages = self._read_payment_days(spans) if spans else {}
        return {span: span.term._judge_days(span, *averages.get(span, (0.0, 0))) for span in spans}

    def _judge_days(self, span, days, count):
        """The finding of an average, which has to rest on enough documents."""
        self.ensure_one()
        days = round(days, 2)
        is_kept = days <= self._get_target() if count >= ENOUGH else None
        return Finding(actual=days, count=count, is_met=is_kept, is_behind=is_kept is False)

    def _read_payment_days(self, spans):
        """Read {span: (average days, number of invoices)} of those paid in full in each span.

        An invoice weighs as much as it was over, in the company's currency.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(spans)s, move AS (%(moves)s)
                SELECT move.place, COUNT(*),
                       SUM((paid.day - move.invoice_date) * ABS(move.amount_total_signed))
                       / SUM(ABS(move.amount_total_signed))
                  FROM move
                  JOIN LATERAL (
                       SELECT MAX(payment.date) AS day FROM (%(payments)s) payment
                  ) paid ON paid.day BETWEEN move.date_from AND move.date_to
                 WHERE move.payment_state IN ('paid', 'in_payment')
                   AND move.amount_total_signed <> 0
                 GROUP BY 1
                """,
                spans=self._select_spans(spans),
                moves=self._select_invoices(),
                payments=self._select_payments(),
            )
        )
        return {spans[place - 1]: (float(days), count) for place, count, days in rows}

    # ---------------------------------------------------------------------------------------------
    # Money
    # ---------------------------------------------------------------------------------------------
    def _measure_paid(self, spans):
        if not spans:
            return {}
        paid, errors = self._read_paid(spans)
        findings = {}
        for span in spans:
            is_met = paid[span] >= span.term.target
            findings[span] = Finding(
                actual=paid[span],
                is_met=is_met if span.due_date else None,
                is_final=is_met and bool(span.due_date),
                error=errors.get(span),
            )
        return findings

    def _read_paid(self, spans):
        """Read ({span: what was paid in it}, {span: sentence about a missing rate})."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(spans)s, move AS (%(moves)s)
                SELECT move.place, move.currency_id, payment.date, SUM(payment.amount)
                  FROM move
                  JOIN LATERAL (%(payments)s) payment
                    ON payment.date BETWEEN move.date_from AND move.date_to
                 GROUP BY 1, 2, 3
                """,
                spans=self._select_spans(spans),
                moves=self._select_invoices(),
                payments=self._select_payments(),
            )
        )
        return self._add_up(spans, rows)

    def _read_overdue(self, spans):
        """Read ({span: what is open past its due date}, {span: sentence about a missing rate})."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(spans)s, move AS (%(moves)s)
                SELECT move.place, move.currency_id, move.invoice_date, SUM(move.amount_residual)
                  FROM move
                 WHERE move.amount_residual > 0 AND move.invoice_date_due < move.today
                 GROUP BY 1, 2, 3
                """,
                spans=self._select_spans(spans),
                moves=self._select_invoices(),
            )
        )
        return self._add_up(spans, rows)

    # ---------------------------------------------------------------------------------------------
    # SQL
    # ---------------------------------------------------------------------------------------------
    def _select_invoices(self):
        """The invoices that count for each span: under the contract, or under none."""
        columns = SQL(
            """
            span.place, span.date_from, span.date_to, span.today, invoice.id, invoice.currency_id,
            invoice.invoice_date, invoice.invoice_date_due, invoice.amount_residual,
            invoice.amount_total_signed, invoice.payment_state,
            CASE WHEN span.kind = 'supplier' THEN -1 ELSE 1 END AS sign
            """
        )
        condition = SQL(
            """
            invoice.state = 'posted' AND invoice.invoice_date <= span.date_to
            AND invoice.move_type = CASE WHEN span.kind = 'supplier' THEN %s ELSE %s END
            """,
            MOVE_TYPES["supplier"][0],
            MOVE_TYPES["customer"][0],
        )
        return SQL(
            """
            SELECT %(columns)s
              FROM span
              JOIN account_move invoice ON invoice.contract_id = span.contract_id
             WHERE %(condition)s
             UNION ALL
            SELECT %(columns)s
              FROM span
              JOIN account_move invoice
                ON invoice.commercial_partner_id = span.commercial_partner_id
               AND invoice.company_id = span.company_id AND invoice.contract_id IS NULL
             WHERE %(condition)s
               AND NOT EXISTS (
                       SELECT FROM account_move own
                        WHERE own.contract_id = span.contract_id AND own.state = 'posted'
                   )
            """,
            columns=columns,
            condition=condition,
        )

    def _select_payments(self):
        """What paid the invoice `move`: not credit notes, not differences of exchange rates.

        By the day of the payment itself: the `max_date` of a reconciliation is that of the booking
        of a vendor bill where it was booked at the end of its month.
        """
        return SQL(
            """
            SELECT GREATEST(other.date, move.invoice_date) AS date,
                   CASE WHEN move.sign = 1 THEN partial.debit_amount_currency
                        ELSE partial.credit_amount_currency END AS amount
              FROM account_move_line line
              JOIN account_partial_reconcile partial
                ON partial.debit_move_id = line.id OR partial.credit_move_id = line.id
              JOIN account_move_line other ON other.id = CASE
                   WHEN partial.debit_move_id = line.id THEN partial.credit_move_id
                   ELSE partial.debit_move_id END
              JOIN account_move other_move ON other_move.id = other.move_id
              JOIN res_company company ON company.id = line.company_id
             WHERE line.move_id = move.id AND line.display_type = 'payment_term'
               AND other_move.move_type NOT IN %(refunds)s
               AND other_move.journal_id IS DISTINCT FROM company.currency_exchange_journal_id
            """,
            refunds=REFUNDS,
        )
