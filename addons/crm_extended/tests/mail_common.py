from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from odoo import fields

from odoo.addons.mail.tests.common import MailCommon

from .complaint_common import ComplaintCommon


class ComplaintMailCommon(ComplaintCommon, MailCommon):
    """A team with an alias, mails to it, and whatever it sends caught before it leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={})  # the common one switches tracking and its mails off
        cls.Complaint = cls.env["crm.complaint"]
        cls.company = cls.env.company
        cls.team.write({"alias_name": "care", "company_id": cls.company.id})
        cls.alias_address = cls.team.alias_email

    def _receive(
        self, subject="The pie was too sweet", body="Far too sweet.", reply_to=None, **headers
    ):
        """Hand a mail to the gateway as a mail server would; return what it made or reached.

        :param reply_to: the mail.message that is answered
        :param headers: further headers, with `_` for `-`, and `html`, `attachments`, `sender`
        """
        mail = EmailMessage()
        mail["From"] = headers.pop("sender", "Sarnai <sarnai@altan.example.com>")
        mail["To"] = headers.pop("to", self.alias_address)
        mail["Message-Id"] = make_msgid(domain="customer.example.com")
        mail["Date"] = headers.pop("date", format_datetime(fields.Datetime.now()))
        if subject is not None:
            mail["Subject"] = subject
        if reply_to:
            mail["In-Reply-To"] = mail["References"] = reply_to.message_id
        html = headers.pop("html", None)
        attachments = headers.pop("attachments", ())
        mail.set_content(body)
        if html is not None:
            mail.add_alternative(html, subtype="html")
        for name, content in attachments:
            mail.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        known = self.Complaint.with_context(active_test=False).search([])
        with self.mock_mail_gateway():
            res_id = self.env["mail.thread"].message_process(None, mail.as_bytes())
            self.flush_tracking()
        new = self.Complaint.with_context(active_test=False).search([]) - known
        self.assertLessEqual(len(new), 1)
        if reply_to:
            self.assertFalse(new, "An answer makes no complaint")
            return self.Complaint.browse(res_id)
        return new

    def _mails_to(self, address):
        """What left for `address` in the last call of the gateway."""
        return [mail for mail in self._mails if address in ",".join(mail["email_to"])]
