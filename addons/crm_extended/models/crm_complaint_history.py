from odoo import api, models

HISTORY = "complaint_history"


class CrmComplaint(models.Model):
    """Complaints of the past, as loaded from another system: with `complaint_history` in the
    context of their creation.

    They are no news and were not dealt with under today's policies: they get no deadlines, so
    nothing is escalated, and a repeat among them raises no alarm. What is not known stays unknown:
    a complaint closed on an unknown day has neither a closing date nor hours to its resolution.
    The loader of tools/complaint_log adds the keys of mail.thread that keep messages away.
    """

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """How often a complaint was reopened may be told, which is otherwise counted."""
        told = [vals.get("reopen_count", 0) for vals in vals_list]
        complaints = super().create(vals_list)
        if self.env.context.get(HISTORY):
            for count in set(told) - {0}:
                ids = [
                    id_ for id_, times in zip(complaints.ids, told, strict=True) if times == count
                ]
                self.browse(ids).write({"reopen_count": count})
        return complaints

    def _compute_sla(self):
        if not self.env.context.get(HISTORY):
            return super()._compute_sla()
        self.response_sla_id = self.resolution_sla_id = False
        self.response_target_hours = self.resolution_target_hours = 0
        return None

    def _compute_resolved_date(self):
        if not self.env.context.get(HISTORY):
            return super()._compute_resolved_date()
        for complaint in self:
            complaint.resolved_date = complaint.resolved_date
        return None

    def _compute_closing(self):
        if not self.env.context.get(HISTORY):
            return super()._compute_closing()
        for complaint in self:
            complaint.closed_date = complaint.stage_id.is_closed and complaint.resolved_date
            complaint.reopened_date = False
            complaint.reopen_count = complaint.reopen_count
        return None

    def _compute_hours(self):
        result = super()._compute_hours()
        if self.env.context.get(HISTORY):
            unknown = self.filtered(lambda complaint: not complaint.closed_date)
            unknown.resolution_hours = 0
        return result

    def _raise_repeats(self):
        if self.env.context.get(HISTORY):
            return None
        return super()._raise_repeats()
