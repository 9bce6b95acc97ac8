from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """The owner of a corrective action says here, too, that it is done."""
        complaints = self.env["crm.complaint"]._get_corrected_by(self)
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        complaints._set_corrective_action_done()
        return result
