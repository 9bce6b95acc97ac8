from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# What is computed from the present stage and from what these fields said before
MARKS_OF_STAGE = ("awaiting_since", "clock_stopped_date", "closed_date", "resolved_date")


class CrmComplaint(models.Model):
    """What happens to a complaint after it was closed."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    closed_date = fields.Datetime(
        string="Closed On",
        compute="_compute_closing",
        store=True,
        precompute=True,
        copy=False,
        index="btree_not_null",
        help="When it was closed the last time. Empty while it is open.",
    )
    reopened_date = fields.Datetime(
        string="Reopened On",
        compute="_compute_closing",
        store=True,
        precompute=True,
        copy=False,
        groups="base.group_user",
    )
    reopen_count = fields.Integer(
        string="Times Reopened",
        compute="_compute_closing",
        store=True,
        precompute=True,
        copy=False,
        groups="base.group_user",
    )
    solved_first_time = fields.Boolean(
        compute="_compute_solved_first_time",
        store=True,
        precompute=True,
        groups="base.group_user",
        help="Closed, and never opened again. Closing it once more does not bring this back.",
    )

    # Depends on the stage alone, as the resolution date does: changing a stage's settings neither
    # closes nor reopens what stands in it.
    @api.depends("stage_id")
    def _compute_closing(self):
        now = fields.Datetime.now()
        for complaint in self:
            is_closed = complaint.stage_id.is_closed
            # One that is entered or upgraded as open, but was resolved before, was opened again.
            was_resolved = complaint.resolved_date and not complaint.reopen_count
            reopens = not is_closed and (complaint.closed_date or was_resolved)
            complaint.reopened_date = (
                now if reopens and complaint.closed_date else complaint.reopened_date
            )
            complaint.reopen_count += 1 if reopens else 0
            complaint.closed_date = is_closed and (
                complaint.closed_date or complaint._get_closing_date(now)
            )

    @api.depends("closed_date", "reopen_count")
    def _compute_solved_first_time(self):
        for complaint in self:
            complaint.solved_first_time = bool(complaint.closed_date) and not complaint.reopen_count

    def write(self, vals):
        if "stage_id" in vals:
            # Of two moves in one transaction the first one leaves its marks as well.
            self._recompute_recordset(MARKS_OF_STAGE)
        closed = self.filtered("is_closed") if "stage_id" in vals else self.browse()
        result = super().write(vals)
        closed.filtered(lambda complaint: not complaint.is_closed)._tell_responsible(
            self.env._("Reopened")
        )
        return result

    def action_reopen(self):
        if self and not self._reopen():
            raise UserError(
                self.env._(
                    "Nothing to reopen: choose closed complaints whose team has an open stage."
                )
            )

    def _reopen(self, reason=None):
        """Move closed complaints to the first open stage of their team and tell those in charge.

        Other complaints of `self` are left as they are, as are those that were merged into another
        one and those of a team that has no open stage.

        :param reason: plain text for the log
        :return: the complaints that were reopened
        """
        closed = self.filtered(lambda each: each.is_closed and not each.merged_into_id)
        stages = closed._get_reopening_stages()
        reopened = self.browse()
        for stage, complaints in closed.grouped(lambda each: stages[each.team_id]).items():
            if stage:
                complaints.write({"stage_id": stage.id, "active": True})
                reopened |= complaints
        if reason:
            body = self.env._("Reopened: %s", reason)
            reopened._message_log_batch({complaint.id: body for complaint in reopened})
        return reopened

    def _get_reopening_stages(self):
        """Return the stage in which each team goes on with a reopened complaint: {team: stage}."""
        stages = self.env["crm.complaint.stage"].search(
            Domain("is_closed", "=", False)
            & Domain("is_waiting", "=", False)
            & (Domain("team_ids", "=", False) | Domain("team_ids", "in", self.team_id.ids))
        )
        first_stages = {}
        for team in {complaint.team_id for complaint in self}:
            usable = stages.filtered(
                lambda stage, team=team: not stage.team_ids or team in stage.team_ids
            )
            first_stages[team] = usable[:1]
        return first_stages

    def _customer_spoke(self, date, message=None):
        """Take up a closed complaint again, or show a late word to whoever dealt with it."""
        result = super()._customer_spoke(date, message=message)
        # The customer's word moves what he himself may only read, and in the name of nobody.
        closed = self.with_user(SUPERUSER_ID).filtered("is_closed")
        in_time = closed.filtered(lambda complaint: complaint._may_reopen_at(date))
        reopened = in_time._reopen(self.env._("The customer wrote again."))
        (closed - reopened)._tell_responsible(self.env._("Written to after it was closed"))
        return result

    def _may_reopen_at(self, date):
        self.ensure_one()
        closed_date = self.closed_date or self.resolved_date or self.received_date
        return date <= closed_date + timedelta(days=self.company_id.complaint_reopen_days)

    def _tell_responsible(self, summary):
        """Plan an activity for the person responsible, or else for the team leader."""
        self._plan_activities(
            "crm_extended.mail_activity_type_complaint_back",
            {complaint: complaint.user_id or complaint.team_id.user_id for complaint in self},
            summary,
        )

    def _plan_activities(self, type_xmlid, users, summary):
        """Plan one activity for each complaint, for today, in a fixed number of queries.

        None is planned for the one who is acting, for somebody without access to the company, or
        where one of this type is still to be done. No mail is sent: activities are listed anyway.

        :param users: who is to do it, {complaint: user}
        """
        # sudo: also on the word of a customer, and for colleagues of other teams
        complaints = self.sudo().filtered(
            lambda complaint: (
                complaint.company_id in users[complaint].sudo().company_ids
                and users[complaint] != self.env.user
            )
        )
        if not complaints:
            return
        activity_type = self.env.ref(type_xmlid)
        Activity = complaints.env["mail.activity"].with_context(mail_activity_quick_update=True)
        planned = Activity.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", complaints.ids),
                ("activity_type_id", "=", activity_type.id),
            ]
        )
        complaints -= complaints.browse(planned.mapped("res_id"))
        complaints.mapped("display_name")  # read at once what each activity asks for by itself
        today = {company: company._get_today() for company in complaints.company_id}
        Activity.create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": complaint.id,
                    "activity_type_id": activity_type.id,
                    "user_id": users[complaint].id,
                    "summary": summary,
                    "date_deadline": today[complaint.company_id],
                }
                for complaint in complaints
            ]
        )

    def _get_closing_date(self, now):
        """The day of a first closing may be told by whoever enters an old complaint."""
        self.ensure_one()
        return now if self.reopen_count else self.resolved_date or now
