from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Who does an activity says here, too, that what it stands for is seen to.

        That is the corrective action of a complaint, or the alert of a contract.
        """
        complaints = self.env["crm.complaint"]._get_corrected_by(self)
        self.env["crm.contract.alert"]._acknowledge_by(self)
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        complaints._set_corrective_action_done()
        return result
