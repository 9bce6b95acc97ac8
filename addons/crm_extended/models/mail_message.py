from odoo import models
from odoo.tools.mail import email_split_tuples


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _portal_message_format(self, properties_names, options=None):
        """Name whoever wrote on a complaint without being a contact, and keep his address."""
        vals_list = super()._portal_message_format(properties_names, options=options)
        for message, values in zip(self, vals_list, strict=True):
            if message.model == "crm.complaint" and not (
                message.author_id or message.author_guest_id
            ):
                senders = email_split_tuples(message.email_from or "")
                name = senders[0][0] if senders else False
                # The portal's chatter shows this where there is no author.
                values.update(author_id=False, email_from=name or self.env._("Customer"))
        return vals_list
