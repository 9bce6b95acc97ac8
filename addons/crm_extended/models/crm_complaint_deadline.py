from odoo import api, fields, models
from odoo.fields import Domain

SLA_MET = [("met", "Met"), ("missed", "Missed")]
DEFAULT_AT_RISK_PERCENT = 75


class CrmComplaint(models.Model):
    """By when a complaint has to be answered and resolved, and whether it was.

    Three clocks run in working hours. *First response* runs from the day it was received until the
    first answer. *Next response* runs from a later word of the customer until the next answer.
    Neither stops in a waiting stage: who has not answered is not waiting for the customer.
    *Resolution* runs until the complaint is closed; it stands still while the stage is a waiting or
    a closing one, and goes on from what is left.

    The resolution clock needs no history: what it has run is all the working time since
    `received_date` without `clock_stopped_hours` and without the time since `clock_stopped_date`.
    """

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    # What was promised
    response_sla_id = fields.Many2one(
        comodel_name="crm.complaint.sla",
        string="Response Policy",
        compute="_compute_sla",
        store=True,
        precompute=True,
        ondelete="set null",
        groups="base.group_user",
    )
    resolution_sla_id = fields.Many2one(
        comodel_name="crm.complaint.sla",
        string="Resolution Policy",
        compute="_compute_sla",
        store=True,
        precompute=True,
        ondelete="set null",
        groups="base.group_user",
    )
    response_target_hours = fields.Float(
        compute="_compute_sla",
        store=True,
        precompute=True,
        aggregator=None,
        groups="base.group_user",
    )
    resolution_target_hours = fields.Float(
        compute="_compute_sla",
        store=True,
        precompute=True,
        aggregator=None,
        groups="base.group_user",
    )

    # Where the resolution clock stands
    clock_stopped_date = fields.Datetime(
        string="Clock Stopped On",
        compute="_compute_clock",
        store=True,
        precompute=True,
        copy=False,
        help="Since when the complaint has been waiting for the customer or closed.",
        groups="base.group_user",
    )
    clock_stopped_hours = fields.Float(
        string="Hours Stopped",
        compute="_compute_clock",
        store=True,
        precompute=True,
        copy=False,
        help="Working hours of all earlier times of waiting for the customer or being closed.",
        groups="base.group_user",
    )

    # What follows from both
    first_response_deadline = fields.Datetime(
        string="First Response Due", compute="_compute_deadlines", store=True, precompute=True
    )
    first_response_risk_date = fields.Datetime(
        compute="_compute_deadlines",
        store=True,
        precompute=True,
        groups="base.group_user",
    )
    next_response_deadline = fields.Datetime(
        string="Next Response Due", compute="_compute_deadlines", store=True, precompute=True
    )
    next_response_risk_date = fields.Datetime(
        compute="_compute_deadlines",
        store=True,
        precompute=True,
        groups="base.group_user",
    )
    resolution_deadline = fields.Datetime(
        string="Resolution Due",
        compute="_compute_deadlines",
        store=True,
        precompute=True,
        help="Empty while the complaint is waiting for the customer in time.",
    )
    resolution_risk_date = fields.Datetime(
        compute="_compute_deadlines",
        store=True,
        precompute=True,
        groups="base.group_user",
    )

    # What became of it
    first_response_hours = fields.Float(
        string="Hours to First Response",
        compute="_compute_hours",
        store=True,
        precompute=True,
        aggregator=None,
        help="Working hours. Meaningless before the first response.",
        groups="base.group_user",
    )
    resolution_hours = fields.Float(
        string="Hours to Resolution",
        compute="_compute_hours",
        store=True,
        precompute=True,
        aggregator=None,
        help="Working hours, without the time spent waiting for the customer or closed. "
        "Meaningless before the complaint is closed.",
        groups="base.group_user",
    )
    first_response_sla_met = fields.Selection(
        selection=SLA_MET,
        string="First Response in Time",
        compute="_compute_sla_met",
        store=True,
        precompute=True,
        help="Empty without a deadline and while nothing is decided.",
        groups="base.group_user",
    )
    resolution_sla_met = fields.Selection(
        selection=SLA_MET,
        string="Resolution in Time",
        compute="_compute_sla_met",
        store=True,
        precompute=True,
        help="Empty without a deadline and while the complaint is open.",
        groups="base.group_user",
    )

    @api.depends(
        "company_id",
        "team_id",
        "category_id",
        "priority",
        "kind",
        "commercial_partner_id.category_id",
    )
    def _compute_sla(self):
        # What is closed was dealt with under the policies of its time.
        settled = self.filtered(lambda complaint: complaint.id and complaint.stage_id.is_closed)
        for complaint in settled:
            complaint.response_sla_id = complaint.response_sla_id
            complaint.resolution_sla_id = complaint.resolution_sla_id
            complaint.response_target_hours = complaint.response_target_hours
            complaint.resolution_target_hours = complaint.resolution_target_hours
        open_ones = self - settled
        Sla = self.env["crm.complaint.sla"]
        response = Sla._get_strictest(open_ones, "first_response_hours")
        resolution = Sla._get_strictest(open_ones, "resolution_hours")
        for complaint in open_ones:
            complaint.response_sla_id = response[complaint]
            complaint.resolution_sla_id = resolution[complaint]
            complaint.response_target_hours = response[complaint].first_response_hours
            complaint.resolution_target_hours = resolution[complaint].resolution_hours

    @api.depends("stage_id", "stage_id.is_waiting", "stage_id.is_closed")
    def _compute_clock(self):
        now = fields.Datetime.now()
        resumed = self.browse()
        for complaint in self:
            stopped_date = complaint.clock_stopped_date
            stage = complaint.stage_id
            if stage.is_waiting or stage.is_closed:
                complaint.clock_stopped_date = stopped_date or complaint._get_stop_date() or now
            elif stopped_date:
                resumed |= complaint
            else:
                complaint.clock_stopped_date = False
            complaint.clock_stopped_hours = complaint.clock_stopped_hours
        stopped_hours = (
            self.env["resource.calendar"]
            ._get_working_times()
            .measure_all(
                [
                    (complaint._get_calendar_key("resolution"), complaint.clock_stopped_date, now)
                    for complaint in resumed
                ]
            )
        )
        for complaint, hours in zip(resumed, stopped_hours, strict=True):
            complaint.clock_stopped_date = False
            complaint.clock_stopped_hours += hours

    @api.depends(
        "company_id",
        "team_id",
        "received_date",
        "first_response_date",
        "awaiting_since",
        "response_sla_id",
        "response_target_hours",
        "resolution_sla_id",
        "resolution_target_hours",
        "clock_stopped_date",
        "clock_stopped_hours",
    )
    def _compute_deadlines(self):
        questions, asked = [], []
        for complaint in self:
            for clock in ("first_response", "next_response", "resolution"):
                asked.append((complaint, clock))
                questions += complaint._get_deadline_questions(clock)
        known = [question for question in questions if question]
        found = iter(self.env["resource.calendar"]._get_working_times().add_all(known))
        dates = [next(found) if question else None for question in questions]
        for (complaint, clock), risk_date, deadline in zip(
            asked, dates[::2], dates[1::2], strict=True
        ):
            running = clock != "resolution" or not complaint._is_paused_before(deadline)
            complaint[f"{clock}_risk_date"] = running and risk_date
            complaint[f"{clock}_deadline"] = running and deadline

    @api.depends(
        "company_id",
        "team_id",
        "received_date",
        "first_response_date",
        "stage_id",
        "clock_stopped_date",
        "clock_stopped_hours",
    )
    def _compute_hours(self):
        answered = self.filtered(lambda c: c.first_response_date and c.received_date)
        closed = self.filtered(lambda c: c.stage_id.is_closed and c.received_date)
        working_times = self.env["resource.calendar"]._get_working_times()
        response_hours = working_times.measure_all(
            [
                (c._get_calendar_key("first_response"), c.received_date, c.first_response_date)
                for c in answered
            ]
        )
        resolution_hours = working_times.measure_all(
            [
                (c._get_calendar_key("resolution"), c.received_date, c.clock_stopped_date)
                for c in closed
            ]
        )
        self.first_response_hours = self.resolution_hours = 0
        for complaint, hours in zip(answered, response_hours, strict=True):
            complaint.first_response_hours = hours
        for complaint, hours in zip(closed, resolution_hours, strict=True):
            complaint.resolution_hours = max(hours - complaint.clock_stopped_hours, 0)

    @api.depends(
        "first_response_date",
        "first_response_deadline",
        "resolution_deadline",
        "clock_stopped_date",
        "resolved_date",
        "stage_id",
    )
    def _compute_sla_met(self):
        for complaint in self:
            closed = complaint.stage_id.is_closed
            deadline, answered = complaint.first_response_deadline, complaint.first_response_date
            if answered:
                complaint.first_response_sla_met = _judge(answered, deadline)
            else:
                # Closed in time without an answer, as praise is: neither met nor missed
                late = closed and _judge(complaint.resolved_date, deadline) == "missed"
                complaint.first_response_sla_met = "missed" if late else False
            complaint.resolution_sla_met = closed and _judge(
                complaint.clock_stopped_date, complaint.resolution_deadline
            )

    @api.model
    def _refresh_deadlines(self, domain=Domain.TRUE):
        """Work out policies and deadlines of the open complaints of `domain` once more."""
        # sudo: what decides may be changed by people who see only some of the complaints
        complaints = self.sudo().with_context(active_test=False)
        complaints = complaints.search(Domain("stage_id.is_closed", "=", False) & Domain(domain))
        fields_to_compute = [
            field
            for field in self._fields.values()
            if field.compute in ("_compute_sla", "_compute_deadlines")
        ]
        for field in fields_to_compute:
            self.env.add_to_compute(field, complaints)
        complaints.modified([field.name for field in fields_to_compute])

    def _get_stop_date(self):
        """Since when the clock of a complaint that is being filed as stopped has been so."""
        self.ensure_one()
        if self.id:
            return False
        return self.resolved_date if self.stage_id.is_closed else self.first_response_date

    def _get_calendar_key(self, clock):
        """The calendar by whose hours the clock runs, and the company whose holidays count."""
        self.ensure_one()
        policy = self.resolution_sla_id if clock == "resolution" else self.response_sla_id
        calendar = (
            policy.resource_calendar_id
            or self.team_id.resource_calendar_id
            or self.company_id.resource_calendar_id
        )
        return calendar, self.company_id

    def _get_deadline_questions(self, clock):
        """Return what to ask for the at-risk date and the deadline; None where there is none."""
        self.ensure_one()
        if clock == "resolution":
            policy, target = self.resolution_sla_id, self.resolution_target_hours
            start, stopped_hours = self.received_date, self.clock_stopped_hours
        else:
            policy, target = self.response_sla_id, self.response_target_hours
            start, stopped_hours = self.received_date, 0
            if clock == "next_response":
                start = self.first_response_date and self.awaiting_since
        if not start or not target:
            return [None, None]
        share = (policy.at_risk_percent or DEFAULT_AT_RISK_PERCENT) / 100
        key = self._get_calendar_key(clock)
        return [
            (key, start, target * share + stopped_hours),
            (key, start, target + stopped_hours),
        ]

    def _is_paused_before(self, deadline):
        stopped_date = self.clock_stopped_date
        return bool(
            deadline and stopped_date and stopped_date <= deadline and not self.stage_id.is_closed
        )


def _judge(date, deadline):
    if not date or not deadline:
        return False
    return "met" if date <= deadline else "missed"
