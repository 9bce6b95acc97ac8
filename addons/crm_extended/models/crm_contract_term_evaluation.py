from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..tools.batches import run_in_batches
from .crm_contract import ACTIVE_STATES


class CrmContractTerm(models.Model):
    """How terms are compared with the calendar and with what happened, once a night."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    evaluated_on = fields.Date(
        readonly=True,
        copy=False,
        help="The day on which the nightly action last compared the term with what happened.",
    )

    _due_idx = models.Index("(due_date) WHERE state = 'pending'")

    @api.model
    def _get_to_evaluate_domain(self, today):
        """The terms of companies where it is `today` that may have to change: those overdue.

        Kinds that are measured extend it. The terms that have been evaluated today and those of
        contracts that are not running are left out by the caller.
        """
        return Domain("state", "=", "pending") & Domain("due_date", "<", today)

    def _evaluate(self):
        """Bring the state of these terms up to date; called with a batch of them every night.

        Meant to be extended: with a fixed number of queries for the batch, and harmless when called
        again. A term that makes it raise an error is left as it was, logged and reported. Here:
        what is past its due date is breached.
        """
        self._get_overdue()._breach()

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
        self.invalidate_recordset(["evaluated_on"])

    def _get_overdue(self):
        return self.filtered(
            lambda term: (
                term.state == "pending"
                and term.due_date
                and term.due_date < term.company_id._get_today()
            )
        )

    def _breach(self):
        self.write({"state": "breached"})
        self._log_on_contract(
            {
                term: self.env._(
                    "Term “%(term)s” was due on %(due)s and is breached.",
                    term=term.name,
                    due=format_date(self.env, term.due_date),
                )
                for term in self
            }
        )
