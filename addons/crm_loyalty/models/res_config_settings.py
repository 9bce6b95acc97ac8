from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_compensation_limit = fields.Monetary(
        related="company_id.complaint_compensation_limit", readonly=False
    )
