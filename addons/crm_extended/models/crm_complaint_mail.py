from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize, formataddr
from odoo.tools.mail import parse_contact_from_email

from .crm_complaint import CLOCK_TOLERANCE

SUBJECT_LENGTH = 250
NAME_LENGTH = 100
# A mail that took longer than this has a wrong date, or comes from an old mailbox.
LONGEST_WAY = timedelta(days=30)
# So many receipts an hour go to one address. Two machines that answer each other without saying
# that they are machines stop here.
RECEIPTS_AN_HOUR = 3
# Ask other machines not to answer these mails.
MACHINE_HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}


class CrmComplaint(models.Model):
    """Mails that become complaints, and those that complaints send by themselves."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    # Mails in

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a complaint of a mail. Its text follows once the message is posted."""
        values = dict(custom_values or {})
        team = self.env["crm.complaint.team"].browse(values.get("team_id")).exists()
        company = self.env["res.company"].browse(values.get("company_id")).exists()
        company = company or team.company_id or self.env.company
        if not team.active:
            values.pop("team_id", None)  # the company's first team takes its place
        name, address = parse_contact_from_email(msg_dict.get("email_from") or "")
        customer = self._find_mail_customer(address, company)
        self._correct_mail_date(msg_dict)
        if not self._is_colleague(msg_dict.get("author_id")):
            # of several contacts with this address core takes one, but it may be another's
            msg_dict["author_id"] = customer.id
        subject = " ".join((msg_dict.get("subject") or "").split())[:SUBJECT_LENGTH]
        values = {
            "name": subject or self.env._("(no subject)"),
            "channel": "email",
            "partner_id": customer.id,
            "partner_name": customer.name or name[:NAME_LENGTH],
            "received_date": msg_dict["date"],
            **values,
            "company_id": company.id,
        }
        address = address or msg_dict.get("email_from")
        complaint = super(CrmComplaint, self.with_company(company)).message_new(
            {**msg_dict, "email_from": address}, custom_values=values
        )
        return complaint.with_context(complaint_first_mail=True)

    def message_update(self, msg_dict, update_vals=None):
        self._correct_mail_date(msg_dict)
        return super().message_update(msg_dict, update_vals=update_vals)

    def _creation_subtype(self):
        if self.env.context.get("complaint_first_mail"):
            # as visible to the customer as what he writes later
            return self.env.ref("mail.mt_comment")
        return super()._creation_subtype()

    def message_post(self, **kwargs):
        if self.env.context.get("complaint_mail_automatic"):
            # Worth reading, but it is nobody's word: no clock starts, and nobody is mailed who
            # may have a machine that answers.
            kwargs.update(
                message_type="auto_comment",
                subtype_id=self.env.ref("mail.mt_note").id,
                partner_ids=[],
            )
        return super().message_post(**kwargs)

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if self.env.context.get("complaint_first_mail"):
            complaint = self.with_context(complaint_first_mail=False)
            complaint.description = message.body  # sanitised, its pictures are attachments now
            if self.env.context.get("complaint_mail_receipt"):
                complaint._send_receipt()
        self._adopt_new_contact(message)
        return result

    def _adopt_new_contact(self, message):
        """A contact made to write to somebody unknown is the customer from then on."""
        address = not self.partner_id and email_normalize(self.email)
        contact = message.partner_ids.filtered(
            lambda partner: address and partner.email_normalized == address
        )
        if message.message_type == "comment" and len(contact) == 1:
            # sudo: whoever may answer has made the contact, even if he may not change complaints
            self.sudo().partner_id = contact

    @api.model
    def _find_mail_customer(self, address, company):
        """Return the contact who writes from `address`, or none if it may be one of several.

        Contacts of one customer are as good as each other; one who can sign in comes first.
        """
        # sudo: the gateway may run for a user who sees no contacts
        contacts = self.env["res.partner"].sudo()
        if address:
            contacts = contacts.search(
                [
                    ("email_normalized", "=", address),
                    ("company_id", "in", [False, company.id]),
                    ("partner_share", "=", True),
                ],
                order="id",
            )
        if len(contacts.commercial_partner_id) != 1:
            return contacts.browse()
        return contacts.sorted(lambda contact: not contact.user_ids)[:1]

    def _is_colleague(self, partner_id):
        # sudo: as above
        partner = self.env["res.partner"].sudo().browse(partner_id or ())
        return bool(partner) and not partner.partner_share

    @api.model
    def _correct_mail_date(self, msg_dict):
        """A date that cannot be true would start clocks long ago or in the future."""
        now = fields.Datetime.now()
        sent = fields.Datetime.to_datetime(msg_dict.get("date"))
        if not sent or not now - LONGEST_WAY <= sent <= now + CLOCK_TOLERANCE:
            sent = now
        msg_dict["date"] = fields.Datetime.to_string(min(sent, now))

    # Mails out

    def _send_receipt(self):
        """Tell each customer that his word was received, and its number.

        For whatever files complaints on behalf of customers: the mail gateway calls it, so do
        the portal and the public form. Nothing is sent for channels on which people answer.
        """
        hour_ago = fields.Datetime.now() - timedelta(hours=1)
        # sudo: the visitor who filed a complaint may not read it
        complaints = self.sudo().filtered(
            lambda complaint: (
                complaint.channel in ("email", "web", "portal")
                and complaint.email
                and (complaint.team_id.send_receipt or not complaint.team_id)
            )
        )
        recent = complaints._read_group(
            [("email", "in", complaints.mapped("email")), ("create_date", ">=", hour_ago)],
            ["email"],
            ["__count"],
        )
        flooding = {email for email, count in recent if count > RECEIPTS_AN_HOUR}
        complaints.filtered(lambda complaint: complaint.email not in flooding)._mail_customer(
            self.env.ref("crm_extended.mail_template_complaint_receipt", raise_if_not_found=False)
        )

    def message_post_with_source(self, source_ref, **kwargs):
        """Templates reach people who are no contacts, too, without making contacts of them."""
        template, _view = self._get_source_from_ref(source_ref)
        strangers = self.filtered(
            lambda complaint: template and complaint.email and not complaint.partner_id.email
        )
        others = super(CrmComplaint, self - strangers)
        return others.message_post_with_source(source_ref, **kwargs) | strangers._mail_customer(
            template
        )

    def _mail_customer(self, template):
        """Post `template` on each complaint for its customer alone, in his own language."""
        messages = self.env["mail.message"]
        if not template:
            return messages
        # sudo: templates are written by administrators
        rendered = template.sudo()._generate_template(
            self.ids, ["subject", "body_html", "attachment_ids"]
        )
        bot = self.env.ref("base.partner_root")
        for complaint in self:
            values = rendered[complaint.id]
            contact = complaint.partner_id.filtered("email")
            address = formataddr((complaint.partner_name or "", complaint.email or ""))
            messages |= complaint.message_post(
                author_id=bot.id,
                email_from=complaint.company_id.email_formatted or bot.email_formatted,
                subject=values["subject"],
                body=Markup(values["body_html"]),
                attachment_ids=values.get("attachment_ids"),
                message_type="auto_comment",
                subtype_xmlid="mail.mt_note",
                partner_ids=contact.ids,
                outgoing_email_to=not contact and complaint.email and address,
                email_layout_xmlid="mail.mail_notification_light",
                # of the complaint he filed himself, even if it was merged into another one, and
                # without the subject: see the template of the receipt
                force_record_name=complaint.number,
                email_add_signature=False,
                force_email_lang=complaint.partner_id.lang,
                mail_headers=MACHINE_HEADERS,
            )
        return messages

    def _get_model_description(self, model_name):
        """Call a praise a praise in mails, not a complaint."""
        if len(self) == 1 and model_name == self._name:
            return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        return super()._get_model_description(model_name)

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Answers go to the team's alias, where it has one."""
        result = super()._notify_get_reply_to(default=default, author_id=author_id)
        # sudo: the alias of a team is known to whoever writes for it
        teams = self.sudo().team_id.filtered("alias_email")
        aliases = teams._notify_get_reply_to(author_id=author_id)
        for complaint in self.sudo().filtered(lambda complaint: complaint.team_id in teams):
            result[complaint.id] = aliases[complaint.team_id.id]
        return result
