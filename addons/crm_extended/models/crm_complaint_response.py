from odoo import models
from odoo.tools import email_normalize, email_normalize_all


class CrmComplaint(models.Model):
    """The conversation with the customer, and when it began."""

    # Each part of a complaint has a file of its own, because one file of all was too long to read.
    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    def _creation_subtype(self):
        return self.env.ref("crm_extended.mt_complaint_new")

    def _track_subtype(self, initial_values):
        self.ensure_one()
        if "stage_id" in initial_values and self.stage_id:
            return self.env.ref("crm_extended.mt_complaint_stage")
        return super()._track_subtype(initial_values)

    def _message_post_after_hook(self, message, msg_values):
        if not self.first_response_date and self._is_response_to_customer(message, msg_values):
            self.first_response_date = message.date
        return super()._message_post_after_hook(message, msg_values)

    def _is_response_to_customer(self, message, msg_values):
        """Whether a colleague wrote `message` and the customer is among those who receive it."""
        author = message.author_id
        # OdooBot sends receipts and reminders, which answer nothing
        by_colleague = (
            author and not author.partner_share and author != self.env.ref("base.partner_root")
        )
        if not by_colleague or message.message_type not in ("comment", "email_outgoing"):
            return False
        if not message.subtype_id or message.subtype_id.internal:
            return False
        # sudo: who follows a complaint is read for everybody who may answer on it
        followers = self.sudo().message_follower_ids.filtered(
            lambda follower: message.subtype_id in follower.subtype_ids
        )
        recipients = message.partner_ids | followers.partner_id
        customer = self.commercial_partner_id
        if customer and customer in recipients.commercial_partner_id:
            return True
        emails = set(recipients.mapped("email_normalized"))
        emails.update(email_normalize_all(msg_values.get("outgoing_email_to") or ""))
        return bool(email_normalize(self.email)) and email_normalize(self.email) in emails
