from odoo import api, fields, models


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
            reopens = bool(complaint.closed_date) and not complaint.stage_id.is_closed
            complaint.reopen_count += 1 if reopens else 0
            complaint.reopened_date = now if reopens else complaint.reopened_date
            complaint.closed_date = complaint.stage_id.is_closed and (
                complaint.closed_date or complaint._get_closing_date(now)
            )

    @api.depends("closed_date", "reopen_count")
    def _compute_solved_first_time(self):
        for complaint in self:
            complaint.solved_first_time = bool(complaint.closed_date) and not complaint.reopen_count

    def _get_closing_date(self, now):
        """The day of a first closing may be told by whoever enters an old complaint."""
        self.ensure_one()
        return now if self.reopen_count else self.resolved_date or now
