from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_reopen_days = fields.Integer(
        related="company_id.complaint_reopen_days", readonly=False
    )
    complaint_repeat_days = fields.Integer(
        related="company_id.complaint_repeat_days", readonly=False
    )
    complaint_form_enabled = fields.Boolean(
        related="company_id.complaint_form_enabled", readonly=False
    )
    complaint_form_limit = fields.Integer(related="company_id.complaint_form_limit", readonly=False)
