from odoo import api, fields, models
from odoo.exceptions import ValidationError

CORRECTIVE_FIELDS = {
    "corrective_action",
    "corrective_user_id",
    "corrective_due_date",
    "corrective_done_date",
    "active",
}


class CrmComplaint(models.Model):
    """What came of it: the cause found, what the customer got, and what is done against it."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    cause_id = fields.Many2one(
        comodel_name="crm.complaint.cause",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        groups="base.group_user",
        help="Why it happened, as you found out.",
    )
    outcome = fields.Selection(
        selection=[
            ("refund", "Refund"),
            ("replacement", "Replacement"),
            ("repair", "Repair"),
            ("discount", "Discount"),
            ("voucher", "Voucher"),
            ("apology", "Apology"),
            ("explained", "Explained"),
            ("suggestion_accepted", "Suggestion Accepted"),
            ("rejected", "Rejected"),
        ],
        copy=False,
        tracking=True,
        help="What the customer got in the end.",
    )
    corrective_action = fields.Text(
        copy=False,
        groups="base.group_user",
        help="What is done so that it does not happen again.",
    )
    corrective_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Action Owner",
        domain="[('share', '=', False)]",
        check_company=True,
        index="btree_not_null",
        copy=False,
        groups="base.group_user",
        help="Reminded of the corrective action by an activity due on its day.",
    )
    corrective_due_date = fields.Date(string="Action Due On", copy=False, groups="base.group_user")
    corrective_done_date = fields.Date(
        string="Action Done On", copy=False, tracking=True, groups="base.group_user"
    )

    # What the filter of the corrective actions that are due looks through
    _corrective_due_idx = models.Index(
        "(corrective_due_date) WHERE corrective_due_date IS NOT NULL "
        "AND corrective_done_date IS NULL"
    )

    @api.constrains("corrective_due_date", "corrective_user_id")
    def _check_corrective_owner(self):
        for complaint in self:
            if complaint.corrective_due_date and not complaint.corrective_user_id:
                raise ValidationError(
                    self.env._(
                        "The corrective action of %s has a due date but nobody to remind. "
                        "Choose the owner of the action, or remove the date.",
                        complaint.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints.filtered("corrective_due_date")._update_corrective_activities()
        return complaints

    def write(self, vals):
        result = super().write(vals)
        if CORRECTIVE_FIELDS.intersection(vals):
            self._update_corrective_activities()
        return result

    def _update_corrective_activities(self):
        """Give each corrective action that is not done one activity: its owner's, on its day."""
        activity_type = self._get_corrective_activity_type()
        if not self or not activity_type:
            return
        # sudo: the activity follows the complaint, whoever of its users changes that
        Activity = self.env["mail.activity"].sudo()
        # a new owner is told by e-mail, but not of many at once
        Activity = Activity.with_context(mail_activity_quick_update=len(self) > 1)
        activities = Activity.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", activity_type.id),
            ]
        )
        due = self.filtered(
            lambda complaint: (
                complaint.active
                and complaint.corrective_due_date
                and not complaint.corrective_done_date
            )
        )
        # the tracked date tells that it was done, so nothing is lost with the activity
        obsolete = activities.filtered(lambda activity: activity.res_id not in due._ids)
        obsolete.unlink()
        kept = (activities - obsolete).grouped("res_id")
        Activity.create(
            [
                complaint._prepare_corrective_activity(activity_type)
                for complaint in due
                if complaint.id not in kept
            ]
        )
        for (user, date), complaints in due.grouped(
            lambda complaint: (complaint.corrective_user_id, complaint.corrective_due_date)
        ).items():
            outdated = Activity.union(*(kept.get(id_, Activity) for id_ in complaints._ids))
            outdated = outdated.filtered(
                lambda activity, user=user, date=date: (
                    activity.user_id != user or activity.date_deadline != date
                )
            )
            if outdated:
                outdated.write({"user_id": user.id, "date_deadline": date})

    @api.model
    def _get_corrective_activity_type(self):
        return self.env.ref("crm_extended.mail_activity_type_corrective", raise_if_not_found=False)

    def _prepare_corrective_activity(self, activity_type):
        self.ensure_one()
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": activity_type.id,
            "user_id": self.corrective_user_id.id,
            "date_deadline": self.corrective_due_date,
            "summary": (self.corrective_action or "").strip().split("\n")[0],
        }

    @api.model
    def _get_corrected_by(self, activities):
        """The complaints whose corrective action `activities` remind of."""
        activity_type = self._get_corrective_activity_type()
        reminders = activities.sudo().filtered(
            lambda activity: (
                activity.res_model == self._name and activity.activity_type_id == activity_type
            )
        )
        return self.browse(reminders.mapped("res_id"))

    def _set_corrective_action_done(self):
        # sudo: the owner of the action may have no access to complaints
        complaints = self.sudo().filtered(lambda complaint: not complaint.corrective_done_date)
        if complaints:
            complaints.corrective_done_date = fields.Date.context_today(self)
