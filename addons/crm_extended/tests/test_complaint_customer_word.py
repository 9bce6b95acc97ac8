from odoo.tests import freeze_time, tagged

from odoo.addons.mail.tests.common import MailCommon

from .complaint_deadline_common import ComplaintDeadlineCommon


@tagged("post_install", "-at_install")
class TestComplaintCustomerWord(ComplaintDeadlineCommon, MailCommon):
    """Every word of the customer asks for an answer, whatever way it comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service_user.email = "service@company.example.com"
        cls.complaint = cls._receive("2026-01-12 06:00:00")

    def _post(self, *args, **values):
        with self.mock_mail_gateway():
            return super()._post(*args, **values)

    def _get_answered(self):
        self._answer(self.complaint, "2026-01-12 08:00:00")
        return self.complaint

    def test_begins_with_a_word(self):
        self.assertEqual(self.complaint.awaiting_since, self.complaint.received_date)
        self._post(self.complaint, "2026-01-12 07:00:00")
        self.assertEqual(self.complaint.awaiting_since, self.complaint.received_date)
        self.assertFalse(self.complaint.next_response_deadline)
        self.assertFalse(self._get_answered().awaiting_since)

    def test_restarts_the_response_clock(self):
        complaint = self._get_answered()
        self._post(complaint, "2026-01-12 13:00:00")
        self.assertDate(complaint.awaiting_since, "2026-01-12 13:00:00")
        self.assertDate(complaint.next_response_deadline, "2026-01-13 13:00:00")
        self.assertDate(complaint.sla_deadline, "2026-01-13 13:00:00")
        self._post(complaint, "2026-01-13 07:00:00", author=self.colleague)
        self.assertDate(complaint.next_response_deadline, "2026-01-13 13:00:00")
        self.assertEqual(self._get_state(complaint, "2026-01-13 14:00:00"), "breached")
        self._answer(complaint, "2026-01-13 14:00:00")
        self.assertFalse(complaint.next_response_deadline)
        self.assertEqual(self._get_state(complaint, "2026-01-13 14:00:00"), "on_track")
        self.assertEqual(complaint.first_response_hours, 2)

    def test_takes_it_out_of_waiting(self):
        complaint = self._get_answered()
        self._move(complaint, self.stage_waiting, "2026-01-12 15:00:00")
        self._post(complaint, "2026-01-14 06:00:00")
        self.assertEqual(complaint.stage_id, self.stage_work)
        self.assertEqual(complaint.clock_stopped_hours, 8)
        self.assertDate(complaint.resolution_deadline, "2026-01-19 15:00:00")

    def test_back_to_the_stage_of_the_team(self):
        complaint = self._get_answered()
        self.stage_work.team_ids = self.quality_team
        self._move(complaint, self.stage_waiting, "2026-01-12 15:00:00")
        self._post(complaint, "2026-01-14 06:00:00")
        self.assertEqual(complaint.stage_id, self.stage_new)
        self.stage_new.team_ids = self.quality_team
        self._move(complaint, self.stage_waiting, "2026-01-15 15:00:00")
        complaint._customer_spoke(complaint.received_date)
        self.assertEqual(complaint.stage_id, self.stage_waiting, "nowhere else to go")

    def test_by_mail(self):
        complaint = self._get_answered()
        self._move(complaint, self.stage_waiting, "2026-01-12 15:00:00")
        answer = complaint.message_ids.filtered(lambda message: message.message_type == "comment")
        with freeze_time("2026-01-13 06:00:00"), self.mock_mail_gateway():
            self.env["mail.thread"].message_process(
                False,
                f"""From: Sarnai <sarnai@altan.example.com>
To: service@company.example.com
Subject: Re: pie
Message-ID: <word@altan.example.com>
References: {answer.message_id}
Date: Tue, 13 Jan 2026 05:59:00 +0000

Still too sweet.
""",
            )
        self.assertIn("Still too sweet", complaint.message_ids[0].body)
        self.assertDate(complaint.awaiting_since, "2026-01-13 05:59:00")
        self.assertEqual(complaint.stage_id, self.stage_work)

    def test_by_portal(self):
        complaint = self._get_answered()
        with freeze_time("2026-01-13 06:00:00"), self.mock_mail_gateway():
            complaint.with_user(self.portal_user).message_post(
                body="Still broken", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        self.assertDate(complaint.awaiting_since, "2026-01-13 06:00:00")

    def test_by_rating(self):
        complaint = self._get_answered()
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("crm.complaint"),
                "res_id": complaint.id,
                "partner_id": self.contact.id,
                "rating": 1,
                "consumed": True,
            }
        )
        self._post(complaint, "2026-01-13 06:00:00", rating_id=rating.id)
        self.assertFalse(complaint.awaiting_since, "a rating without a word")
        rating.feedback = "Nobody called"
        self._post(complaint, "2026-01-14 06:00:00", rating_id=rating.id)
        self.assertDate(complaint.awaiting_since, "2026-01-14 06:00:00")

    def test_known_by_the_address_alone(self):
        complaint = self._receive(
            "2026-01-12 06:00:00", partner_id=False, email="Oleh <oleh@example.com>"
        )
        complaint.first_response_date = "2026-01-12 08:00:00"
        for sender, word in (("other@example.com", False), ("OLEH@example.com", True)):
            self._post(
                complaint,
                "2026-01-13 06:00:00",
                author=self.env["res.partner"],
                email_from=sender,
                message_type="email",
            )
            self.assertEqual(bool(complaint.awaiting_since), word)

    def test_date_of_a_mail_is_not_believed(self):
        complaint = self._get_answered()
        self._post(complaint, "2026-01-13 06:00:00", date="2001-01-01 00:00:00")
        self.assertEqual(complaint.awaiting_since, complaint.received_date)
        self._answer(complaint, "2026-01-13 07:00:00")
        self._post(complaint, "2026-01-13 08:00:00", date="2030-01-01 00:00:00")
        self.assertDate(complaint.awaiting_since, "2026-01-13 08:00:00")

    def test_what_is_no_word_of_the_customer(self):
        complaint = self._get_answered()
        for reason, values in (
            ("a note", {"subtype_xmlid": "mail.mt_note"}),
            ("somebody else", {"author": self.other_customer}),
            ("OdooBot", {"author": self.env.ref("base.partner_root")}),
            ("a colleague", {"author": self.manager.partner_id}),
            ("automatic", {"message_type": "auto_comment"}),
            ("out of office", {"message_type": "out_of_office"}),
            ("a notification", {"message_type": "notification"}),
            ("nothing said", {"body": ""}),
        ):
            with self.subTest(reason):
                self._post(complaint, "2026-01-13 06:00:00", **values)
                self.assertFalse(complaint.awaiting_since)

    def test_closing_answers_everything(self):
        complaint = self._get_answered()
        self._post(complaint, "2026-01-13 06:00:00")
        self._move(complaint, self.stage_closed, "2026-01-13 08:00:00")
        self.assertFalse(complaint.awaiting_since)

    def test_colleague_who_may_only_read_answers(self):
        self.env["ir.model.access"].search(
            [
                ("model_id.model", "=", "crm.complaint"),
                ("group_id", "!=", False),
                ("group_id", "!=", self.env.ref("base.group_portal").id),
            ]
        ).perm_write = False
        self.complaint.message_subscribe(self.contact.ids)
        self._post(self.complaint, "2026-01-12 08:00:00", author=self.service_user.partner_id)
        self.assertTrue(self.complaint.first_response_date)
