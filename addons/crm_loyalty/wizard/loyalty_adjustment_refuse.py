from odoo import fields, models


class LoyaltyAdjustmentRefuse(models.TransientModel):
    _name = "loyalty.adjustment.refuse"
    _description = "Refuse an Adjustment of Points"

    adjustment_id = fields.Many2one(
        comodel_name="loyalty.adjustment",
        required=True,
        readonly=True,
    )
    reason = fields.Char(required=True)

    def action_refuse(self):
        self.ensure_one()
        self.adjustment_id._refuse(self.reason)
