from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.alert_ladder import (
    format_ladder,
    get_due_steps,
    get_next_alert_date,
    get_next_due_date,
    parse_ladder,
)
from ..tools.batches import run_in_batches
from .crm_contract import ACTIVE_STATES

# The states a term may go to, from each of its states.
TRANSITIONS = {
    "pending": {"met", "breached", "waived"},
    "breached": {"pending", "met", "waived"},
    "met": {"pending"},
    "waived": {"pending"},
}


class CrmContractTerm(models.Model):
    _name = "crm.contract.term"
    _description = "Contract Term"
    _order = "due_date, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="crm.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id")
    contract_state = fields.Selection(related="contract_id.state", string="Contract Status")
    name = fields.Char(string="Term", required=True)
    kind = fields.Selection(
        selection=[
            ("date", "Date"),
            ("payment", "Payment"),
            ("volume", "Volume"),
            ("delivery", "Delivery"),
            ("price_review", "Price Review"),
            ("document", "Document"),
            ("other", "Other"),
        ],
        required=True,
        default="date",
    )
    due_on = fields.Selection(
        selection=[
            ("date", "Fixed Date"),
            ("notice", "Notice Date"),
            ("end", "Contract End"),
        ],
        required=True,
        default="date",
        help="Notice Date and Contract End follow the contract, also when it is renewed.",
    )
    due_date = fields.Date(
        compute="_compute_due_date",
        store=True,
        readonly=False,
        help="Without a due date there are no alerts.",
    )
    recurrence_months = fields.Integer(
        string="Repeat Every (Months)",
        help="Once met, the term is due again after this number of months. 0: it does not repeat.",
    )
    recurrence_day = fields.Integer(
        help="Day of the month the due date was set to; shorter months do not change it."
    )
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
    target = fields.Float(help="What was agreed: days, an amount or a quantity, as the kind says.")
    actual = fields.Float(help="What has been reached so far, in the unit of the target.")
    state = fields.Selection(
        selection=[
            ("pending", "Pending"),
            ("met", "Met"),
            ("breached", "Breached"),
            ("waived", "Waived"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="pending",
        index=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the alerts of this term.",
    )
    alert_ids = fields.One2many(
        comodel_name="crm.contract.alert", inverse_name="term_id", string="Raised Alerts"
    )

    _recurrence_months_positive = models.Constraint(
        "CHECK (recurrence_months >= 0)", "A term cannot repeat every negative number of months."
    )
    # What the nightly action looks for among all the terms there ever were.
    _next_alert_idx = models.Index("(next_alert_date) WHERE state = 'pending'")
    _due_idx = models.Index("(due_date) WHERE state = 'pending'")

    @api.depends("due_on", "contract_id.date_end", "contract_id.notice_date")
    def _compute_due_date(self):
        for term in self:
            if term.due_on == "end":
                term.due_date = term.contract_id.date_end
            elif term.due_on == "notice":
                term.due_date = term.contract_id.notice_date
            else:
                term.due_date = term.due_date

    @api.depends("due_date", "alert_days", "alert_ids.due_date", "alert_ids.days_before")
    def _compute_next_alert_date(self):
        for term in self:
            raised = {
                alert.days_before for alert in term.alert_ids if alert.due_date == term.due_date
            }
            term.next_alert_date = term.due_date and get_next_alert_date(
                term._get_ladder(), term.due_date, raised
            )

    @api.depends("contract_id")
    def _compute_user_id(self):
        for term in self:
            term.user_id = term.user_id or term.contract_id.user_id

    @api.constrains("due_date", "due_on", "contract_id")
    def _check_due_within_contract(self):
        """A term due after the end would never be watched, for the contract has expired by then."""
        for term in self:
            contract = term.contract_id
            if (
                term.state == "pending"
                and term.due_date
                and contract.date_end
                and contract.renewal != "automatic"
                and term.due_date > contract.date_end
            ):
                raise ValidationError(
                    self.env._(
                        "The term “%(term)s” is due on %(due)s, after the end of its contract on "
                        "%(end)s: set an earlier due date or a later end.",
                        term=term.name,
                        due=format_date(self.env, term.due_date),
                        end=format_date(self.env, contract.date_end),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalize(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._normalize(vals)
        if "state" in vals:
            self._check_transition(vals["state"])
        may_move = self if "due_date" in vals or "due_on" in vals else self.browse()
        due_dates = {term: term.due_date for term in may_move}
        result = super().write(vals)
        moved = may_move.filtered(lambda term: term.due_date != due_dates[term])
        if moved:
            moved._restart_ladder()
        return result

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

    def _normalize(self, vals):
        """Return the values with a clean ladder and the day of the month of the due date.

        The due date of a term that follows its contract is computed, whatever was given.
        """
        if vals.get("due_on", "date") != "date":
            vals = {key: value for key, value in vals.items() if key != "due_date"}
        if vals.get("alert_days"):
            vals = {**vals, "alert_days": format_ladder(self._parse_alert_days(vals["alert_days"]))}
        if vals.get("due_date") and "recurrence_day" not in vals:
            vals = {**vals, "recurrence_day": fields.Date.to_date(vals["due_date"]).day}
        return vals

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

    def _check_transition(self, state):
        """Refuse a change of state that TRANSITIONS does not allow."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for term in self:
            if state != term.state and state not in TRANSITIONS[term.state]:
                raise UserError(
                    self.env._(
                        "The term “%(term)s” is “%(old)s” and cannot become “%(new)s”.",
                        term=term.name,
                        old=labels[term.state],
                        new=labels.get(state, state),
                    )
                )

    # ---------------------------------------------------------------------------------------------
    # Buttons
    # ---------------------------------------------------------------------------------------------
    def action_met(self):
        """Take the terms as met; a recurring one is pending again for its next period."""
        self.write({"state": "met"})
        activities = self.alert_ids.activity_id.filtered("active")
        if activities:
            activities.action_feedback(feedback=self.env._("The term has been met."))
        bodies = {term: term.env._("Term “%s” has been met.", term.name) for term in self}
        for term in self.filtered(lambda term: term._is_repeated()):
            met_date = term.due_date
            term._open_next_period()
            bodies[term] = term.env._(
                "Term “%(term)s” due on %(due)s has been met; it is due again on %(next)s.",
                term=term.name,
                due=format_date(self.env, met_date),
                next=format_date(self.env, term.due_date),
            )
        self._log_on_contract(bodies)

    def action_waive(self):
        self.write({"state": "waived"})
        self._discard_activities()
        self._log_on_contract(
            {term: self.env._("Term “%s” has been waived.", term.name) for term in self}
        )

    def action_reopen(self):
        self.write({"state": "pending"})
        self._log_on_contract(
            {term: self.env._("Term “%s” is pending again.", term.name) for term in self}
        )

    # ---------------------------------------------------------------------------------------------
    # Periods and activities
    # ---------------------------------------------------------------------------------------------
    def _is_repeated(self):
        """Whether a next period follows the one that has been met, within the contract."""
        self.ensure_one()
        if not (self.recurrence_months and self.due_date and self.due_on == "date"):
            return False
        contract = self.contract_id
        return (
            not contract.date_end
            or contract.renewal == "automatic"
            or self._get_next_due_date() <= contract.date_end
        )

    def _get_next_due_date(self):
        self.ensure_one()
        return get_next_due_date(
            self.due_date, self.recurrence_months, self.recurrence_day or self.due_date.day
        )

    def _open_next_period(self):
        self.ensure_one()
        self.write(
            {
                "due_date": self._get_next_due_date(),
                "recurrence_day": self.recurrence_day,
                "state": "pending",
                "actual": 0.0,
            }
        )

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

    def _prepare_following_values(self, start, period):
        """Values of this term in the following contract, whose periods begin on `start`."""
        self.ensure_one()
        values = self.copy_data()[0]
        values.pop("contract_id", None)
        if self.due_on != "date":
            values.pop("due_date", None)
        elif self.due_date:
            due_date = self.due_date
            while due_date < start:
                due_date = (
                    get_next_due_date(due_date, self.recurrence_months, self.recurrence_day)
                    if self.recurrence_months
                    else due_date + period
                )
            values["due_date"] = due_date
        return values

    def _log_on_contract(self, bodies):
        """Log one note on each contract from {term: text}: a term's history is its contract's."""
        notes = {}
        for term, body in bodies.items():
            notes.setdefault(term.contract_id.id, []).append(body)
        self.contract_id._message_log_batch(
            {contract_id: Markup("<br/>").join(lines) for contract_id, lines in notes.items()}
        )

    # ---------------------------------------------------------------------------------------------
    # Nightly action
    # ---------------------------------------------------------------------------------------------
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
        steps = {}
        overdue = self.browse()
        for term in self:
            today = term.company_id._get_today()
            steps[term] = get_due_steps(term._get_ladder(), term.due_date, today)
            if term.due_date < today:
                overdue |= term
        self.env["crm.contract.alert"]._raise(steps)
        overdue.write({"state": "breached"})
        overdue._log_on_contract(
            {
                term: self.env._(
                    "Term “%(term)s” was due on %(due)s and is breached.",
                    term=term.name,
                    due=format_date(self.env, term.due_date),
                )
                for term in overdue
            }
        )
