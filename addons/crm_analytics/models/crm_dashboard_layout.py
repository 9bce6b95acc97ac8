from odoo import api, fields, models


class CrmDashboardLayout(models.Model):
    """How one user arranged a dashboard for himself."""

    _name = "crm.dashboard.layout"
    _description = "Personal Dashboard Layout"

    dashboard_id = fields.Many2one(
        comodel_name="crm.dashboard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="cascade",
    )
    layout = fields.Json(required=True)

    _dashboard_user_uniq = models.UniqueIndex(
        "(dashboard_id, user_id)",
        "You have arranged this dashboard already: change that layout.",
    )

    @api.constrains("layout")
    def _check_layout(self):
        for layout in self:
            layout.dashboard_id._check_layout(layout.layout)

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            # Nobody arranges the dashboards of others.
            self.check_access("write")
        return result
