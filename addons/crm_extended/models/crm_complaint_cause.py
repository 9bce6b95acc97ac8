from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmComplaintCause(models.Model):
    """Why it happened, as found by the company; the category says what the customer spoke of."""

    _name = "crm.complaint.cause"
    _description = "Complaint Cause"
    _parent_store = True
    _order = "parent_path"

    name = fields.Char(required=True, translate=True)
    display_name = fields.Char(recursive=True)
    parent_id = fields.Many2one(
        comodel_name="crm.complaint.cause",
        string="Parent Cause",
        index=True,
        ondelete="restrict",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="crm.complaint.cause", inverse_name="parent_id", string="More Exact Causes"
    )
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cause in self:
            names = [cause.parent_id.display_name, cause.name]
            cause.display_name = " / ".join(name for name in names if name)

    def write(self, vals):
        if parent_id := vals.get("parent_id"):
            # Checked here, because the error of the parent store does not say what to change.
            lineage = (self.browse(parent_id).parent_path or "").split("/")
            if any(str(cause.id) in lineage for cause in self):
                raise ValidationError(
                    self.env._("A cause cannot stand below itself. Choose another parent cause.")
                )
        return super().write(vals)
