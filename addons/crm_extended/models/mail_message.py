from odoo import models
from odoo.tools.mail import email_split_tuples

SHOWN_TO_CUSTOMERS = ("crm.complaint", "crm.contract")


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        """Show customers no internal message on what is theirs: neither notes nor logs.

        Odoo hides the notes that people write, but not those of the system: what was done in an
        activity, who was told of what.
        """
        forbidden = super()._get_forbidden_access(operation)
        if operation != "read" or self.env.user._is_internal():
            return forbidden
        # sudo: what is looked at decides whether it may be read
        others = (self - forbidden).sudo().filtered(lambda each: each.model in SHOWN_TO_CUSTOMERS)
        internal = others.filtered(
            lambda each: each.is_internal or not each.subtype_id or each.subtype_id.internal
        )
        return forbidden + internal.sudo(False)

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
