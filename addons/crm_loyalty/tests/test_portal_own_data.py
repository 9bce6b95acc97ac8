import re

from odoo.tests import tagged

from .portal_common import LoyaltyPortalCommon

URL = "/my/loyalty/own-data"


@tagged("post_install", "-at_install")
class TestPortalOwnData(LoyaltyPortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.owner.partner_id
        cls.hiking, cls.tea, cls.late_payer = cls.env["res.partner.category"].create(
            [
                {"name": "Hiking", "is_interest": True},
                {"name": "Tea", "is_interest": True},
                {"name": "Pays Late"},
            ]
        )
        cls.partner.category_id = cls.late_payer

    def _send(self, user=None, **values):
        self.authenticate((user or self.owner).login, (user or self.owner).login)
        token = re.search(r'csrf_token: "([^"]+)"', self.url_open(URL).text)[1]
        return self.url_open(URL, data={"csrf_token": token, **values})

    def test_page_asks_and_saves(self):
        page = self._get(URL, self.owner).text
        self.assertIn("Hiking", page)
        self.assertNotIn("Pays Late", page)
        response = self._send(
            birthdate_date="1990-05-06", crm_consent="given", interest_ids=self.hiking.id
        )
        self.assertIn("we have noted it", response.text)
        self.assertEqual(str(self.partner.birthdate_date), "1990-05-06")
        self.assertEqual(self.partner.crm_consent, "given")
        self.assertEqual(self.partner.crm_consent_source, "portal")
        self.assertEqual(self.partner.category_id, self.late_payer | self.hiking)
        page = self.url_open(URL).text
        self.assertIn('value="1990-05-06"', page)
        self.assertRegex(page, rf'value="{self.hiking.id}"[^>]*checked')

    def test_empty_boxes(self):
        self._send()
        self.assertFalse(self.partner.crm_consent, "never asked is no no")
        self.partner.write({"crm_consent": "given", "category_id": [(4, self.tea.id)]})
        self._send(interest_ids=[self.hiking.id, self.late_payer.id, 10**9, "x", "9" * 50])
        self.assertEqual(self.partner.crm_consent, "refused")
        self.assertEqual(self.partner.category_id, self.late_payer | self.hiking)

    def test_faulty_birthdays_are_told_and_nothing_is_saved(self):
        for text, words in (
            *(("soon", "no date"), ("2999-01-01", "future"), ("1000-01-01", "century")),
            *(("0000-00-00", "no date"), ("\u0660", "no date")),
        ):
            with self.subTest(text):
                response = self._send(
                    birthdate_date=text, crm_consent="given", interest_ids=self.tea.id
                )
                self.assertEqual(response.status_code, 200)
                self.assertIn(words, response.text)
                self.assertRegex(response.text, rf'value="{self.tea.id}"[^>]*checked')
        self.assertFalse(self.partner.birthdate_date or self.partner.crm_consent)
        self.assertEqual(self.partner.category_id, self.late_payer)

    def test_only_these_fields_of_the_own_contact(self):
        stranger = self.stranger.partner_id
        self._send(
            birthdate_date="1990-05-06",
            name="Someone",
            email="x@example.com",
            partner_id=stranger.id,
            crm_consent_source="staff",
            category_id=self.late_payer.id,
        )
        self.assertEqual(self.partner.name, "Anu")
        self.assertNotEqual(self.partner.email, "x@example.com")
        self.assertFalse(stranger.birthdate_date or stranger.category_id)

    def test_other_ways_in_are_closed(self):
        response = self._get(URL)
        self.assertIn("/web/login", response.url)
        self.authenticate(self.owner.login, self.owner.login)
        response = self.url_open(URL, data={"birthdate_date": "1990-05-06"})
        self.assertEqual(response.status_code, 400, "no CSRF token")
        self.assertFalse(self.partner.birthdate_date)
        response = self.url_open(f"{URL}?birthdate_date=1990-05-06")
        self.assertFalse(self.partner.birthdate_date, "nothing is changed by a link")
