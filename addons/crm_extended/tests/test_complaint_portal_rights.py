import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from ..models.crm_complaint_portal import PORTAL_FIELDS, PORTAL_MIXINS
from .test_complaint_portal import ComplaintPortalCommon

COMMENT = "mail.mt_comment"


class PortalRpcCommon(ComplaintPortalCommon):
    def _call(self, route, user=None, **params):
        """Return the result of a route of type jsonrpc, or None when it is refused."""
        self.authenticate(user and user.login, user and user.login)
        response = self.url_open(
            route,
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        return response.get("result")

    def _say(self, complaint, user=None, **access):
        result = self._call(
            "/mail/message/post",
            user,
            thread_model="crm.complaint",
            thread_id=complaint.id,
            post_data={
                "body": "Any <script>alert(1)</script>news?",
                "subtype_xmlid": "mail.mt_comment",
            },
            **access,
        )
        message_id = (result or {}).get("message_id")
        return self.env["mail.message"].browse(message_id) if message_id else None


@tagged("post_install", "-at_install")
class TestComplaintPortalMessages(PortalRpcCommon, MailCommon):
    """Messages and files by Odoo's own routes of the portal."""

    def test_customers_write(self):
        for user, complaint, access, author, email in (
            (self.portal_user, self.own, {}, self.portal_user.partner_id, False),
            (None, self.own, {"token": self.own.access_token}, self.contact, False),
            (
                None,
                self.nameless,
                {"token": self.nameless.access_token},
                self.env["res.partner"],
                '"Somebody" <somebody@elsewhere.example.com>',
            ),
        ):
            with self.subTest(complaint=complaint.name, access=access):
                complaint.awaiting_since = False
                message = self._say(complaint, user, **access)
                self.assertEqual(message.author_id, author)
                self.assertNotIn("<script", message.body)
                if email:
                    self.assertEqual(message.email_from, email)
                # it is the customer's word, which asks for an answer
                self.assertTrue(complaint.awaiting_since)

    def test_typed_address_of_a_customer_does_not_speak_for_him(self):
        self.nameless.email = self.contact.email
        message = self._say(self.nameless, token=self.nameless.access_token)
        self.assertFalse(message.author_id)

    def test_somebody_without_address_writes(self):
        self.nameless.write({"email": False, "awaiting_since": False})
        message = self._say(self.nameless, token=self.nameless.access_token)
        self.assertFalse(message.author_id)
        self.assertTrue(self.nameless.awaiting_since)

    def test_strangers_do_not_write(self):
        for user, complaint, access in (
            (None, self.own, {}),
            (None, self.own, {"token": "nonsense"}),
            (None, self.own, {"token": self.foreign.access_token}),
            (None, self.own, {"pid": self.contact.id, "hash": "nonsense"}),
            (self.stranger, self.own, {}),
            (self.portal_user, self.foreign, {}),
            (self.portal_user, self.elsewhere, {}),
        ):
            with self.subTest(user=user and user.login, access=access):
                self.assertIsNone(self._say(complaint, user, **access))

    def test_what_is_read(self):
        for body, subtype in (("For you", "mail.mt_comment"), ("Internal", "mail.mt_note")):
            self.own.with_user(self.service_user).message_post(
                body=body, subtype_xmlid=subtype, message_type="comment"
            )
        writer_message = self._say(self.nameless, token=self.nameless.access_token)
        self.assertTrue(writer_message)
        for user, complaint, access in (
            (self.portal_user, self.own, {}),
            (None, self.own, {"token": self.own.access_token}),
        ):
            data = json.dumps(self._fetch(complaint, user, **access))
            self.assertIn("For you", data)
            self.assertNotIn("Internal", data)
        # whoever is no contact is named, and his address is not shown
        [values] = self._fetch(self.nameless, token=self.nameless.access_token)
        self.assertEqual(values["email_from"], "Somebody")
        self.assertNotIn("somebody@elsewhere", json.dumps(values))
        for user, complaint, access in (
            (self.stranger, self.own, {}),
            (None, self.own, {"token": self.foreign.access_token}),
            (None, self.own, {}),
        ):
            self.assertFalse(self._fetch(complaint, user, **access))

    def _fetch(self, complaint, user=None, **access):
        result = self._call(
            "/mail/chatter_fetch",
            user,
            thread_model="crm.complaint",
            thread_id=complaint.id,
            **access,
        )
        return (result or {}).get("data", {}).get("mail.message")

    def test_files_of_others(self):
        note = self.own.with_user(self.service_user).message_post(
            body="Internal", subtype_xmlid="mail.mt_note", attachments=[("cost.txt", b"secret")]
        )
        theirs = self.foreign.message_post(
            body="x",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("their.txt", b"secret")],
        )
        for attachment in (note | theirs).attachment_ids:
            for user in (self.portal_user, self.stranger, None):
                response = self._get(f"/web/content/{attachment.id}", user)
                self.assertEqual(response.status_code, 404)
                self.assertNotIn("secret", response.text)
        answer = self.own.message_post(
            body="x",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("label.txt", b"for you")],
        )
        [values] = self._fetch(self.own, token=self.own.access_token)
        [attachment] = values["attachment_ids"]
        self.assertEqual(attachment["id"], answer.attachment_ids.id)
        url = f"/web/content/{attachment['id']}?access_token={attachment['raw_access_token']}"
        self.assertEqual(self._get(url).text, "for you")

    def test_mail_brings_a_button_that_opens_the_page(self):
        for complaint, values in (
            (self.own, {"partner_ids": self.contact.ids}),
            (self.nameless, {"outgoing_email_to": self.nameless.email}),
        ):
            with self.subTest(complaint=complaint.name):
                with self.mock_mail_gateway():
                    complaint.with_user(self.service_user).message_post(
                        body="Sorry!",
                        message_type="comment",
                        subtype_xmlid="mail.mt_comment",
                        **values,
                    )
                [mail] = [mail for mail in self._mails if complaint.email in mail["email_to"][0]]
                [link] = {
                    url.replace("&amp;", "&")
                    for url in self.find_links(mail["body"])
                    if "/mail/view" in url
                }
                page = self._get(link[link.index("/mail/view") :])
                self.assertIn(f"/my/complaints/{complaint.id}?", page.url)
                self.assertIn(complaint.name, page.text)

    def find_links(self, body):
        return [part.split('"')[0] for part in body.split('href="')[1:]]


@tagged("post_install", "-at_install")
class TestComplaintPortalFields(PortalRpcCommon):
    def test_customers_read_what_stands_on_their_page(self):
        names = self._read_names(self.portal_user)
        self.assertLessEqual({"number", "name", "kind", "stage_id", "confirmed_date"}, names)
        internal = {
            *("resolution", "outcome", "cause_id", "cost", "manual_cost", "corrective_action"),
            *("team_id", "category_id", "color", "email_cc"),
            *("sla_state", "first_response_deadline", "resolution_deadline", "awaiting_since"),
            *("merged_into_id", "merged_numbers", "reopen_count", "order_reference"),
            *("recurrence_count", "customer_complaint_count", "vote_ids"),
        }
        self.assertLessEqual(internal, set(self.Complaint._fields))
        self.assertFalse(internal & names)
        self.assertLessEqual(internal - {"vote_ids"}, self._read_names(self.manager))
        for field in sorted(internal):
            with self.subTest(field), self.assertRaises(AccessError):
                self.own.with_user(self.portal_user).read([field])
            with self.subTest(searched=field), self.assertRaises(AccessError):
                self.Complaint.with_user(self.portal_user).search([(field, "!=", False)])

    def test_a_new_field_is_the_company_s_own_business(self):
        """A field that nobody thought of stays hidden: only those of the page are let through."""
        mixins = [self.env[name]._fields.keys() for name in PORTAL_MIXINS]
        names = self._read_names(self.portal_user)
        self.assertEqual(names - PORTAL_FIELDS - set().union(*mixins), set())

    def _read_names(self, user):
        return set(self.Complaint.with_user(user).fields_get())
