from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.alert_ladder import format_ladder, get_due_steps, get_next_alert_date, parse_ladder
from ..tools.batches import run_in_batches
from .crm_contract import ACTIVE_STATES


class CrmContractTerm(models.Model):
    """How a term watches itself: its ladder of alerts, and the nightly action that raises them."""

    _inherit = "crm.contract.term"

    alert_days = fields.Char(
        string="Alerts",
        default="60,30,7,1",
        help="Days before the due date on which the responsible person is told, separated by "
        "commas: 60,30,7,1. 0 is the due date itself.",
    )
    next_alert_date = fields.Date(
        string="Next Alert",
        compute="_compute_next_alert_date",
        store=True,
        help="The day of the first alert that has not been raised yet.",
    )
    alert_ids = fields.One2many(
        comodel_name="crm.contract.alert", inverse_name="term_id", string="Raised Alerts"
    )

    # What the nightly action looks for among all the terms there ever were.
    _next_alert_idx = models.Index("(next_alert_date) WHERE state = 'pending'")
    _due_idx = models.Index("(due_date) WHERE state = 'pending'")

    @api.depends("due_date", "alert_days", "alert_ids.due_date", "alert_ids.days_before")
    def _compute_next_alert_date(self):
        for term in self:
            raised = {
                alert.days_before for alert in term.alert_ids if alert.due_date == term.due_date
            }
            term.next_alert_date = term.due_date and get_next_alert_date(
                term._get_ladder(), term.due_date, raised
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_ladder(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_ladder(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_alerted(self):
        for term in self:
            if term.alert_ids:
                raise UserError(
                    self.env._(
                        "The term “%s” has raised alerts: waive it instead of deleting it.",
                        term.name,
                    )
                )

    def _clean_ladder(self, vals):
        if not vals.get("alert_days"):
            return vals
        return {**vals, "alert_days": format_ladder(self._parse_alert_days(vals["alert_days"]))}

    @api.model
    def _parse_alert_days(self, text):
        try:
            return parse_ladder(text)
        except ValueError:
            raise ValidationError(
                self.env._(
                    "The alerts “%s” have to be numbers of days from 0 to 3660, separated by "
                    "commas, for example 60,30,7,1.",
                    text,
                )
            ) from None

    def _get_ladder(self):
        self.ensure_one()
        return self._parse_alert_days(self.alert_days)

    def _restart_ladder(self, new_period=False):
        """Forget what was planned for an earlier due date: the new one has a ladder of its own.

        What was breached on the earlier date is pending again; in a new period of the contract
        every term is.
        """
        self._discard_activities()
        self.filtered(
            lambda term: term.state == "breached" or (new_period and term.state != "pending")
        ).write({"state": "pending"})

    def _discard_activities(self):
        """Remove the open activities of earlier alerts; the alerts stay as history."""
        self.alert_ids.activity_id.filtered("active").unlink()

    @api.model
    def _get_to_alert_domain(self):
        """The pending terms with an alert to raise, or past their due date."""
        reached = Domain.OR(
            Domain("company_id", "in", companies.ids)
            & (Domain("next_alert_date", "<=", today) | Domain("due_date", "<", today))
            for today, companies in self.env["res.company"]._get_companies_by_today().items()
        )
        pending = Domain("state", "=", "pending") & Domain("contract_state", "in", ACTIVE_STATES)
        return pending & reached

    @api.model
    def _cron_raise_alerts(self, batch_size=1000):
        """Nightly: bring contracts past their end up to date, then raise the alerts due.

        Safe to be killed and run again, and to run twice at once: an alert is unique in the
        database, and its activity is made in the same transaction.
        """
        if not self.env["crm.contract"]._cron_update_states():
            return
        # Nobody may write alerts, not even who may run this action by hand.
        terms = self.sudo()
        run_in_batches(
            terms,
            terms._get_to_alert_domain(),
            lambda batch: batch._process_alerts(),
            batch_size=batch_size,
            lock_table="crm_contract_alert",
        )

    def _process_alerts(self):
        """Raise the missing alerts of these terms and mark those past their due date."""
        steps = {
            term: get_due_steps(term._get_ladder(), term.due_date, term.company_id._get_today())
            for term in self
        }
        self.env["crm.contract.alert"]._raise(steps)
        self._get_overdue()._breach()

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
