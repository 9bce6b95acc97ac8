from odoo import fields, models


class CrmComplaintCompensationRefuse(models.TransientModel):
    _name = "crm.complaint.compensation.refuse"
    _description = "Refuse a Compensation"

    compensation_id = fields.Many2one(
        comodel_name="crm.complaint.compensation", required=True, readonly=True
    )
    reason = fields.Text(required=True)

    def action_refuse(self):
        self.ensure_one()
        self.compensation_id._refuse(self.reason)
