from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .complaint_common import ComplaintCommon

MEGABYTE = 1024 * 1024
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@tagged("post_install", "-at_install")
class TestComplaintForm(ComplaintCommon, HttpCase):
    """What a visitor without an account sends by the public form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.complaint_form_limit = 1000
        cls.env["crm.complaint.form.attempt"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.before = self.Complaint.search([])

    def _submit(self, files=None, csrf=True, **changes):
        data = {
            "kind": "suggestion",
            "partner_name": "Oyuna",
            "email": "oyuna@elsewhere.example.com",
            "name": "Longer hours",
            "description": "Please open\nuntil eight.",
            **changes,
        }
        if csrf:
            data["csrf_token"] = Request.csrf_token(self)
        return self.url_open("/complaint", data=data, files=files)

    def _get_filed(self):
        return self.Complaint.search([]) - self.before

    def _assert_refused(self, response, *sentences):
        self.assertEqual(response.status_code, 422)
        for sentence in sentences:
            self.assertIn(sentence, response.text)
        self.assertFalse(self._get_filed())

    def test_form_is_open_to_everybody(self):
        page = self.url_open("/complaint?kind=suggestion").text
        self.assertRegex(page, r'value="suggestion"[^>]* checked="checked"')
        for kind in ("nonsense", "", "%00", "suggestion&kind=praise"):
            self.assertEqual(self.url_open(f"/complaint?kind={kind}").status_code, 200)

    def test_what_is_filed(self):
        response = self._submit(phone="+976 99112233", order_reference=" S00042 ")
        complaint = self._get_filed()
        self.assertEqual(len(complaint), 1)
        self.assertEqual(complaint.kind, "suggestion")
        self.assertEqual(complaint.channel, "web")
        self.assertEqual(complaint.partner_name, "Oyuna")
        self.assertEqual(complaint.email, "oyuna@elsewhere.example.com")
        self.assertEqual(complaint.phone, "+976 99112233")
        self.assertEqual(complaint.order_reference, "S00042")
        self.assertEqual(complaint.description, "<p>Please open<br>until eight.</p>")
        self.assertEqual(complaint.company_id, self.company)
        self.assertTrue(complaint.stage_id and complaint.team_id)
        # thanked, with the number and a link that opens
        self.assertTrue(response.url.endswith("/complaint/thanks"))
        self.assertIn(complaint.number, response.text)
        self.assertIn(complaint.get_portal_url().replace("&", "&amp;"), response.text)
        page = self.url_open(complaint.get_portal_url())
        self.assertIn("Longer hours", page.text)

    def test_nobody_is_taken_for_a_customer(self):
        self.order.action_confirm()
        self._submit(email=self.contact.email, order_reference=self.order.name)
        complaint = self._get_filed()
        self.assertFalse(complaint.partner_id | complaint.commercial_partner_id)
        self.assertFalse(complaint.order_id)
        self.assertNotIn(self.contact, complaint.message_partner_ids)
        answer = self._submit(email=self.contact.email, order_reference="S99999").text
        self.assertIn("Thank you", answer)

    def test_missing_fields(self):
        response = self._submit(partner_name="", email=" ", name="Kept as typed", description="")
        self._assert_refused(response, 'value="Kept as typed"')
        self.assertEqual(response.text.count("Please fill this in."), 3)
        self.assertEqual(
            self.url_open("/complaint", data={"csrf_token": Request.csrf_token(self)}).status_code,
            422,
        )
        self.assertFalse(self._get_filed())

    def test_bad_values(self):
        for changes, sentence in (
            ({"kind": "bribe"}, "Please choose one of these."),
            ({"email": "no address"}, "This is no e-mail address."),
            ({"email": "a@example.com, b@example.com"}, "This is no e-mail address."),
            ({"email": "a@example.com\nBcc: b@example.com"}, "This is no e-mail address."),
            ({"name": "x" * 151}, "This is too long: 151 characters, at most 150."),
            ({"description": "x" * 60_000}, "This is too long: 60000 characters, at most 5000."),
            ({"partner_name": "Oyu\x00na"}, "Some characters could not be read."),
            ({"description": b"\xff\xfe\xcf\xf0"}, "Some characters could not be read."),
            ({"description": "\x07"}, "Some characters could not be read."),
        ):
            with self.subTest(changes=str(changes)[:60]):
                # as a browser sends it: in parts, for the files
                response = self._submit(files=[("attachments", ("", b""))], **changes)
                self._assert_refused(response, sentence)

    def test_repeated_and_misplaced_fields(self):
        data = {"name": ["Longer hours", "Shorter hours"]}
        self._submit(**data)
        self.assertEqual(self._get_filed().name, "Longer hours")
        self.before |= self._get_filed()
        response = self._submit(
            files=[("description", ("a.txt", b"A file in the place of a text"))], description=[]
        )
        self._assert_refused(response, "Please fill this in.")

    def test_letters_of_all_our_users(self):
        for text in (
            "Өндөр чанар",
            "Қызмет",
            "Oʻzbekcha",
            "می‌خواهم",
            "Їжа 🥧",
            "deux\u00a0fois",
            "\U0001fae9",
        ):
            with self.subTest(text):
                self._submit(name=text)
                complaint = self._get_filed()
                self.assertEqual(complaint.name, text)
                self.before |= complaint

    def test_marks_that_turn_letters_around(self):
        # phones put them around numbers, so nobody is blamed for them
        self._submit(partner_name="\u202eanayO\u202c", phone="\u202a+98 21 555\u202c")
        self.assertEqual(self._get_filed().partner_name, "anayO")
        self.assertEqual(self._get_filed().phone, "+98 21 555")

    def test_script_in_every_field(self):
        fields_ = ("partner_name", "phone", "order_reference", "name", "description")
        names = {"phone": SCRIPT[:40], "order_reference": SCRIPT[:40]}
        response = self._submit(**{name: names.get(name, SCRIPT) for name in fields_})
        complaint = self._get_filed()
        self.assertEqual(complaint.name, SCRIPT)
        pages = [
            response.text,
            self.url_open(complaint.get_portal_url()).text,
            # shown again with what was typed
            self._submit(**dict.fromkeys([*fields_, "email", "kind"], SCRIPT)).text,
        ]
        for page in pages:
            self.assertNotIn("<script>alert", page)
            self.assertNotIn("<img src=x", page)
        self.assertNotIn("<script", complaint.description)
        self.assertIn("&lt;script", complaint.description)

    def test_files_are_kept_with_the_first_message(self):
        files = [
            ("attachments", ("pie.jpg", b"\xff\xd8 a pie", "image/jpeg")),
            ("attachments", ("C:\\folder\\receipt.PDF", b"%PDF-1.4", "text/html")),
            ("attachments", ("", b"", "application/octet-stream")),
        ]
        self._submit(files=files)
        complaint = self._get_filed()
        message = complaint.message_ids.filtered("attachment_ids")
        self.assertEqual(sorted(message.attachment_ids.mapped("name")), ["pie.jpg", "receipt.PDF"])
        self.assertEqual(message.attachment_ids.mapped("res_id"), [complaint.id] * 2)
        self.assertNotIn("text/html", message.attachment_ids.mapped("mimetype"))
        self.assertFalse(message.author_id)
        self.assertIn("oyuna@elsewhere.example.com", message.email_from)
        self.assertFalse(message.subtype_id.internal)

    def test_files_that_are_refused(self):
        for files, sentence in (
            ([("run.exe", b"MZ")], "We cannot take “run.exe”."),
            ([("page.html", b"<script>")], "We cannot take “page.html”."),
            ([("drawing.svg", b"<svg onload=alert(1)>")], "We cannot take “drawing.svg”."),
            ([("noextension", b"?")], "We cannot take “noextension”."),
            ([(SCRIPT, b"?")], "We cannot take"),
            ([(f"{i}.txt", b"x") for i in range(6)], "at most 5 files"),
            ([("big.zip", bytes(20 * MEGABYTE))], "The files are too big: 20.0 MB, at most 10 MB"),
            ([("a.zip", bytes(6 * MEGABYTE)), ("b.zip", bytes(6 * MEGABYTE))], "12.0 MB"),
        ):
            with self.subTest(sentence):
                response = self._submit(files=[("attachments", file) for file in files])
                self._assert_refused(response, sentence, 'value="Longer hours"')
                self.assertNotIn("<script>alert", response.text)

    def test_file_has_to_be_chosen_again(self):
        response = self._submit(files=[("attachments", ("a.txt", b"x"))], name="")
        self._assert_refused(response, "Please choose the files once more.")

    def test_broken_picture_is_only_a_file(self):
        self._submit(files=[("attachments", ("pie.png", b"\x89PNG\r\n\x1a\n broken"))])
        self.assertEqual(self._get_filed().message_ids.attachment_ids.name, "pie.png")

    def test_upload_beyond_the_server_s_limit(self):
        self.env["ir.config_parameter"].set_param("web.max_file_upload_size", str(MEGABYTE))
        response = self._submit(files=[("attachments", ("a.zip", bytes(2 * MEGABYTE)))])
        self.assertEqual(response.status_code, 413)
        self.assertFalse(self._get_filed())

    def test_trap_looks_like_success(self):
        response = self._submit(homepage="https://spam.example.com")
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.url.endswith("/complaint/thanks"))
        self.assertIn("Thank you", response.text)
        self.assertFalse(self._get_filed())

    def test_nothing_without_csrf_token(self):
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self._submit(csrf=False).status_code, 400)
        self.assertFalse(self._get_filed())

    def test_thanks_are_for_who_filed(self):
        self.assertTrue(self.url_open("/complaint/thanks").url.endswith("/complaint"))

    def test_portal_user_gets_his_own_form(self):
        self.authenticate("complaint_portal", "complaint_portal")
        response = self.url_open("/complaint?kind=praise")
        self.assertTrue(response.url.endswith("/my/complaints/new?kind=praise"))

    def test_switched_off(self):
        self.company.complaint_form_enabled = False
        self.assertEqual(self.url_open("/complaint").status_code, 404)
        self.assertEqual(self._submit().status_code, 404)
        self.assertFalse(self._get_filed())

    def test_limit_by_address(self):
        self.company.complaint_form_limit = 2
        self._submit(name="")  # what was refused does not count
        for _number in range(2):
            self.assertEqual(self._submit().status_code, 200)
        response = self._submit(name="Not lost")
        self.assertEqual(response.status_code, 429)
        self.assertEqual(response.headers["Retry-After"], "3600")
        self.assertIn("several times in the last hour", response.text)
        self.assertIn('value="Not lost"', response.text)
        self.assertEqual(len(self._get_filed()), 2)

    def test_limit_ends_with_the_hour(self):
        Attempt = self.env["crm.complaint.form.attempt"]
        start = fields.Datetime.now()
        for minutes, expected in ((0, True), (1, True), (59, False), (61, True), (62, True)):
            with patch.object(
                fields.Datetime, "now", lambda m=minutes: start + timedelta(minutes=m)
            ):
                self.assertEqual(Attempt._count_use("192.0.2.1", 2), expected)

    def test_limit_keeps_no_address(self):
        Attempt = self.env["crm.complaint.form.attempt"]
        keys = {
            address: Attempt._get_address_key(address)
            for address in (
                "192.0.2.1",
                "192.0.2.2",
                "2001:db8::1",
                "2001:db8::2",
                "2001:db9::1",
                None,
            )
        }
        # one household has many of these
        self.assertEqual(keys["2001:db8::1"], keys["2001:db8::2"])
        self.assertEqual(len(set(keys.values())), 5)
        self.assertNotIn("192.0.2.1", keys["192.0.2.1"])
        for address in keys:
            Attempt._count_use(address, 1)
        self.assertEqual(Attempt.search_count([]), 5)
        Attempt.search([], limit=4).window_start = fields.Datetime.now() - timedelta(days=2)
        Attempt._gc_attempts()
        self.assertEqual(Attempt.search_count([]), 1)
