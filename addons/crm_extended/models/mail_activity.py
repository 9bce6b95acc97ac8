from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Doing the activity of a contract alert acknowledges it, whoever's activity it is."""
        # sudo: nobody may write alerts; who may do the activity may say that it is seen to
        alerts = self.env["crm.contract.alert"].sudo()
        on_contracts = self.filtered(lambda activity: activity.res_model == "crm.contract")
        if on_contracts:
            alerts = alerts.search(
                [
                    ("state", "=", "raised"),
                    "|",
                    ("activity_id", "in", on_contracts.ids),
                    ("escalation_activity_id", "in", on_contracts.ids),
                ]
            )
        others = alerts._get_open_activities() - self.sudo()
        alerts._acknowledge()
        others.unlink()
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
