from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_complaint_assignment import PRIORITIES


class CrmComplaintCategory(models.Model):
    _name = "crm.complaint.category"
    _description = "Complaint Category"
    _parent_store = True
    _order = "parent_path"

    name = fields.Char(required=True, translate=True)
    display_name = fields.Char(recursive=True)
    parent_id = fields.Many2one(
        comodel_name="crm.complaint.category",
        string="Parent Category",
        index=True,
        ondelete="restrict",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="crm.complaint.category", inverse_name="parent_id", string="Subcategories"
    )
    active = fields.Boolean(default=True)
    team_id = fields.Many2one(
        comodel_name="crm.complaint.team",
        help="Proposed for the complaints of this category. "
        "Left empty, the parent category's team is proposed.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        help="Proposed for the complaints of this category. "
        "Left empty, the parent category's responsible is proposed.",
    )
    priority = fields.Selection(
        selection=PRIORITIES,
        string="Default Priority",
        help="Proposed for the complaints of this category. "
        "Left empty, the parent category's priority is proposed.",
    )

    @api.depends("name", "parent_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for category in self:
            names = [category.parent_id.display_name, category.name]
            category.display_name = " / ".join(name for name in names if name)

    def write(self, vals):
        if parent_id := vals.get("parent_id"):
            # Checked here, because the error of the parent store does not say what to change.
            lineage = (self.browse(parent_id).parent_path or "").split("/")
            if any(str(category.id) in lineage for category in self):
                raise ValidationError(
                    self.env._(
                        "A category cannot stand below itself. Choose another parent category."
                    )
                )
        return super().write(vals)

    def _get_proposal(self, field_name):
        """The value of `field_name` here or on the nearest parent category that has one."""
        category = self
        while category and not category[field_name]:
            category = category.parent_id
        return category[field_name]
