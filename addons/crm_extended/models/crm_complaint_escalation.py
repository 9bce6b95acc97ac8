import logging
from collections import defaultdict

from pytz import timezone, utc

from odoo import fields, models
from odoo.fields import Command

_logger = logging.getLogger(__name__)

CLOCKS = [
    ("first_response", "First Response"),
    ("next_response", "Next Response"),
    ("resolution", "Resolution"),
]
LEVELS = [("at_risk", "At Risk"), ("breached", "Breached")]


class CrmComplaintEscalation(models.Model):
    """That somebody was told of a deadline that is near or has passed.

    It is settled when the customer has an answer or the complaint is closed. Then, and only then,
    the same clock may escalate again: after the customer's next word, or after reopening.
    """

    _name = "crm.complaint.escalation"
    _description = "Complaint Escalation"
    _order = "escalated_date desc, id desc"
    _rec_name = "complaint_id"

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True, index=True
    )
    team_id = fields.Many2one(related="complaint_id.team_id")
    clock = fields.Selection(selection=CLOCKS, required=True, readonly=True)
    level = fields.Selection(selection=LEVELS, required=True, readonly=True)
    deadline = fields.Datetime(required=True, readonly=True)
    escalated_date = fields.Datetime(
        string="Escalated On", required=True, readonly=True, default=fields.Datetime.now
    )
    settled_date = fields.Datetime(
        string="Settled On",
        readonly=True,
        help="When the customer was answered or the complaint closed, in time or not.",
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        string="Told",
        readonly=True,
        help="Empty when there was neither an active responsible person nor a team leader.",
    )

    _once = models.UniqueIndex(
        "(complaint_id, clock, level) WHERE settled_date IS NULL",
        "This deadline of the complaint has been escalated already.",
    )
    _complaint_idx = models.Index("(complaint_id)")

    def action_open_complaint(self):
        self.ensure_one()
        return self.complaint_id._get_records_action()

    def _tell(self):
        """Give the responsible people one open activity for each complaint.

        An activity of an earlier escalation is brought up to date instead of adding a second one.
        """
        open_activities = self._get_open_activities()
        vals_list, untold = [], 0
        for complaint, escalation in self._get_most_urgent().items():
            untold += not escalation.user_ids
            for user in escalation.user_ids:
                values = escalation._prepare_activity_values(user)
                if activity := open_activities.get((complaint.id, user)):
                    activity.write(values)
                else:
                    vals_list.append(
                        {**values, **complaint._prepare_escalation_activity(), "user_id": user.id}
                    )
        if untold:
            _logger.warning(
                "%s complaints are late and have neither a responsible person nor a team leader "
                "to be told.",
                untold,
            )
        # Activities read the name of their record one by one unless it is there already.
        self.complaint_id.mapped("display_name")
        # No mail for each of them: a night may escalate thousands, and mails would cost the most.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals_list)

    def _settle(self):
        """Note that these need nobody any longer, and take back what asked somebody to act."""
        self.settled_date = fields.Datetime.now()
        left = self.search(
            [("complaint_id", "in", self.complaint_id.ids), ("settled_date", "=", False)]
        )
        still_urgent = left._get_most_urgent()
        for (complaint_id, user), activity in self._get_open_activities().items():
            escalation = still_urgent.get(self.env["crm.complaint"].browse(complaint_id))
            if escalation:
                activity.write(escalation._prepare_activity_values(user))
        done = self.complaint_id - left.complaint_id
        done._get_escalation_activities().unlink()

    def _hand_over(self, left, entered):
        """Give the activities of those who no longer act to those who act instead of them.

        :param left: {complaint id: users}
        :param entered: {escalation: users} of the most urgent one of each complaint
        """
        to_move = defaultdict(list)
        for (complaint_id, user), activity in self._get_open_activities().items():
            if user in left.get(complaint_id, ()):
                to_move[complaint_id].append(activity)
        moved, told = defaultdict(list), defaultdict(list)
        vals_list = []
        for escalation, users in entered.items():
            complaint = escalation.complaint_id
            for user in users:
                told[user].append(escalation.id)
                values = escalation._prepare_activity_values(user)
                if to_move[complaint.id]:
                    moved[user, values["summary"]].append(to_move[complaint.id].pop().id)
                else:
                    values |= complaint._prepare_escalation_activity()
                    vals_list.append({**values, "user_id": user.id})
        # No mail for each of them: who is made responsible is told of that already.
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        for (user, summary), activity_ids in moved.items():
            Activity.browse(activity_ids).write({"user_id": user.id, "summary": summary})
        Activity.union(*(each for rest in to_move.values() for each in rest)).unlink()
        self.complaint_id.mapped("display_name")  # as in _tell
        Activity.create(vals_list)
        for user, escalation_ids in told.items():
            self.browse(escalation_ids).user_ids = [Command.link(user.id)]

    def _get_open_activities(self):
        """Return {(complaint id, user): activity} of what nobody has dealt with yet."""
        activities = self.complaint_id._get_escalation_activities()
        return {(activity.res_id, activity.user_id): activity for activity in activities}

    def _get_most_urgent(self):
        """Return {complaint: escalation}: a breach before a risk, the earlier deadline first."""
        by_urgency = self.sorted(lambda e: (e.level != "breached", e.deadline, e.clock))
        return {
            complaint: escalations[0]
            for complaint, escalations in by_urgency.grouped("complaint_id").items()
        }

    def _prepare_activity_values(self, user):
        """What the activity says, in the language of the user it is for."""
        self.ensure_one()
        calendar, _company = self.complaint_id._get_calendar_key(self.clock)
        local_deadline = utc.localize(self.deadline).astimezone(timezone(calendar.tz or "UTC"))
        env = self.with_context(lang=user.lang).env
        summaries = {
            ("first_response", "at_risk"): env._("First response is due soon"),
            ("first_response", "breached"): env._("First response is overdue"),
            ("next_response", "at_risk"): env._("An answer to the customer is due soon"),
            ("next_response", "breached"): env._("An answer to the customer is overdue"),
            ("resolution", "at_risk"): env._("Resolution is due soon"),
            ("resolution", "breached"): env._("Resolution is overdue"),
        }
        return {
            "summary": summaries[self.clock, self.level],
            "date_deadline": local_deadline.date(),
        }
