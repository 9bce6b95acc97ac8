from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestSurveyCustomerData(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coupons = cls._create_program("Thanks", "coupons")
        cls.survey = cls.env["survey.survey"].create(
            {"title": "About you", "voucher_program_id": cls.coupons.id, "voucher_days": 10}
        )
        cls.tag = cls.env["res.partner.category"].create({"name": "Coffee drinker"})
        cls.birthday, cls.consent, cls.interests = cls.env["survey.question"].create(
            [
                {
                    "survey_id": cls.survey.id,
                    "title": "When were you born?",
                    "question_type": "date",
                    "customer_field": "birthdate_date",
                },
                {
                    "survey_id": cls.survey.id,
                    "title": "May we write to you?",
                    "question_type": "simple_choice",
                    "customer_field": "crm_consent",
                    "suggested_answer_ids": [
                        (0, 0, {"value": "Yes", "crm_consent": "given"}),
                        (0, 0, {"value": "No", "crm_consent": "refused"}),
                    ],
                },
                {
                    "survey_id": cls.survey.id,
                    "title": "What do you like?",
                    "question_type": "multiple_choice",
                    "customer_field": "category_id",
                    "suggested_answer_ids": [
                        (0, 0, {"value": "Coffee", "category_id": cls.tag.id}),
                        (0, 0, {"value": "Gardening"}),
                        (0, 0, {"value": "Chess"}),
                    ],
                },
            ]
        )
        cls.yes, cls.no = cls.consent.suggested_answer_ids
        cls.ada.email = "ada@example.com"

    def _answer(self, partner=None, birthday=None, consent=None, interests=(), **values):
        user_input = self.survey._create_answer(partner=partner or self.ada, **values)
        if birthday:
            user_input._save_lines(self.birthday, birthday)
        if consent:
            user_input._save_lines(self.consent, consent.id)
        if interests:
            user_input._save_lines(self.interests, [answer.id for answer in interests])
        user_input._mark_done()
        return user_input

    def test_fills_in_what_is_mapped(self):
        coffee, gardening, _chess = self.interests.suggested_answer_ids
        old = self.env["res.partner.category"].create({"name": "Old friend"})
        self.ada.category_id = old
        self._answer(birthday="1990-05-10", consent=self.yes, interests=(coffee, gardening))
        self.assertEqual(self.ada.birthdate_date, date(1990, 5, 10))
        self.assertEqual((self.ada.crm_consent, self.ada.crm_consent_source), ("given", "survey"))
        self.assertEqual(
            set(self.ada.category_id.mapped("name")), {"Old friend", "Coffee drinker", "Gardening"}
        )

    def test_left_out_changes_nothing(self):
        self.ada.write({"birthdate_date": "1990-05-10", "crm_consent": "given"})
        self._answer()
        self.assertEqual(self.ada.birthdate_date, date(1990, 5, 10))
        self.assertEqual(self.ada.crm_consent, "given")
        self._answer(consent=self.no)
        self.assertEqual(self.ada.crm_consent, "refused")

    def test_voucher_once_and_by_mail(self):
        first = self._answer()
        card = first.voucher_ids.card_id
        self.assertEqual((card.partner_id, card.program_id), (self.ada, self.coupons))
        self.assertEqual(card.expiration_date, fields.Date.today() + timedelta(days=10))
        mail = self.env["mail.mail"].search([("recipient_ids", "in", self.ada.ids)])
        self.assertIn(card.code, mail.body)
        second = self._answer()
        self.assertFalse(second.voucher_ids)
        self.assertEqual(len(self.coupons.coupon_ids), 1)
        self._answer(partner=self.bob)
        self.assertEqual(self.coupons.coupon_ids.partner_id, self.ada + self.bob)

    def test_strangers_and_tests_change_nobody(self):
        answer = self.survey._create_answer(email="ada@example.com")
        answer._save_lines(self.consent, self.yes.id)
        answer._mark_done()
        self._answer(consent=self.yes, test_entry=True)
        self.assertFalse(self.ada.crm_consent)
        self.assertFalse(self.coupons.coupon_ids)

    def test_voucher_program_that_ended_loses_no_answers(self):
        self.coupons.write({"date_from": "2020-01-01", "date_to": "2020-12-31"})
        with mute_logger("odoo.addons.crm_loyalty.models.survey_user_input"):
            answer = self._answer(consent=self.yes)
        self.assertEqual(answer.state, "done")
        self.assertEqual(self.ada.crm_consent, "given")
        self.assertFalse(answer.voucher_ids)

    def test_impossible_birthday_is_told_at_the_question(self):
        errors = self.birthday.validate_question("2999-01-01")
        self.assertIn("future", errors[self.birthday.id])
        self.assertFalse(self.birthday.validate_question("1990-01-01"))
        self._answer(birthday="2999-01-01")
        self.assertFalse(self.ada.birthdate_date)

    def test_wrong_mappings_are_told(self):
        with self.assertRaisesRegex(ValidationError, "question of the type"):
            self.birthday.question_type = "char_box"
        with self.assertRaisesRegex(ValidationError, "which answer"):
            self.yes.crm_consent = False
            self.consent.customer_field = "crm_consent"
            self.consent._check_customer_field()
        with self.assertRaisesRegex(UserError, "gives no vouchers"):
            self.survey.voucher_program_id = self.program


@tagged("post_install", "-at_install")
class TestSurveyPages(HttpCase):
    """The pages, as a customer who signed in goes through them."""

    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "survey-customer", "base.group_portal", name="Ada")
        programs = self.env["loyalty.program"]
        coupons = programs.create(
            {"name": "Thanks", "program_type": "coupons"}
            | programs._program_type_default_values()["coupons"]
        )
        self.survey = self.env["survey.survey"].create(
            {
                "title": "About you",
                "access_mode": "public",
                "users_login_required": True,
                "questions_layout": "one_page",
                "voucher_program_id": coupons.id,
            }
        )
        self.question = self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "title": "When were you born?",
                "question_type": "date",
                "customer_field": "birthdate_date",
            }
        )
        self.authenticate("survey-customer", "survey-customer")

    def _submit(self, answer, birthday):
        route = f"/survey/submit/{self.survey.access_token}/{answer.access_token}"
        return self.make_jsonrpc_request(route, {str(self.question.id): birthday})

    def test_finished_page_shows_the_voucher(self):
        self.url_open(f"/survey/start/{self.survey.access_token}")
        answer = self.survey.user_input_ids
        self.assertEqual(answer.partner_id, self.user.partner_id)
        route = f"/survey/begin/{self.survey.access_token}/{answer.access_token}"
        self.make_jsonrpc_request(route)
        refused = self._submit(answer, "2999-01-01")
        self.assertIn("future", str(refused))
        self.assertFalse(answer.voucher_ids)
        done = self._submit(answer, "1990-05-10")
        self.assertEqual(answer.state, "done")
        self.assertEqual(self.user.partner_id.birthdate_date, date(1990, 5, 10))
        self.assertIn(answer.voucher_ids.card_id.code, str(done))
