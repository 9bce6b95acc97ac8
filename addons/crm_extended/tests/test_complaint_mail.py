from datetime import timedelta
from email.utils import format_datetime

from odoo import fields, http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .complaint_common import ComplaintCommon
from .mail_common import ComplaintMailCommon


@tagged("post_install", "-at_install")
class TestComplaintMail(ComplaintMailCommon):
    def test_known_sender(self):
        complaint = self._receive(Cc="Bold <bold@altan.example.com>")
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "The pie was too sweet",
                    "channel": "email",
                    "kind": "complaint",
                    "partner_id": self.contact.id,
                    "partner_name": "Sarnai",
                    "email": "sarnai@altan.example.com",
                    "team_id": self.team.id,
                    "company_id": self.company.id,
                    "first_response_date": False,
                }
            ],
        )
        self.assertIn("Far too sweet.", complaint.description)
        self.assertIn("bold@altan.example.com", complaint.email_cc)
        self.assertEqual(complaint.awaiting_since, complaint.received_date)
        message = complaint.message_ids.filtered(lambda message: message.message_type == "email")
        self.assertEqual(message.author_id, self.contact)
        self.assertFalse(message.subtype_id.internal, "The customer finds his own mail again")

    def test_unknown_sender_is_kept_as_written(self):
        count = self.env["res.partner"].search_count([])
        complaint = self._receive(sender='"Oleh Bondar" <Oleh@Bondar.example.com>')
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.partner_name, "Oleh Bondar")
        self.assertEqual(complaint.email, "oleh@bondar.example.com")
        [receipt] = self._mails_to("oleh@bondar.example.com")
        self.assertIn(complaint.number, receipt["subject"])
        self.assertEqual(self.env["res.partner"].search_count([]), count, "No contact is made")

    def test_address_of_several_customers(self):
        self.other_customer.email = self.contact.email
        complaint = self._receive()
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.partner_name, "Sarnai")
        self.assertEqual(complaint.email, self.contact.email)
        self.assertFalse(complaint.message_ids.author_id & self.other_customer)

    def test_address_shared_within_a_customer(self):
        self.customer.email = self.contact.email
        self.portal_user.partner_id.write(
            {"parent_id": self.customer.id, "email": self.contact.email}
        )
        self.assertEqual(self._receive().partner_id, self.portal_user.partner_id)

    def test_colleague_is_no_customer(self):
        self.manager.email = "tuya@company.example.com"
        complaint = self._receive(sender=self.manager.email_formatted)
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.email, self.manager.email_normalized)

    def test_subjects(self):
        no_subject = self._receive(subject=None)
        self.assertEqual(no_subject.name, "(no subject)")
        self.assertEqual(self._receive(subject="  ").name, "(no subject)")
        self.assertEqual(len(self._receive(subject="x" * 3000).name), 250)

    def test_dates(self):
        now = fields.Datetime.now()
        yesterday = (now - timedelta(days=1)).replace(microsecond=0)
        self.assertEqual(self._receive(date=format_datetime(yesterday)).received_date, yesterday)
        for date in (now + timedelta(days=3), now - timedelta(days=4000)):
            complaint = self._receive(date=format_datetime(date))
            self.assertAlmostEqual(complaint.received_date, now, delta=timedelta(minutes=2))
            self._receive(reply_to=self._last_mail(complaint), date=format_datetime(date))
            self.assertAlmostEqual(self._last_mail(complaint).date, now, delta=timedelta(minutes=2))

    def test_html_and_script(self):
        html = (
            "<p>Too <b>sweet</b></p><script>alert(1)</script>"
            "<img src='x' onerror='alert(2)'/><a href='javascript:alert(3)'>here</a>"
        )
        complaint = self._receive(html=html, subject="<script>alert(4)</script>")
        self.assertIn("<b>sweet</b>", complaint.description)
        for text in (complaint.description, complaint.message_ids.mapped("body")):
            for forbidden in ("script", "onerror", "alert"):
                self.assertNotIn(forbidden, str(text).replace("&lt;script&gt;alert(4)", ""))
        self.assertEqual(complaint.name, "<script>alert(4)</script>")
        [receipt] = self._mails_to("sarnai@altan.example.com")
        self.assertNotIn("<script", receipt["body"])

    def test_big_attachment_is_an_attachment(self):
        content = b"\x00\x01" * (10 * 1024 * 1024)
        complaint = self._receive(attachments=[("film.mp4", content)])
        attachment = self._last_mail(complaint).attachment_ids
        self.assertEqual((attachment.name, attachment.file_size), ("film.mp4", len(content)))
        self.assertEqual(attachment.res_id, complaint.id)
        self.assertLess(len(complaint.description), 1000)

    def test_alias_of_another_companys_team(self):
        team = self.env["crm.complaint.team"].create(
            {"name": "Far", "company_id": self.company_2.id, "alias_name": "far"}
        )
        complaint = self._receive(to=team.alias_email)
        self.assertEqual((complaint.team_id, complaint.company_id), (team, self.company_2))
        self.assertFalse(complaint.with_user(self.service_user)._filtered_access("read"))
        team.company_id = self.company
        self.assertEqual(self._receive(to=team.alias_email).company_id, self.company)

    def test_team_without_alias_needs_none(self):
        self.assertFalse(self.quality_team.alias_id)
        complaint = self._create_complaint(team_id=self.quality_team.id)
        self.assertTrue(complaint._notify_get_reply_to()[complaint.id])

    def test_mail_to_two_teams_makes_one_complaint(self):
        self.quality_team.write({"alias_name": "quality", "company_id": self.company.id})
        addresses = f"{self.alias_address}, {self.quality_team.alias_email}"
        self.assertEqual(len(self._receive(to=addresses)), 1)
        self.assertEqual(len(self._mails_to("sarnai@altan.example.com")), 1, "and one receipt")

    def test_mail_to_two_companies_makes_one_in_each(self):
        self.quality_team.write({"alias_name": "second", "company_id": self.other_company.id})
        raw = (
            f"From: sarnai@altan.example.com\nSubject: Both\nMessage-Id: <both@example.com>\n"
            f"To: {self.alias_address}, second@{self.quality_team.alias_domain}\n\nBoth of you."
        )
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(None, raw)
        complaints = self.Complaint.search([("name", "=", "Both")])
        self.assertEqual(complaints.company_id, self.company | self.other_company)

    def test_headers_that_the_database_refuses(self):
        raw = (
            f"From: =?utf-8?q?Sa=00rnai?= <a@example.com>\nTo: {self.alias_address}\n"
            f"Subject: =?utf-8?q?Too=00=0D=0ABcc:_x@example.com_sweet?=\n"
            "Message-Id: <nul@example.com>\n\nSweet."
        )
        with self.mock_mail_gateway():
            complaint = self.Complaint.browse(self.env["mail.thread"].message_process(None, raw))
        self.assertEqual(complaint.name, "Too Bcc: x@example.com sweet")
        self.assertEqual(complaint.partner_name, "Sarnai")
        self.assertFalse(self._mails_to("x@example.com"))

    def test_name_like_a_book(self):
        complaint = self._receive(sender='"' + "y" * 900 + '" <a@example.com>')
        self.assertEqual(complaint.partner_name, "y" * 100)

    def test_archived_team_still_hears(self):
        self.team.active = False
        complaint = self._receive()
        self.assertTrue(complaint)
        self.assertNotEqual(complaint.team_id, self.team)

    def test_category_of_the_alias_proposes(self):
        self.team.alias_defaults = repr({"category_id": self.category.id})
        self.team.company_id = self.company_2
        self.team.company_id = self.company
        complaint = self._receive()
        self.assertEqual(complaint.category_id, self.category)
        self.assertEqual((complaint.team_id, complaint.priority), (self.team, "3"))

    def test_reply_lands_in_the_thread_and_asks_for_an_answer(self):
        complaint = self._receive()
        answer = self._answer(complaint)
        self.assertFalse(complaint.awaiting_since)
        self.assertIn(self.alias_address, answer.reply_to)
        reached = self._receive(subject="Re: pie", body="Still sweet.", reply_to=answer)
        self.assertEqual(reached, complaint)
        self.assertTrue(complaint.awaiting_since)
        self.assertIn("Still sweet.", self._last_mail(complaint).body)
        self.assertFalse(self._mails_to("sarnai@altan.example.com"), "One receipt is enough")

    def test_reply_of_a_stranger_lands_in_the_thread(self):
        complaint = self._receive(sender="Oleh <oleh@bondar.example.com>")
        answer = self._answer(complaint, outgoing_email_to="oleh@bondar.example.com")
        self._receive(sender="oleh@bondar.example.com", reply_to=answer, body="And dry.")
        self.assertTrue(complaint.awaiting_since)

    def test_contact_made_by_answering_becomes_the_customer(self):
        complaint = self._receive(sender="Oleh <oleh@bondar.example.com>")
        oleh = self.env["res.partner"].create({"name": "Oleh", "email": "oleh@bondar.example.com"})
        self._answer(complaint, partner_ids=oleh.ids)
        self.assertEqual(complaint.partner_id, oleh)
        self.assertEqual(complaint.first_response_date, complaint.message_ids[0].date)

    def test_colleague_answers_by_mail(self):
        complaint = self._receive()
        told = self._answer(complaint)
        complaint.write({"first_response_date": False, "awaiting_since": fields.Datetime.now()})
        self.service_user.email = "service@company.example.com"
        self._receive(reply_to=told, sender="service@company.example.com")
        self.assertTrue(complaint.first_response_date)
        self.assertFalse(complaint.awaiting_since)

    def test_third_person_neither_reopens_nor_learns(self):
        complaint = self._receive(Cc="third@other.example.com")
        answer = self._answer(complaint)
        complaint.stage_id = self.stage_closed
        third = self.env["res.partner"].create(
            {"name": "Third", "email": "third@other.example.com"}
        )
        self._receive(reply_to=answer, sender="Third <third@other.example.com>")
        self.assertTrue(complaint.is_closed)
        self.assertFalse(complaint.awaiting_since)
        self.assertNotIn(third, complaint.message_partner_ids)

    def test_reply_reopens(self):
        complaint = self._receive()
        answer = self._answer(complaint)
        complaint.first_response_date -= timedelta(minutes=1)
        complaint.stage_id = self.stage_closed
        self.assertTrue(complaint.is_closed)
        self._receive(reply_to=answer, body="It came back.")
        self.assertFalse(complaint.is_closed)
        self.assertEqual(complaint.reopen_count, 1)
        self.assertTrue(complaint.awaiting_since)

    def test_reply_to_a_merged_complaint_goes_to_its_target(self):
        complaint, target = self._receive(), self._receive(subject="Sweet pie")
        answer = self._answer(complaint)
        complaint._merge_into(target)
        reached = self._receive(reply_to=answer, body="Both of them.")
        self.assertIn("Both of them.", self._last_mail(target).body)
        self.assertNotIn("Both of them.", str(complaint.message_ids.mapped("body")))
        self.assertIn(reached, complaint | target)

    def _last_mail(self, complaint):
        return complaint.message_ids.filtered(
            lambda message: message.message_type == "email"
        ).sorted("id")[-1:]

    def _answer(self, complaint, **values):
        with self.mock_mail_gateway():
            return complaint.with_user(self.manager).message_post(
                body="We are sorry.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                **(values or {"partner_ids": self.contact.ids}),
            )


@tagged("post_install", "-at_install")
class TestComplaintMailLoops(ComplaintMailCommon):
    def _complaint_and_answer(self, closed=True):
        complaint = self._create_complaint(
            partner_id=self.contact.id, team_id=self.team.id, channel="email"
        )
        with self.mock_mail_gateway():
            answer = complaint.with_user(self.manager).message_post(
                body="We are sorry.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.contact.ids,
            )
        if closed:
            complaint.stage_id = self.stage_closed
        return complaint, answer

    def test_machines_file_nothing(self):
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "bulk"},
            {"X_Auto_Response_Suppress": "All"},
            {"Return_Path": "<>"},
            {"sender": self.alias_address},
            {"sender": "MAILER-DAEMON@example.com"},
        ):
            with self.subTest(headers):
                self.assertFalse(self._receive(**headers))
                self.assertFalse(self._mails)

    def test_mail_through_a_group_address_counts(self):
        complaint = self._receive(Precedence="list", List_Id="<care.example.com>")
        self.assertTrue(complaint)
        self.assertEqual(len(self._mails_to("sarnai@altan.example.com")), 1)

    def test_no_receipt_for_who_declines_it(self):
        self.assertTrue(self._receive(X_Auto_Response_Suppress="OOF, AutoReply"))
        self.assertFalse(self._mails)

    def test_absence_note_as_answer_moves_nothing(self):
        for closed in (False, True):
            complaint, answer = self._complaint_and_answer(closed)
            self._receive(reply_to=answer, body="Away.", Auto_Submitted="auto-replied")
            note = complaint.message_ids[0]
            self.assertIn("Away.", note.body, "Worth reading all the same")
            self.assertTrue(note.subtype_id.internal)
            self.assertFalse(complaint.awaiting_since)
            self.assertEqual(complaint.is_closed, closed)
            self.assertFalse(self._mails, "Nobody is mailed who may have such a machine, too")

    def test_own_mail_coming_back_moves_nothing(self):
        complaint, answer = self._complaint_and_answer()
        count = len(complaint.message_ids)
        self._receive(reply_to=answer, sender=f"Care <{self.alias_address}>")
        self.assertTrue(complaint.is_closed)
        self.assertEqual(len(complaint.message_ids), count)

    def test_bounce_of_an_answer_moves_nothing(self):
        complaint, answer = self._complaint_and_answer()
        count = len(complaint.message_ids)
        self._receive(reply_to=answer, to=self.company.bounce_email, sender="postmaster@x.example")
        self.assertTrue(complaint.is_closed)
        self.assertEqual(len(complaint.message_ids), count)

    def test_same_mail_twice_makes_one_complaint(self):
        complaint = self._receive(subject="Once")
        source = complaint.message_ids.filtered(lambda message: message.message_type == "email")
        raw = (
            f"From: sarnai@altan.example.com\nTo: {self.alias_address}\n"
            f"Subject: Once\nMessage-Id: {source.message_id}\n\nAgain."
        )
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(None, raw)
        self.assertEqual(self.Complaint.search([("name", "=", "Once")]), complaint)

    def test_receipt_asks_machines_for_silence(self):
        self._receive()
        [receipt] = self._mails_to("sarnai@altan.example.com")
        self.assertEqual(receipt["headers"]["Auto-Submitted"], "auto-generated")
        self.assertIn("AutoReply", receipt["headers"]["X-Auto-Response-Suppress"])

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_two_servers_answering_each_other_stop(self):
        receipts = 0
        for number in range(10):
            self._receive(subject=f"Thanks for your mail {number}", sender="robot@loop.example.com")
            receipts += len(self._mails_to("robot@loop.example.com"))
            if not self._mails:
                break
        self.assertEqual(receipts, 3)
        self.assertLess(number, 9)


@tagged("post_install", "-at_install")
class TestComplaintReceipt(ComplaintMailCommon):
    def _send(self, **values):
        complaint = self._create_complaint(**values)
        with self.mock_mail_gateway():
            complaint._send_receipt()
        return complaint

    def test_channels(self):
        for channel, count in (("email", 1), ("web", 1), ("portal", 1), ("phone", 0), ("visit", 0)):
            self._send(channel=channel, email=f"{channel}@example.com")
            self.assertEqual(len(self._mails), count, channel)

    def test_switched_off_and_nowhere_to_go(self):
        self._send(channel="web")
        self.assertFalse(self._mails)
        self.team.send_receipt = False
        self._send(channel="web", partner_id=self.contact.id, team_id=self.team.id)
        self.assertFalse(self._mails)

    def test_receipt_is_no_answer(self):
        complaint = self._send(channel="portal", partner_id=self.contact.id)
        self.assertFalse(complaint.first_response_date)
        self.assertTrue(complaint.awaiting_since)
        self.assertEqual(complaint.message_ids[0].message_type, "auto_comment")

    def test_praise_is_called_a_praise(self):
        self._send(channel="email", kind="praise", email="a@example.com")
        [receipt] = self._mails_to("a@example.com")
        self.assertIn("Your Praise", receipt["body"])
        self.assertNotIn("Complaint", receipt["body"])

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("crm_extended.mail_template_complaint_receipt")
        template.with_context(lang="fr_FR").subject = "Bien reçu {{ object.number }}"
        self.contact.lang = "fr_FR"
        complaint = self._send(channel="portal", partner_id=self.contact.id)
        self.assertEqual(self._mails[0]["subject"], f"Bien reçu {complaint.number}")

    def test_link_leads_to_the_complaint(self):
        complaint = self._send(channel="web", email="oleh@bondar.example.com")
        self.assertIn(f"/my/complaints/{complaint.id}?access_token=", self._mails[0]["body"])

    def test_nothing_typed_into_the_public_form_is_mailed(self):
        """Else anybody could have his advertisement mailed to anybody."""
        complaint = self._create_complaint(
            name="Buy now", partner_name="Cheap pies", email="oleh@x.example.com", channel="web"
        )
        visitor = self.env.ref("base.public_user")
        with self.mock_mail_gateway():
            complaint.with_user(visitor).sudo()._send_receipt()
        [mail] = self._mails
        for typed in ("Buy now", "Cheap pies"):
            self.assertNotIn(typed, mail["subject"] + mail["body"])


@tagged("post_install", "-at_install")
class TestComplaintReceiptOfForms(ComplaintCommon, HttpCase):
    def test_forms_send_a_receipt(self):
        for login, path in ((None, "/complaint"), ("complaint_portal", "/my/complaints/new")):
            self.authenticate(login, login)
            text = {"kind": "question", "name": f"Asked at {path}", "description": "Oak?"}
            self.url_open(
                path,
                data={
                    **text,
                    "partner_name": "Oleh",
                    "email": "oleh@x.example.com",
                    "csrf_token": http.Request.csrf_token(self),
                },
            )
            complaint = self.Complaint.search([("name", "=", text["name"])])
            receipt = complaint.message_ids.filtered(
                lambda message: message.message_type == "auto_comment"
            )
            self.assertIn(complaint.number, receipt.subject or "", path)
