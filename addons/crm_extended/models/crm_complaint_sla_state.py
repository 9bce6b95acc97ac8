from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

SLA_STATES = [
    ("on_track", "On Track"),
    ("at_risk", "At Risk"),
    ("breached", "Breached"),
    ("met", "Met"),
]


class CrmComplaint(models.Model):
    """How a complaint stands towards its deadlines at the moment it is read.

    While a clock runs its stored dates are compared with the time of day, so that nothing has to be
    written when a deadline passes. Once none runs, the stored `sla_settled_state` is the answer.
    """

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    sla_state = fields.Selection(
        selection=SLA_STATES,
        string="Deadline Status",
        compute="_compute_sla_state",
        search="_search_sla_state",
        help="Of an open complaint: what the clocks that still run say. "
        "Of a closed one: whether every deadline was met.",
    )
    sla_deadline = fields.Datetime(
        string="Next Deadline",
        compute="_compute_sla_deadline",
        store=True,
        precompute=True,
        help="The earliest of the response and the resolution deadline that still runs.",
    )
    sla_risk_date = fields.Datetime(
        compute="_compute_sla_deadline",
        store=True,
        precompute=True,
        help="When the first of the running deadlines begins to be near.",
        groups="base.group_user",
    )
    sla_settled_state = fields.Selection(
        selection=SLA_STATES,
        compute="_compute_sla_deadline",
        store=True,
        precompute=True,
        help="The status as long as no deadline runs.",
        groups="base.group_user",
    )
    sla_remaining = fields.Char(string="Time Left", compute="_compute_sla_remaining")

    # Only open complaints have these dates, however many closed ones there are.
    _sla_deadline_idx = models.Index("(sla_deadline) WHERE sla_deadline IS NOT NULL")
    _sla_risk_date_idx = models.Index("(sla_risk_date) WHERE sla_risk_date IS NOT NULL")

    @api.depends(
        "stage_id",
        "stage_id.is_closed",
        "first_response_date",
        "awaiting_since",
        "response_target_hours",
        "resolution_target_hours",
        "first_response_deadline",
        "first_response_risk_date",
        "next_response_deadline",
        "next_response_risk_date",
        "resolution_deadline",
        "resolution_risk_date",
        "first_response_sla_met",
        "resolution_sla_met",
    )
    def _compute_sla_deadline(self):
        for complaint in self:
            clocks = complaint._get_running_clocks()
            deadlines = [complaint[f"{clock}_deadline"] for clock in clocks]
            risk_dates = [complaint[f"{clock}_risk_date"] for clock in clocks]
            complaint.sla_deadline = min(filter(None, deadlines), default=False)
            complaint.sla_risk_date = min(filter(None, risk_dates), default=False)
            complaint.sla_settled_state = complaint._get_settled_state()

    @api.depends("sla_deadline", "sla_risk_date", "sla_settled_state")
    def _compute_sla_state(self):
        now = fields.Datetime.now()
        for complaint in self:
            if not complaint.sla_deadline:
                complaint.sla_state = complaint.sla_settled_state
            elif complaint.sla_deadline < now:
                complaint.sla_state = "breached"
            elif complaint.sla_risk_date <= now:
                complaint.sla_state = "at_risk"
            else:
                complaint.sla_state = "on_track"

    @api.depends("sla_deadline", "sla_settled_state", "clock_stopped_date")
    def _compute_sla_remaining(self):
        now = fields.Datetime.now()
        # sudo: reads policies and calendars, which a customer may not see
        running = self.sudo().filtered("sla_deadline")
        paused = (self.sudo() - running).filtered(
            lambda complaint: complaint.clock_stopped_date and complaint._is_paused()
        )
        questions = [complaint._get_remaining_question(now) for complaint in running]
        questions += [
            (
                complaint._get_calendar_key("resolution"),
                complaint.received_date,
                complaint.clock_stopped_date,
            )
            for complaint in paused
        ]
        hours = iter(self.env["resource.calendar"]._get_working_times().measure_all(questions))
        self.sla_remaining = False
        for complaint in running:
            overdue = complaint.sla_deadline < now
            complaint.sla_remaining = (
                self.env._("%(hours)s h overdue", hours=_format_hours(next(hours)))
                if overdue
                else self.env._("%(hours)s h left", hours=_format_hours(next(hours)))
            )
        for complaint in paused:
            used = next(hours) - complaint.clock_stopped_hours
            complaint.sla_remaining = self.env._(
                "Paused, %(hours)s h left",
                hours=_format_hours(complaint.resolution_target_hours - used),
            )

    def _search_sla_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        running = Domain("sla_deadline", "!=", False)
        begun, over = Domain("sla_risk_date", "<=", now), Domain("sla_deadline", "<", now)
        by_time = {
            "breached": over,
            "at_risk": running & begun & ~over,
            "on_track": running & ~begun & ~over,
        }
        return Domain.OR(
            by_time.get(state, Domain.FALSE) | (~running & Domain("sla_settled_state", "=", state))
            for state in value
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec != "sla_state":
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields["sla_state"], "read")
        return SQL(
            """
            CASE WHEN %(deadline)s IS NULL THEN %(settled)s
                 WHEN %(deadline)s < %(now)s THEN 'breached'
                 WHEN %(risk)s <= %(now)s THEN 'at_risk'
                 ELSE 'on_track'
            END
            """,
            deadline=self._field_to_sql(alias, "sla_deadline", query),
            risk=self._field_to_sql(alias, "sla_risk_date", query),
            settled=self._field_to_sql(alias, "sla_settled_state", query),
            now=fields.Datetime.now(),
        )

    def _get_running_clocks(self):
        """Return the clocks that somebody still has to stop, with a deadline or without."""
        self.ensure_one()
        if self.stage_id.is_closed:
            return []
        clocks = ["resolution"]
        if not self.first_response_date:
            clocks.append("first_response")
        elif self.awaiting_since:
            clocks.append("next_response")
        return clocks

    def _get_settled_state(self):
        self.ensure_one()
        if not self.response_target_hours and not self.resolution_target_hours:
            return False
        if not self.stage_id.is_closed and self.resolution_target_hours:
            return "on_track"
        verdicts = (self.first_response_sla_met, self.resolution_sla_met)
        return "breached" if "missed" in verdicts else "met"

    def _is_paused(self):
        """Whether only the customer's silence keeps the resolution clock from running."""
        self.ensure_one()
        return bool(self.resolution_target_hours) and not self.stage_id.is_closed

    def _get_remaining_question(self, now):
        """What to ask for the hours between now and the next deadline, whichever comes first."""
        self.ensure_one()
        clock = next(
            clock
            for clock in self._get_running_clocks()
            if self[f"{clock}_deadline"] == self.sla_deadline
        )
        start, stop = sorted((now, self.sla_deadline))
        return self._get_calendar_key(clock), start, stop


def _format_hours(hours):
    return f"{hours:.1f}".removesuffix(".0")
