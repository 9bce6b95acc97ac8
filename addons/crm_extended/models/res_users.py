from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Command


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_from_alerts(self):
        """Report what nobody is left to see to, and take the activities of alerts away first.

        These go with their user anyway, but the database would forget the user of an alert before
        its activity, and refuse to keep an activity that is gone.
        """
        # sudo: who may delete users may not open all contracts
        alerts = self.env["crm.contract.alert"].sudo()
        alerts = alerts.search([("user_id", "in", self.ids), ("state", "=", "raised")])
        alerts.write(
            {"to_report": True, "error": self.env._("The user who was told has been deleted.")}
        )
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        activities = Activity.search(
            [("user_id", "in", self.ids), ("res_model", "=", "crm.contract")]
        )
        activities.unlink()

    def _get_absent(self):
        """Those of these users who are on leave now, by the time off of their working schedule."""
        now = fields.Datetime.now()
        # sudo: that somebody is away is no secret for whoever needs a substitute
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", self.ids),
                    ("time_type", "=", "leave"),
                    ("date_from", "<=", now),
                    ("date_to", ">=", now),
                ]
            )
        )
        return leaves.resource_id.user_id & self

    def _is_contract_staff(self, company):
        """Whether the user can do something about a contract of the company."""
        self.ensure_one()
        return self.active and not self.share and company in self.company_ids

    def _get_contract_mail_values(self, subject, body):
        """Values of a queued e-mail about contracts to each of these users."""
        return {
            "auto_delete": True,
            "body_html": body,
            "email_from": self[:1].company_id.email_formatted
            or self.browse(SUPERUSER_ID).email_formatted,
            "recipient_ids": [Command.link(partner.id) for partner in self.partner_id],
            "state": "outgoing",
            "subject": subject,
        }
