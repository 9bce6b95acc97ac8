from datetime import date
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.batches import run_in_batches
from ..tools.term_periods import get_due_dates, get_period_start
from .crm_contract import ACTIVE_STATES


class Span(NamedTuple):
    """The days in which a term is compared with what happened: a period, or the last 12 months."""

    term: models.BaseModel
    due_date: date | None
    date_from: date
    date_to: date
    is_over: bool


class Finding(NamedTuple):
    """What a comparison found out about a span."""

    actual: float = 0.0
    # The documents it rests on.
    count: int = 0
    overdue: float = 0.0
    # None where it cannot be said, as there is too little to judge by.
    is_met: bool | None = None
    is_behind: bool = False
    # Nothing can change it any more, though the period is not over.
    is_final: bool = False
    error: str | None = None

    @property
    def state(self):
        return {True: "met", False: "breached", None: "pending"}[self.is_met]


class CrmContractTerm(models.Model):
    """How terms are compared with the calendar and with what happened, once a night."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    evaluated_on = fields.Date(
        readonly=True,
        copy=False,
        help="The day on which the nightly action last compared the term with what happened.",
    )

    _due_idx = models.Index("(due_date) WHERE state = 'pending'")

    def action_measure(self):
        """Compare the terms with what happened now, not only tonight."""
        self.check_access("write")
        # sudo: what is measured are orders and invoices that the user may have no access to
        running = self.sudo().filtered(lambda term: term.contract_state in ACTIVE_STATES)
        running._process_evaluation()

    @api.model
    def _get_to_evaluate_domain(self, today):
        """The terms of companies where it is `today` that may have to change.

        Those overdue, those closed by hand whose next period has come, and those that are measured.
        The terms that have been evaluated today and those of contracts that are not running are
        left out by the caller.
        """
        is_over = Domain("due_date", "<", today)
        is_pending = Domain("state", "=", "pending")
        is_recurring = Domain("recurrence_months", ">", 0) & Domain("due_on", "=", "date")
        is_standing = Domain("due_date", "=", False) & Domain("state", "=", "breached")
        return (
            (is_pending & is_over)
            | (Domain("state", "!=", "pending") & is_recurring & is_over)
            | ((is_pending | is_standing) & self._get_measured_domain())
        )

    @api.model
    def _get_measured_domain(self):
        """The terms on which something has been agreed that is measured."""
        return Domain("kind", "in", self._get_measured_kinds()) & (
            Domain("target", ">", 0)
            | (Domain("kind", "=", "payment") & Domain("payment_days", ">", 0))
        )

    def _evaluate(self):
        """Bring these terms up to date; called with a batch of them every night.

        With a fixed number of queries for the batch, however many periods of recurring terms have
        been missed, and harmless when called again. A term that cannot be measured is left as it
        was, logged and reported.
        """
        plans = {term: term._get_spans() for term in self}
        findings = self._compare([span for spans in plans.values() for span in spans])
        failures = {span.term: finding.error for span, finding in findings.items() if finding.error}
        self.env["crm.contract.alert"]._record_failures(failures)
        self._apply_findings(
            {term: spans for term, spans in plans.items() if term not in failures}, findings
        )

    @api.model
    def _evaluate_all(self, batch_size):
        """Evaluate all the terms there are; return False when there was not time enough."""
        to_evaluate = Domain.OR(
            Domain("company_id", "in", companies.ids)
            & (Domain("evaluated_on", "=", False) | Domain("evaluated_on", "<", today))
            & self._get_to_evaluate_domain(today)
            for today, companies in self.env["res.company"]._get_companies_by_today().items()
        )
        return run_in_batches(
            self,
            to_evaluate & Domain("contract_state", "in", ACTIVE_STATES),
            lambda batch: batch._process_evaluation(),
            batch_size=batch_size,
            lock_table="crm_contract_alert",
            on_error=lambda term, error: term._process_evaluation_failure(error),
        )

    def _process_evaluation(self):
        self._evaluate()
        self._set_evaluated()

    def _process_evaluation_failure(self, error):
        self.env["crm.contract.alert"]._record_failures({self: str(error)})
        self._set_evaluated()

    def _set_evaluated(self):
        """Note that the terms are done for today, so that a run that goes on passes them by."""
        for today, terms in self.grouped(lambda term: term.company_id._get_today()).items():
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_contract_term SET evaluated_on = %s WHERE id IN %s",
                    today,
                    tuple(terms.ids),
                )
            )
        self.invalidate_recordset(["evaluated_on", "actual_date", "pace_text"])

    def _get_overdue(self):
        return self.filtered(
            lambda term: (
                term.state == "pending"
                and term.due_date
                and term.due_date < term.company_id._get_today()
            )
        )

    # ---------------------------------------------------------------------------------------------
    # Spans
    # ---------------------------------------------------------------------------------------------
    def _get_spans(self):
        """Return the spans to compare: the periods that are over, and the one after them.

        The last one is over as well where nothing follows it.
        """
        self.ensure_one()
        today = self.company_id._get_today()
        if not self.due_date:
            return [Span(self, None, today - relativedelta(years=1, days=-1), today, False)]
        months = self.recurrence_months if self._is_recurring() else 0
        dates = get_due_dates(
            self.due_date,
            months,
            self._get_recurrence_day(),
            today,
            self._get_last_due_date(),
        )
        return [self._get_span(due_date, today) for due_date in dates]

    def _get_span(self, due_date, today):
        start = self.period_start if due_date == self.due_date else None
        end = due_date
        if not start and self._is_recurring():
            start = get_period_start(due_date, self.recurrence_months, self._get_recurrence_day())
        elif not start and self._is_in_days():
            end = min(due_date, today)
            start = end - relativedelta(years=1, days=-1)
        elif not start:
            start = min(self.contract_id.date_start, end)
        return Span(self, due_date, start, end, due_date < today)

    def _get_recurrence_day(self):
        self.ensure_one()
        return self.recurrence_day or self.due_date.day

    def _get_last_due_date(self):
        """The last day a period may end on: the contract's end, unless it renews itself."""
        self.ensure_one()
        contract = self.contract_id
        return False if contract.renewal == "automatic" else contract.date_end

    # ---------------------------------------------------------------------------------------------
    # Comparing
    # ---------------------------------------------------------------------------------------------
    def _compare(self, spans):
        """Return {span: finding}: each measured kind by its own `_measure_<kind>(spans)`."""
        by_kind = {}
        for span in spans:
            is_measured = span.term._has_measured_target()
            by_kind.setdefault(is_measured and span.term.kind, []).append(span)
        findings = self._judge_by_hand(by_kind.pop(False, []))
        for kind, kind_spans in by_kind.items():
            findings.update(getattr(self, f"_measure_{kind}")(kind_spans))
        return findings

    def _judge_by_hand(self, spans):
        """What nobody has said to be met is not; of a document its file says so."""
        documents = [span for span in spans if span.term.kind == "document"]
        filed = self._get_with_document({span.term.id for span in documents})
        return {
            span: Finding(
                actual=span.term.actual,
                is_met=span.term.id in filed and span.due_date == span.term.due_date,
            )
            for span in spans
        }

    @api.model
    def _get_with_document(self, term_ids):
        """Return the ids of those of the terms that have a file."""
        if not term_ids:
            return set()
        # sudo: whether there is a file may be known by whoever may read the term
        files = self.env["ir.attachment"].sudo()
        return {
            res_id
            for (res_id,) in files._read_group(
                [
                    ("res_model", "=", "crm.contract.term"),
                    ("res_field", "=", "document_file"),
                    ("res_id", "in", list(term_ids)),
                ],
                ["res_id"],
            )
        }
