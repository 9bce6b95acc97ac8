from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.alert_ladder import MAX_DAYS_AFTER, Watch
from .crm_contract import ACTIVE_STATES

# The states of a term in which somebody still has to do something about it.
OPEN_STATES = ("pending", "breached")


class CrmContractTerm(models.Model):
    """How a term watches itself: its ladder of alerts, and the nightly action that raises them."""

    _name = "crm.contract.term"
    _inherit = ["crm.contract.term", "crm.contract.watch.mixin"]
    _ladder_fields = ("alert_days",)

    alert_days = fields.Char(
        string="Alerts",
        compute="_compute_alert_days",
        store=True,
        readonly=False,
        precompute=True,
        help="Days before the due date on which the responsible person is told, separated by "
        "commas: 60,30,7,1. 0 is the due date itself.",
    )
    repeat_days_after = fields.Integer(
        string="Every … Days after",
        compute="_compute_alert_days",
        store=True,
        readonly=False,
        precompute=True,
        help="After the due date the alert comes again every so many days, for a year at most, "
        "until somebody acknowledges it. 0: it does not come again.",
    )
    alert_ids = fields.One2many(
        comodel_name="crm.contract.alert", inverse_name="term_id", string="Raised Alerts"
    )

    _repeat_days_after_in_range = models.Constraint(
        f"CHECK (repeat_days_after BETWEEN 0 AND {MAX_DAYS_AFTER})",
        f"An alert can come again every 1 to {MAX_DAYS_AFTER} days; 0 means that it does not.",
    )
    # What the nightly action looks for among all the terms there ever were.
    _next_alert_idx = models.Index("(next_alert_date) WHERE next_alert_date IS NOT NULL")

    @api.depends("contract_id")
    def _compute_alert_days(self):
        """Propose what the contract type says; the terms that exist keep theirs."""
        for term in self:
            settings = term.contract_id._get_alert_settings()
            term.alert_days = settings.alert_days_term
            term.repeat_days_after = settings.repeat_days_after

    @api.depends(
        "due_date",
        "state",
        "alert_days",
        "repeat_days_after",
        "contract_id.state",
        "alert_ids.due_date",
        "alert_ids.state",
        "period_ids.due_date",
        "period_ids.state",
    )
    def _compute_next_alert_date(self):
        return super()._compute_next_alert_date()

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

    def _get_watches(self):
        """Watch the present period, and those before it in which nobody has done it."""
        self.ensure_one()
        if self.contract_state not in ACTIVE_STATES:
            return []
        oldest = self.company_id._get_today() - timedelta(days=MAX_DAYS_AFTER)
        due_dates = [
            period.due_date
            for period in self.period_ids
            if period.state == "breached" and oldest <= period.due_date != self.due_date
        ]
        if self.state in OPEN_STATES and self.due_date:
            due_dates.append(self.due_date)
        if not due_dates:
            return []
        ladder = self._parse_ladder(self.alert_days)
        return [Watch("term", due_date, ladder, self.repeat_days_after) for due_date in due_dates]

    def _get_own_alerts(self):
        return self.alert_ids

    def _restart_ladder(self, new_period=False):
        """Forget what was planned for an earlier due date: the new one has a ladder of its own.

        What was breached on the earlier date is pending again; in a new period of the contract
        every term is.
        """
        self._discard_activities()
        self.filtered(
            lambda term: term.state == "breached" or (new_period and term.state != "pending")
        ).write({"state": "pending"})

    def _get_present_alerts(self):
        """The alerts about the present period; what was missed before is still to be done."""
        return self.alert_ids.filtered(lambda alert: alert.due_date == alert.term_id.due_date)

    def _discard_activities(self):
        """Remove the open activities of earlier alerts; the alerts stay as history.

        What was missed in a period before is still to be done, whatever becomes of this one.
        """
        missed = self.period_ids.filtered(lambda period: period.state == "breached")
        keys = {(period.term_id, period.due_date) for period in missed}
        self.alert_ids.filtered(
            lambda alert: (alert.term_id, alert.due_date) not in keys
        )._withdraw()

    @api.model
    def _cron_raise_alerts(self, batch_size=1000):
        """Nightly: compare the terms with what happened, then raise the alerts that are due.

        Safe to be killed and run again, and to run twice at once: an alert is unique in the
        database, and what it causes is made or marked in the same transaction. When time runs out
        the scheduler calls it again, and it goes on where it was.
        """
        # Nobody may write alerts, not even who may run this action by hand.
        terms = self.sudo()
        contracts = terms.env["crm.contract"]
        alerts = terms.env["crm.contract.alert"]
        steps = (
            lambda: terms._evaluate_all(batch_size),
            lambda: terms._raise_alerts(batch_size),
            lambda: contracts._raise_alerts(batch_size),
            # Only now: of a contract that ended during a downtime the missed alerts are told too.
            contracts._cron_update_states,
            # A contract that was prolonged may be near its new dates already.
            lambda: terms._raise_alerts(batch_size),
            lambda: contracts._raise_alerts(batch_size),
            lambda: alerts._escalate_all(batch_size),
            # A digest takes as long as some ten alerts.
            lambda: alerts._send_digests(max(batch_size // 10, 1)),
            alerts._send_summaries,
        )
        for step in steps:
            if not step():
                return
