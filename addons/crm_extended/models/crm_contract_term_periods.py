from datetime import date
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..tools.alert_ladder import get_next_due_date
from .crm_contract_term_evaluation import Finding


class Outcome(NamedTuple):
    """What becomes of a term: the periods that are closed, and where it stands after them."""

    closed: tuple
    # The due date of the period that opens, or None where the present one goes on.
    next_due_date: date | None
    state: str
    finding: Finding


class CrmContractTerm(models.Model):
    """How terms are closed: a recurring one keeps the period as history and opens the next."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _apply_findings(self, plans, findings):
        """Close what is over, open what follows, and note how the others stand.

        :param plans: {term: its spans}, the last of which the term stands in afterwards
        :param findings: {span: finding}
        """
        outcomes = {
            term: term._get_outcome(spans, [findings[span] for span in spans])
            for term, spans in plans.items()
        }
        notes = {
            term: term._get_outcome_note(outcome)
            for term, outcome in outcomes.items()
            if outcome.closed or outcome.state != term.state
        }
        self._open_periods(outcomes)
        for state in ("pending", "met", "breached"):
            changed = self.browse(
                term.id
                for term, outcome in outcomes.items()
                if outcome.state == state and term.state != state
            )
            if changed:
                changed.write({"state": state})
        self._withdraw_settled(
            {term: outcome for term, outcome in outcomes.items() if term in notes}
        )
        self._store_findings({term: outcome.finding for term, outcome in outcomes.items()})
        self._log_on_contract(notes)
        self._tell_behind(
            self.browse(term.id for term, outcome in outcomes.items() if outcome.finding.is_behind)
        )

    def _get_outcome(self, spans, findings):
        self.ensure_one()
        closed = tuple(map(self._prepare_period, spans[:-1], findings[:-1]))
        current, finding = spans[-1], findings[-1]
        next_due_date = current.due_date if closed else None
        # What has been closed by hand stays so until its next period opens.
        state = "pending" if closed else self.state
        if not current.due_date:
            if state in ("pending", "breached") and self._has_measured_target():
                state = "breached" if finding.is_met is False else "pending"
        elif state == "pending" and current.is_over:
            state = finding.state
        elif state == "pending" and finding.is_final:
            following = self._get_following_due_date(current.due_date)
            if following:
                closed += (self._prepare_period(current, finding),)
                next_due_date, finding = following, Finding()
            else:
                state = finding.state
        if state != "pending" and current.due_date:
            finding = finding._replace(is_behind=False)
        return Outcome(closed, next_due_date, state, finding)

    def _prepare_period(self, span, finding):
        """Values of the row that keeps a closed period."""
        self.ensure_one()
        # The first one may have been closed by hand, and waited for the next one to open.
        is_closed = span.due_date == self.due_date and self.state != "pending"
        return {
            "term_id": self.id,
            "period_start": span.date_from,
            "due_date": span.due_date,
            "target": self._get_target(),
            "actual": finding.actual,
            "actual_count": finding.count,
            "state": self.state if is_closed else finding.state,
            "waive_reason": (is_closed and self.waive_reason) or None,
            "closed_on": self.company_id._get_today(),
        }

    def _finish(self, state, reason=None):
        """Close the present periods of these terms by hand; what recurs opens its next one.

        :return: {term: the due date that has been closed} of those that opened another period
        """
        self._check_transition(state)
        outcomes = {}
        for term in self:
            following = term._is_recurring() and term._get_following_due_date(term.due_date)
            if not following:
                continue
            span = term._get_span(term.due_date, term.company_id._get_today())
            finding = Finding(actual=term.actual, count=term.actual_count)
            row = {**term._prepare_period(span, finding), "state": state, "waive_reason": reason}
            outcomes[term] = Outcome((row,), following, "pending", Finding())
        closed = {term: term.due_date for term in outcomes}
        self._open_periods(outcomes)
        once = self - self.browse(term.id for term in outcomes)
        once.write({"state": state, "waive_reason": reason or False})
        return closed

    def _is_opening_periods(self):
        return bool(self.env.context.get("crm_contract_period_opens"))

    def _keep_contract_periods(self):
        """Keep what is over of terms that are due with their contract, which is being prolonged."""
        following = self.filtered(lambda term: term.due_on != "date" and term.due_date)
        rows = []
        for term in following:
            span = term._get_span(term.due_date, term.company_id._get_today())
            finding = Finding(actual=term.actual, count=term.actual_count)
            rows.append(term._prepare_period(span, finding))
        # sudo: history is written by the system only
        self.env["crm.contract.term.period"].sudo()._record(rows)._take_documents()

    def _get_following_due_date(self, due_date):
        """The due date after this one within the contract, or None where nothing follows."""
        self.ensure_one()
        if not self._is_recurring():
            return None
        following = get_next_due_date(due_date, self.recurrence_months, self._get_recurrence_day())
        last = self._get_last_due_date()
        return None if last and following > last else following

    def _open_periods(self, outcomes):
        """Keep the closed periods of {term: outcome} as history, and move to the next ones."""
        rows = [row for outcome in outcomes.values() for row in outcome.closed]
        # sudo: history is written by the system only
        periods = self.env["crm.contract.term.period"].sudo()._record(rows)
        documents = {}
        for row, period in zip(rows, periods, strict=True):
            # The file belongs to the period it was attached in: the first one that is closed.
            documents.setdefault(row["term_id"], period.id)
        periods.browse(documents.values())._take_documents()
        for term, outcome in outcomes.items():
            if outcome.next_due_date:
                term.with_context(crm_contract_period_opens=True).write(
                    {
                        "due_date": outcome.next_due_date,
                        "recurrence_day": term._get_recurrence_day(),
                        "state": "pending",
                        "actual": 0.0,
                        "actual_count": 0,
                        "is_behind": False,
                        "waive_reason": False,
                    }
                )

    def _withdraw_settled(self, outcomes):
        """Withdraw the alerts about what has been met; what was missed is still to be told."""
        settled = {
            (row["term_id"], row["due_date"])
            for outcome in outcomes.values()
            for row in outcome.closed
            if row["state"] != "breached"
        }
        settled |= {
            (term.id, term.due_date)
            for term, outcome in outcomes.items()
            if outcome.state in ("met", "waived")
        }
        self.alert_ids.filtered(
            lambda alert: (alert.term_id.id, alert.due_date) in settled
        )._withdraw()

    def _store_findings(self, findings):
        """Write what was measured of {term: finding}, where it has changed, in one query."""
        measured = {
            term: finding for term, finding in findings.items() if term._has_measured_target()
        }
        if not measured:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_contract_term term
                   SET actual = new.actual, actual_count = new.count,
                       amount_overdue = new.overdue, is_behind = new.is_behind
                  FROM unnest(
                           %(ids)s::integer[], %(actuals)s::float[], %(counts)s::integer[],
                           %(overdues)s::numeric[], %(behinds)s::boolean[]
                       ) AS new (id, actual, count, overdue, is_behind)
                 WHERE term.id = new.id
                   AND (term.actual, term.actual_count, term.amount_overdue, term.is_behind)
                       IS DISTINCT FROM (new.actual, new.count, new.overdue, new.is_behind)
                """,
                ids=[term.id for term in measured],
                actuals=[finding.actual for finding in measured.values()],
                counts=[finding.count for finding in measured.values()],
                overdues=[finding.overdue for finding in measured.values()],
                behinds=[finding.is_behind for finding in measured.values()],
            )
        )
        self.invalidate_recordset(
            ["actual", "actual_count", "amount_overdue", "is_behind", "actual_text", "pace_text"]
        )
