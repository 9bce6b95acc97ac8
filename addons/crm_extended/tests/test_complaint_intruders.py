import re

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .mail_common import ComplaintMailCommon


@tagged("post_install", "-at_install")
class TestComplaintIntruders(ComplaintMailCommon, HttpCase):
    """What customers and visitors might try beyond what the pages offer them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_user.partner_id.email = "portal@altan.example.com"
        cls.complaint = cls._create_complaint(partner_id=cls.contact.id)
        cls.note = cls.complaint.message_post(
            body="He broke it himself", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        cls.log = cls.complaint._message_log(body="Called: he shouted")
        cls.answer = cls.complaint.message_post(
            body="We are sorry", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.seen = cls.complaint.with_user(cls.portal_user)

    def test_internal_notes_cannot_be_guessed_by_searching(self):
        for name in ("message_ids", "website_message_ids"):
            for domain in ([(f"{name}.body", "ilike", "broke it")], [(name, "!=", False)]):
                with self.subTest(domain), self.assertRaises(AccessError):
                    self.seen.search(domain)

    def test_internal_messages_are_not_read_by_id(self):
        for message in (self.note, self.log):
            with self.subTest(message.body), self.assertRaises(AccessError):
                message.with_user(self.portal_user).read(["body"])
        self.assertIn("sorry", self.answer.with_user(self.portal_user).read(["body"])[0]["body"])
        self.assertTrue(self.log.with_user(self.service_user).read(["body"]))

    def test_customer_mails_nobody_in_our_name(self):
        with self.mock_mail_gateway():
            message = self.seen.message_post(
                body="Pay here",
                author_id=self.colleague.id,
                email_from="boss@company.example.com",
                partner_ids=self.other_customer.ids,
                outgoing_email_to="somebody@else.example.com",
                message_type="email_outgoing",
                subtype_xmlid="mail.mt_note",
            )
        self.assertEqual(message.author_id, self.portal_user.partner_id)
        self.assertFalse(message.partner_ids)
        self.assertEqual(message.message_type, "comment")
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertFalse(self._mails_to("somebody@else.example.com"))
        self.assertEqual(self.complaint.awaiting_since, self.complaint.received_date)

    def test_page_posts_messages_and_nothing_else(self):
        self.authenticate("complaint_portal", "complaint_portal")
        for message_type in ("sms", "snailmail", "email_outgoing", "notification", "comment"):
            with self.subTest(message_type), self.mock_mail_gateway():
                self.make_jsonrpc_request(
                    "/mail/message/post",
                    {
                        "thread_model": "crm.complaint",
                        "thread_id": self.complaint.id,
                        "post_data": {
                            "body": "<b>Hello</b><script>alert(1)</script>",
                            "message_type": message_type,
                            "subtype_xmlid": "mail.mt_note",
                            "author_id": self.colleague.id,
                        },
                    },
                )
                message = self.complaint.message_ids[0]
                self.assertEqual(message.message_type, "comment")
                self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
                self.assertEqual(message.author_id, self.portal_user.partner_id)
                self.assertIn("<b>Hello</b>", message.body)
                self.assertNotIn("script", message.body)

    def test_rating_pages_with_wrong_addresses(self):
        token = self.complaint._rating_get_access_token()
        self.assertEqual(self.url_open(f"/rate/{token}/4").status_code, 404)
        page = self.url_open(f"/rate/{token}/1").text
        csrf_token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        url = f"/rate/{token}/submit_feedback"
        for rate in ("7", "abc", ""):
            data = {"csrf_token": csrf_token, "rate": rate}
            self.assertEqual(self.url_open(url, data=data).status_code, 404)
        data = {"csrf_token": csrf_token, "rate": "3", "feedback": "So\x00 so" + "x" * 6000}
        self.assertEqual(self.url_open(url, data=data).status_code, 200)
        self.assertEqual(len(self.complaint.rating_ids.feedback), 5000)
        self.assertIn("So so", self.complaint.rating_ids.feedback)

    def test_numbers_of_any_length_in_addresses(self):
        self.authenticate("complaint_portal", "complaint_portal")
        number = "9" * 5000
        for url, status in (
            (f"/my/complaints/page/{number}", 200),
            (f"/my/complaints/new?order_id={number}", 200),
            (f"/my/complaints/{self.complaint.id}?pid={number}&hash=x", 200),
            (f"/my/complaints/{number[:30]}", 404),
            (f"/suggestions/page/{number}", 200),
            (f"/suggestions/{number[:30]}", 404),
        ):
            with self.subTest(url[:60]):
                self.assertEqual(self.url_open(url).status_code, status)

    def test_link_of_a_stranger_does_not_follow_a_merge(self):
        address = "oyuna@example.com"
        victim, forged = self.Complaint.create(
            [
                {"name": "By mail", "email": address, "channel": "email"},
                {"name": "By whoever knows the address", "email": address, "channel": "web"},
            ]
        )
        url = forged.get_portal_url()
        forged._merge_into(victim)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 404)
        self.assertNotIn("By mail", response.text)
        # what everybody may read, he may
        victim.write({"kind": "suggestion", "public_name": "Longer hours", "is_published": True})
        response = self.url_open(url)
        self.assertTrue(response.url.endswith(f"/suggestions/{victim.id}"))
        self.assertNotIn("By mail", response.text)

    def test_thanks_page_keeps_to_the_link_it_gave(self):
        page = self.url_open("/complaint").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        form = {
            "csrf_token": token,
            "kind": "complaint",
            "name": "In the name of another",
            "description": "x",
            "partner_name": "Sarnai",
            "email": self.contact.email,
        }
        with self.mock_mail_gateway():
            self.assertIn("/my/complaints/", self.url_open("/complaint", data=form).text)
        complaint = self.Complaint.search([("name", "=", "In the name of another")])
        complaint.partner_id = self.contact
        new_link = complaint.get_portal_url()
        page = self.url_open("/complaint/thanks").text
        self.assertIn(complaint.number, page)
        self.assertNotIn(complaint.access_token, page)
        self.assertIn(complaint.access_token, new_link)
