from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _get_unique_rows(self):
        return super()._get_unique_rows() | {
            "loyalty_greeting_log": ["occasion", "holiday_id", "year"],
            "survey_voucher": ["survey_id"],
        }
