from odoo import models


class CrmSegment(models.Model):
    _inherit = "crm.segment"

    def action_create_mailing(self):
        """Write to everybody in the segment."""
        self.ensure_one()
        return {
            "name": self.env._("Mailing"),
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "context": {
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr([("segment_ids", "in", self.ids)]),
                "default_subject": self.name,
            },
        }
