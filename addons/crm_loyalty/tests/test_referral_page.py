from lxml import html

from odoo.tests import HttpCase, tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestReferralPage(LoyaltyCardCommon, HttpCase):
    """The page that the link of a card leads to, as strangers see and use it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.referral_active = True
        cls.ada.email = "ada@example.com"
        cls.card = cls._create_card(cls.ada)
        cls.path = f"/loyalty/join/{cls.card.referral_code}"

    def _join(self, path=None, **values):
        page = self.url_open(path or self.path)
        token = html.fromstring(page.text).xpath("//input[@name='csrf_token']/@value")[0]
        values = {"partner_name": "Zoe", "email": "zoe@example.com", "csrf_token": token} | values
        return self.url_open(path or self.path, data=values)

    def _find_friend(self, email="zoe@example.com"):
        return self.env["res.partner"].search([("email", "=", email)])

    def test_a_friend_joins(self):
        page = self.url_open(self.path)
        self.assertIn("100", page.text)
        self.assertNotIn("Ada", page.text)
        answer = self._join(phone="+32 456 00 11 22", consent="1")
        self.assertIn("Welcome!", answer.text)
        friend = self._find_friend()
        self.assertEqual(friend.name, "Zoe")
        self.assertEqual(friend.crm_consent, "given")
        self.assertEqual(friend.crm_consent_source, "referral")
        self.assertTrue(friend.crm_consent_date)
        referral = self.env["loyalty.referral"].search([("friend_id", "=", friend.id)])
        self.assertEqual((referral.state, referral.card_id), ("pending", self.card))

    def test_nobody_agrees_by_not_ticking(self):
        self._join()
        self.assertFalse(self._find_friend().crm_consent)

    def test_twice_is_once(self):
        self._join()
        self._join(email="Zoe@Example.com")
        self.assertEqual(self.env["loyalty.referral"].search_count([]), 1)
        self.assertEqual(len(self._find_friend()), 1)

    def test_known_people_are_neither_told_nor_changed(self):
        known = self.env["res.partner"].create({"name": "Known", "email": "zoe@example.com"})
        customer = self.env["res.partner"].create({"name": "Old", "email": "old@example.com"})
        self.env["sale.order"].create({"partner_id": customer.id}).action_confirm()
        answers = {
            self._join(email=email, phone="+32 456 00 11 22", consent="1").text
            for email in ("zoe@example.com", "old@example.com", "ada@example.com")
        }
        self.assertEqual(len(answers), 1, "the same page for all of them")
        self.assertEqual((known.name, known.phone, known.crm_consent), ("Known", False, False))
        refusals = {
            referral.friend_id: referral.refusal
            for referral in self.env["loyalty.referral"].search([])
        }
        self.assertEqual(refusals, {known: False, customer: "customer", self.ada: "company"})

    def test_bad_input(self):
        for values, sentence in (
            ({"email": "nowhere"}, "This is no e-mail address"),
            ({"partner_name": ""}, "Please fill this in"),
            ({"partner_name": "Z" * 200}, "too long"),
            ({"email": "a@b.example\x00.com"}, "Some characters could not be read"),
        ):
            with self.subTest(values):
                answer = self._join(**values)
                self.assertEqual(answer.status_code, 422)
                self.assertIn(sentence, answer.text)
        self.assertFalse(self.env["loyalty.referral"].search([]))

    def test_post_with_a_token_only(self):
        answer = self.url_open(self.path, data={"partner_name": "Z", "email": "z@example.com"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._find_friend("z@example.com"))
        self.url_open(f"{self.path}?partner_name=Z&email=z@example.com")
        self.assertFalse(self._find_friend("z@example.com"))

    def test_programs_that_fill_in_everything(self):
        answer = self._join(homepage="https://example.com")
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self._find_friend())

    def test_links_that_lead_nowhere(self):
        self.assertEqual(self.url_open("/loyalty/join/ABCDEFGHJK").status_code, 404)
        self.assertEqual(self.url_open(f"/loyalty/join/{'A' * 3000}").status_code, 404)
        for code in ("%00", "A%00B", "%ED%A0%80", "%F0%9F%98%80", "%27%3B--"):
            self.assertEqual(self.url_open(f"/loyalty/join/{code}").status_code, 404, code)
        self.card._block("Lost")
        self.assertEqual(self.url_open(self.path).status_code, 404)
        self.card.sudo().write({"state": "active", "block_reason": False})
        self.program.referral_active = False
        self.assertEqual(self.url_open(self.path).status_code, 404)

    def test_trying_out_codes_is_slowed_down(self):
        for number in range(12):
            self.url_open(f"/loyalty/join/ABCDEFGH{number:02}".replace("0", "Z").replace("1", "Y"))
        attempts = self.env["loyalty.code.attempt"].search([("code_start", "=", "ABCD")])
        self.assertGreaterEqual(len(attempts), 4)
        self.assertEqual(self.url_open(self.path).status_code, 404, "nor does a right one help")

    def test_many_from_one_address(self):
        for number in range(10):
            self.assertIn("Welcome!", self._join(email=f"n{number}@example.com").text)
        answer = self._join(email="n10@example.com")
        self.assertEqual(answer.status_code, 429)
        self.assertIn("n10@example.com", answer.text, "what was typed is not lost")
        self.assertFalse(self._find_friend("n10@example.com"))

    def test_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        program = self._create_program("Others", company_id=other.id, referral_active=True)
        card = self._create_card(self.bob, program)
        self._join(f"/loyalty/join/{card.referral_code}")
        self.assertEqual(self._find_friend().company_id, other)
        referral = self.env["loyalty.referral"].search([])
        self.assertEqual(referral.company_id, other)
