from odoo import SUPERUSER_ID, fields, models
from odoo.fields import Command


class ResUsers(models.Model):
    _inherit = "res.users"

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
