from odoo import api, fields, models
from odoo.fields import Domain

# Writing one of these may move a complaint to another stage: its team decides which it may have.
STAGE_FIELDS = {"stage_id", "team_id", "category_id", "company_id"}


class CrmComplaint(models.Model):
    """What entering a stage does: the days in it begin, and the customer is told."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    date_last_stage_update = fields.Datetime(
        string="In Stage Since",
        readonly=True,
        copy=False,
        default=lambda self: self.env.cr.now(),
    )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints._queue_first_stage_template()
        return complaints

    def write(self, vals):
        if not STAGE_FIELDS.intersection(vals):
            return super().write(vals)
        former_stages = {complaint: complaint.stage_id for complaint in self}
        result = super().write(vals)
        moved = self.filtered(lambda complaint: complaint.stage_id != former_stages[complaint])
        if moved:
            super(CrmComplaint, moved).write({"date_last_stage_update": self.env.cr.now()})
        return result

    def _queue_first_stage_template(self):
        """Send the template of the first stage also where the stage was not given but computed."""
        if self.env.context.get("tracking_disable") or self.env.context.get("mail_notrack"):
            return
        precommit = self.env.cr.precommit
        for complaint in self.filtered("stage_id.mail_template_id"):
            key = f"mail.tracking.create.{self._name}.{complaint.id}"
            changes = precommit.data.setdefault(key, [])
            if "stage_id" not in changes:
                changes.append("stage_id")
            precommit.add(complaint._track_post_template_finalize)

    def _track_template(self, changes):
        templates = super()._track_template(changes)
        template = self[:1].stage_id.mail_template_id
        if "stage_id" in changes and template:
            templates["stage_id"] = (
                template,
                {
                    "auto_delete_keep_log": False,
                    # to the customer alone: who follows it is told of the stage already
                    "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
                    "email_layout_xmlid": "mail.mail_notification_light",
                },
            )
        return templates

    def _get_rotting_depends_fields(self):
        return [*super()._get_rotting_depends_fields(), "stage_id.is_closed"]

    def _get_rotting_domain(self):
        return super()._get_rotting_domain() & Domain("stage_id.is_closed", "=", False)
