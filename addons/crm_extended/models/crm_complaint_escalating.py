from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..tools.batches import run_in_batches
from .crm_complaint_escalation import LEVELS

# What starts, stops or ends a clock.
CLOCK_FIELDS = {"stage_id", "team_id", "first_response_date", "awaiting_since", "active"}
# What decides who is to act, or proposes who does.
RESPONSIBLE_FIELDS = {"user_id", "team_id", "category_id", "company_id"}


class CrmComplaint(models.Model):
    """Who is told that a deadline is near or has passed: once for each, while it matters."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    escalation_ids = fields.One2many(
        comodel_name="crm.complaint.escalation",
        inverse_name="complaint_id",
        groups="crm_extended.group_crm_complaint_manager",
    )
    next_escalation_date = fields.Datetime(
        compute="_compute_next_escalation_date",
        store=True,
        precompute=True,
        help="The first moment to tell somebody of that nobody has been told of yet.",
        groups="base.group_user",
    )

    # What the scheduled action looks for among all the complaints there ever were.
    _next_escalation_idx = models.Index(
        "(next_escalation_date) WHERE next_escalation_date IS NOT NULL"
    )

    @api.depends(
        "active",
        "stage_id",
        "stage_id.is_closed",
        "first_response_date",
        "awaiting_since",
        "first_response_deadline",
        "first_response_risk_date",
        "next_response_deadline",
        "next_response_risk_date",
        "resolution_deadline",
        "resolution_risk_date",
        "escalation_ids.settled_date",
    )
    def _compute_next_escalation_date(self):
        for complaint in self:
            dates = [date for *_step, date in complaint._get_missing_escalations()]
            complaint.next_escalation_date = min(dates, default=False)

    def write(self, vals):
        hands_over = not RESPONSIBLE_FIELDS.isdisjoint(vals)
        # sudo: who is told does not depend on what the user may read of his colleagues
        before = hands_over and {each: each._get_users_to_act() for each in self.sudo()}
        result = super().write(vals)
        if hands_over:
            changed = self.sudo().filtered(lambda each: before[each] != each._get_users_to_act())
            changed._hand_over_escalations(before)
        if not CLOCK_FIELDS.isdisjoint(vals):
            self._settle_escalations()
        return result

    @api.model
    def _cron_escalate(self, batch_size=1000):
        """Tell the responsible people of deadlines that are near or have passed.

        Safe to be killed and run again, and to run twice at once: what has been told is recorded in
        the same transaction, and once only in the database.
        """
        # Nobody may write escalations, not even who may run this action by hand.
        complaints = self.sudo()
        run_in_batches(
            complaints,
            Domain("next_escalation_date", "<=", fields.Datetime.now()),
            lambda batch: batch._escalate(),
            batch_size=batch_size,
            lock_table="crm_complaint_escalation",
        )

    def _escalate(self):
        """Record what of these complaints has come near or passed, and tell who is to act."""
        now = fields.Datetime.now()
        vals_list = []
        for complaint in self:
            # Where both are new the breach alone is told.
            due = {
                clock: level
                for clock, level, date in complaint._get_missing_escalations()
                if date <= now
            }
            vals_list += [
                {
                    "complaint_id": complaint.id,
                    "clock": clock,
                    "level": level,
                    "deadline": complaint[f"{clock}_deadline"],
                    "user_ids": [Command.set(complaint._get_users_to_tell(level).ids)],
                }
                for clock, level in due.items()
            ]
        self.env["crm.complaint.escalation"].create(vals_list)._tell()

    def _settle_escalations(self):
        """Take back the escalations whose clock no longer runs."""
        # sudo: nobody may write escalations, and a portal user may cause this by an answer
        escalations = (
            self.env["crm.complaint.escalation"]
            .sudo()
            .search([("complaint_id", "in", self.ids), ("settled_date", "=", False)])
        )
        settled = escalations.filtered(
            lambda escalation: (
                not escalation.complaint_id.active
                or escalation.clock not in escalation.complaint_id._get_running_clocks()
            )
        )
        if settled:
            settled._settle()

    def _hand_over_escalations(self, before):
        """Move what asks somebody to act to those who are to act now.

        :param before: who was to act, {complaint: {level: users}}
        """
        escalations = self.env["crm.complaint.escalation"].search(
            [("complaint_id", "in", self.ids), ("settled_date", "=", False)]
        )
        left, entered = {}, {}
        for complaint, escalation in escalations._get_most_urgent().items():
            former = before[complaint][escalation.level]
            present = complaint._get_users_to_act()[escalation.level]
            left[complaint.id] = former - present
            entered[escalation] = present - former
        escalations._hand_over(left, entered)

    def _get_missing_escalations(self):
        """Return (clock, level, date) of what is to be told and has not been, a risk first."""
        self.ensure_one()
        if not self.active:
            return []
        told = {
            (escalation.clock, escalation.level)
            for escalation in self.escalation_ids
            if not escalation.settled_date
        }
        missing = []
        for clock in self._get_running_clocks():
            if not self[f"{clock}_deadline"] or (clock, "breached") in told:
                continue
            if (clock, "at_risk") not in told:
                missing.append((clock, "at_risk", self[f"{clock}_risk_date"]))
            missing.append((clock, "breached", self[f"{clock}_deadline"]))
        return missing

    def _get_users_to_tell(self, level):
        """The responsible person, or else the team leader; of a breach both of them.

        Only an active user who works in the complaint's company can do something about it.
        """
        self.ensure_one()
        users = (self.user_id | self.team_id.user_id).filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        return users if level == "breached" else users[:1]

    def _get_users_to_act(self):
        return {level: self._get_users_to_tell(level) for level, _label in LEVELS}

    def _get_escalation_activities(self):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self._get_escalation_activity_type_id()),
                ("automated", "=", True),
            ]
        )

    def _prepare_escalation_activity(self):
        self.ensure_one()
        return {
            "activity_type_id": self._get_escalation_activity_type_id(),
            "automated": True,
            "res_id": self.id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
        }

    @api.model
    def _get_escalation_activity_type_id(self):
        # The cached id: a record would be looked up in the database for each complaint.
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "crm_extended.mail_activity_type_complaint_deadline"
        )
