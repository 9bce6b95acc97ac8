from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintResponse(ComplaintCommon, MailCommon):
    """The first message a colleague sends to the customer is the first response."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service_user.email = "service@company.example.com"
        cls.complaint = cls._create_complaint(
            partner_id=cls.contact.id,
            received_date=fields.Datetime.now() - timedelta(days=2),
        )

    def _post(self, user=None, **values):
        values = {"body": "Sorry!", "message_type": "comment", **values}
        values.setdefault("subtype_xmlid", "mail.mt_comment")
        with self.mock_mail_gateway():
            return self.complaint.with_user(user or self.service_user).message_post(**values)

    def test_message_to_the_customer(self):
        message = self._post(partner_ids=self.contact.ids)
        self.assertEqual(self.complaint.first_response_date, message.date)
        self.assertIn(self.contact, self.complaint.message_partner_ids)

    def test_second_message_changes_nothing(self):
        first = self._post(partner_ids=self.contact.ids)
        first_date = first.date
        self.complaint.first_response_date = first_date - timedelta(hours=1)
        self._post(partner_ids=self.contact.ids)
        self.assertEqual(self.complaint.first_response_date, first_date - timedelta(hours=1))

    def test_following_customer_is_reached(self):
        self.complaint.message_subscribe(self.contact.ids)
        self._post()
        self.assertTrue(self.complaint.first_response_date)

    def test_colleague_of_the_customer_counts(self):
        self._post(partner_ids=self.colleague.ids)
        self.assertTrue(self.complaint.first_response_date)

    def test_email_template_counts(self):
        self._post(message_type="email_outgoing", partner_ids=self.contact.ids)
        self.assertTrue(self.complaint.first_response_date)

    def test_typed_address_is_reached(self):
        self.complaint.partner_id = False
        self.complaint.email = "Sarnai <SARNAI@altan.example.com>"
        self._post(outgoing_email_to="sarnai@altan.example.com")
        self.assertTrue(self.complaint.first_response_date)

    def test_what_does_not_count(self):
        customer = self.contact.ids
        for reason, values in (
            ("a note", {"subtype_xmlid": "mail.mt_note", "partner_ids": customer}),
            ("to somebody else", {"partner_ids": self.other_customer.ids}),
            ("to nobody", {}),
            ("automatic", {"message_type": "auto_comment", "partner_ids": customer}),
            ("by the customer", {"author_id": self.contact.id, "partner_ids": self.colleague.ids}),
            (
                "by the system",
                {"author_id": self.env.ref("base.partner_root").id, "partner_ids": customer},
            ),
        ):
            with self.subTest(reason):
                self.complaint.message_unsubscribe(self.complaint.message_partner_ids.ids)
                self._post(**values)
                self.assertFalse(self.complaint.first_response_date)

    def test_customer_writes_from_the_portal(self):
        self._post(user=self.portal_user)
        self.assertFalse(self.complaint.first_response_date)
        self.assertIn("Sorry!", self.complaint.message_ids[0].body)

    def test_stage_change_is_told(self):
        complaint = self.complaint.with_context(tracking_disable=False, mail_notrack=False)
        complaint.stage_id = self.stage_closed
        self.flush_tracking()
        self.assertEqual(
            complaint.message_ids[0].subtype_id, self.env.ref("crm_extended.mt_complaint_stage")
        )
