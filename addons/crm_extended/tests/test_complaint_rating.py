from odoo import http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .complaint_common import ComplaintCommon
from .mail_common import ComplaintMailCommon


@tagged("post_install", "-at_install")
class TestComplaintRating(ComplaintMailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_closed.mail_template_id = cls.env.ref(
            "crm_extended.mail_template_complaint_closed"
        )
        cls.team.user_id = cls.manager
        cls.manager.email = "manager@example.com"
        cls.service_user.email = "service@example.com"
        cls.complaint = cls._create_complaint(
            partner_id=cls.contact.id,
            team_id=cls.team.id,
            user_id=cls.service_user.id,
            resolution="<p>A fresh pie was sent.</p>",
        )
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    def _close(self, complaints=None, stage=None):
        complaints = complaints or self.complaint
        with self.mock_mail_gateway():
            complaints.stage_id = stage or self.stage_closed
            self.flush_tracking()
        return self._mails

    def _rate(self, value, feedback="", complaint=None):
        """Rate as the page behind the link of the mail does: as a visitor, past the rights."""
        complaint = (complaint or self.complaint).with_user(self.env.ref("base.public_user")).sudo()
        rating = complaint.rating_ids[:1]
        with self.mock_mail_gateway():
            complaint.rating_apply(value, rating=rating, feedback=feedback, subtype_xmlid=None)
            self.flush_tracking()
        return rating

    def test_closing_asks_once(self):
        [mail] = self._close()
        self.assertEqual(mail["email_to"], [self.contact.email_formatted])
        rating = self.complaint.rating_ids
        self.assertEqual(len(rating), 1)
        for value in (1, 3, 5):
            self.assertIn(f"/rate/{rating.access_token}/{value}", mail["body"])
        self.assertIn("A fresh pie was sent.", mail["body"])
        self.assertIn(f"/my/complaints/{self.complaint.id}?access_token=", mail["body"])
        with self.mock_mail_gateway():
            self.complaint.resolution = "Two pies."
            self.flush_tracking()
        self.assertFalse(self._mails)
        self.assertFalse(self.complaint.first_response_date, "A mail sent by itself is no answer")

    def test_each_closing_asks_again(self):
        self._close()
        self._rate(1)
        self._close(stage=self.stage_new)
        self.assertTrue(self._close())
        self.assertEqual(len(self.complaint.rating_ids), 2)

    def test_who_is_not_asked(self):
        with self.mock_mail_gateway():
            self._create_complaint(partner_id=self.contact.id, stage_id=self.stage_closed.id)
            self.flush_tracking()
        self.assertFalse(self._mails, "filed as closed")
        target = self._create_complaint(partner_id=self.contact.id)
        with self.mock_mail_gateway():
            self.complaint._merge_into(target)
            self.flush_tracking()
        self.assertFalse(self._mails_to(self.contact.email), "merged")
        praise = self._create_complaint(partner_id=self.contact.id, kind="praise")
        self.flush_tracking()
        [mail] = self._close(praise)
        self.assertNotIn("/rate/", mail["body"])

    def test_customer_who_is_no_contact_rates(self):
        count = self.env["res.partner"].search_count([])
        stranger = self._create_complaint(partner_name="Oleh", email="oleh@bondar.example.com")
        self.flush_tracking()
        [mail] = self._close(stranger)
        self.assertIn("oleh@bondar.example.com", mail["email_to"][0])
        self.assertIn(stranger.rating_ids.access_token, mail["body"])
        rating = self._rate(5, "Quick!", stranger)
        self.assertEqual(stranger.rating_last_value, 5)
        self.assertIn("oleh@bondar.example.com", rating.message_id.email_from)
        self.assertFalse(rating.message_id.author_id)
        self._rate(3, "Not that quick.", stranger)
        self.assertEqual(len(stranger.message_ids.rating_ids), 1, "The second replaces the first")
        self.assertEqual(stranger.rating_last_value, 3)
        self.assertEqual(self.env["res.partner"].search_count([]), count)

    def test_bad_rating_with_a_comment_asks_for_an_answer(self):
        self._close()
        rating = self._rate(1, "Still <b>sweet</b>!")
        self.assertTrue(self.complaint.awaiting_since)
        self.assertFalse(self.complaint.is_closed)
        self.assertEqual(rating.message_id.author_id, self.contact)
        told = {address for mail in self._mails for address in mail["email_to"]}
        self.assertIn(self.manager.email_formatted, told)
        self.assertIn(self.service_user.email_formatted, told)
        self.assertNotIn("<b>sweet", self._mails[0]["body"])

    def test_bad_rating_without_a_word_is_told_only(self):
        self._close()
        self._rate(1)
        self.assertTrue(self._mails)
        self.assertTrue(self.complaint.is_closed)
        self.assertFalse(self.complaint.awaiting_since)

    def test_good_ratings_move_nothing(self):
        for value in (3, 5):
            self._close()
            self._rate(value, "Thank you.")
            self.assertTrue(self.complaint.is_closed)
            self.assertFalse(self.complaint.awaiting_since)
            self.assertFalse(
                [mail for mail in self._mails if "Bad rating" in mail["subject"]], value
            )

    def test_changed_rating_counts_once(self):
        self._close()
        self._rate(5)
        self._rate(1, "On second thought: no.")
        self.assertFalse(self.complaint.is_closed)
        self.assertEqual(self.complaint.rating_count, 1)
        self.assertEqual(self.complaint.rating_last_value, 1)
        self._rate(1, "On second thought: no.")
        self.assertFalse(self._mails, "The same once more tells nobody again")

    def test_link_of_another_complaint(self):
        self._close()
        other = self._create_complaint(partner_id=self.contact.id)
        token = self.complaint.rating_ids.access_token
        with self.assertRaises(UserError):
            other.rating_apply(5, token=token)
        with self.assertRaises(UserError):
            other.rating_apply(5, token="no such token")
        self.assertFalse(self.complaint.rating_ids.consumed)

    def test_team_and_person_are_rated(self):
        self._close()
        rating = self._rate(5)
        self.assertEqual(rating.rated_partner_id, self.service_user.partner_id)
        self.assertEqual(rating.partner_id, self.contact)
        self.assertEqual(self.team.rating_avg, 5)
        action = self.complaint.with_user(self.service_user).action_view_ratings()
        found = self.env["rating.rating"].with_user(self.service_user).search(action["domain"])
        self.assertEqual(found, rating)

    def test_messages_of_customers_carry_no_rating(self):
        allowed = self.complaint.with_user(self.portal_user)._get_allowed_message_params()
        self.assertNotIn("rating_value", allowed)


@tagged("post_install", "-at_install")
class TestComplaintRatingPage(ComplaintCommon, HttpCase):
    def test_rate_by_the_link_of_the_mail(self):
        self.authenticate(None, None)
        for values in ({"partner_id": self.contact.id}, {"email": "oleh@bondar.example.com"}):
            complaint = self._create_complaint(**values)
            complaint.stage_id = self.stage_closed
            token = complaint._rating_get_access_token()
            page = self.url_open(f"/rate/{token}/5")
            self.assertEqual(page.status_code, 200)
            self.assertFalse(complaint.rating_ids.consumed, "Looking at the page rates nothing")
            self.url_open(
                f"/rate/{token}/submit_feedback",
                data={
                    "rate": "1",
                    "feedback": "Too <script>alert(1)</script> slow",
                    "csrf_token": http.Request.csrf_token(self),
                },
            )
            self.assertEqual(complaint.rating_last_value, 1)
            self.assertTrue(complaint.awaiting_since)
            self.assertNotIn("<script>", str(complaint.message_ids.mapped("body")))
        self.assertEqual(self.url_open("/rate/unknown/5").status_code, 404)
