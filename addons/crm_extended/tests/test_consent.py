import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.base.tests.common import BaseCommon


@tagged("post_install", "-at_install")
class TestConsent(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada = cls.env["res.partner"].create({"name": "Ada"})

    def test_date_and_source(self):
        self.assertFalse(self.ada.crm_consent_date)
        self.ada.crm_consent = "given"
        self.assertEqual(self.ada.crm_consent_source, "staff")
        self.assertTrue(self.ada.crm_consent_date)
        self.ada.with_context(crm_consent_source="survey").crm_consent = "refused"
        self.assertEqual(self.ada.crm_consent_source, "survey")
        self.ada.crm_consent = False
        self.assertFalse(self.ada.crm_consent_source or self.ada.crm_consent_date)

    def test_saying_the_same_again_changes_nothing(self):
        self.ada.crm_consent = "given"
        self.ada.crm_consent_date = "2020-01-01"
        both = self.ada + self.env["res.partner"].create({"name": "Bob"})
        both.with_context(crm_consent_source="portal").write(
            {"crm_consent": "given", "city": "Osh"}
        )
        self.assertEqual(both.mapped("crm_consent_source"), ["staff", "portal"])
        self.assertEqual(both.mapped("city"), ["Osh", "Osh"])
        self.assertEqual(self.ada.crm_consent_date.year, 2020)

    def test_colleagues_answer_as_staff(self):
        user = new_test_user(
            self.env, "consent-staff", groups="base.group_user,base.group_partner_manager"
        )
        ada = self.ada.with_user(user).with_context(crm_consent_source="portal")
        ada.crm_consent = "given"
        noted = self.ada.crm_consent_date
        self.assertEqual(self.ada.crm_consent_source, "staff")
        ada.write({"crm_consent_source": "portal", "crm_consent_date": "2020-01-01"})
        ada.write({"crm_consent": "given", "crm_consent_source": "portal"})
        self.assertEqual((self.ada.crm_consent_source, self.ada.crm_consent_date), ("staff", noted))

    def test_new_and_imported_customers(self):
        values = {"name": "New", "crm_consent": "given"}
        Partner = self.env["res.partner"]
        self.assertEqual(Partner.create(dict(values)).crm_consent_source, "staff")
        imported = Partner.with_context(import_file=True)
        self.assertEqual(imported.create(dict(values)).crm_consent_source, "import")
        told = Partner.create({**values, "crm_consent_date": "2020-01-01 10:00:00"})
        self.assertEqual(told.crm_consent_date.year, 2020)
        self.assertFalse(told.copy().crm_consent)

    def test_only_who_agreed(self):
        bob, eve = self.env["res.partner"].create(
            [{"name": "Bob", "crm_consent": "refused"}, {"name": "Eve", "crm_consent": "given"}]
        )
        self.assertEqual(
            (self.ada + bob + eve).filtered_domain(self.ada._get_consent_domain()), eve
        )

    def test_last_answer_holds_when_contacts_are_merged(self):
        bob = self.env["res.partner"].create({"name": "Bob"})
        self.ada.write({"crm_consent": "given", "crm_consent_date": "2020-01-01"})
        bob.write({"crm_consent": "refused", "crm_consent_date": "2021-01-01"})
        self.env["base.partner.merge.automatic.wizard"]._merge((self.ada + bob).ids, self.ada)
        self.assertEqual(self.ada.crm_consent, "refused")
        self.assertEqual(self.ada.crm_consent_date.year, 2021)

    def test_impossible_birthdays(self):
        tomorrow = fields.Date.today() + timedelta(days=2)
        for birthdate, words in ((tomorrow, "future"), ("1850-01-01", "century")):
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                self.ada.birthdate_date = birthdate


@tagged("post_install", "-at_install")
class TestConsentPortal(HttpCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(
            self.env, "own-data", "base.group_portal", name="Own", email="own@example.com"
        )
        self.partner = self.user.partner_id
        country = self.env.ref("base.kg")
        self.partner.write(
            {"street": "1", "city": "Osh", "zip": "7", "country_id": country.id, "phone": "1"}
        )
        self.authenticate("own-data", "own-data")

    def _post(self, partner=None, **values):
        partner = partner or self.partner
        page = self.url_open("/my/account").text
        token = re.search(r'csrf_token: "([^"]+)"', page)[1]
        data = {
            "csrf_token": token,
            "partner_id": partner.id,
            "name": partner.name,
            "email": partner.email,
            "phone": partner.phone,
            "street": partner.street,
            "city": partner.city,
            "zip": partner.zip,
            "country_id": partner.country_id.id,
            "own_data": "1",
        }
        return self.url_open("/my/address/submit", data=data | values).json()

    def test_page_asks_and_saves(self):
        page = self.url_open("/my/account").text
        self.assertIn('name="birthdate_date"', page)
        self.assertIn("a greeting on the day", page)
        self.assertNotIn("messages", self._post(birthdate_date="1990-05-06", crm_consent="given"))
        self.assertEqual(str(self.partner.birthdate_date), "1990-05-06")
        self.assertEqual(self.partner.crm_consent, "given")
        self.assertEqual(self.partner.crm_consent_source, "portal")
        self.assertIn('value="1990-05-06"', self.url_open("/my/account").text)

    def test_box_left_empty(self):
        self._post()
        self.assertFalse(self.partner.crm_consent, "never asked is no no")
        self.partner.crm_consent = "given"
        self._post()
        self.assertEqual(self.partner.crm_consent, "refused")

    def test_faulty_birthdays_are_told_and_nothing_is_saved(self):
        for text, words in (("soon", "no date"), ("2999-01-01", "future"), ("1000-1-1", "century")):
            with self.subTest(text):
                answer = self._post(birthdate_date=text, city="Elsewhere")
                self.assertIn("birthdate_date", answer["invalid_fields"])
                self.assertIn(words, answer["messages"][0])
        self.assertFalse(self.partner.birthdate_date)
        self.assertEqual(self.partner.city, "Osh")

    def test_other_addresses_have_no_own_data(self):
        address = self.env["res.partner"].create(
            {
                "name": "Home",
                "type": "other",
                "parent_id": self.partner.id,
                "email": "home@example.com",
                "phone": "2",
                "street": "2",
                "city": "Osh",
                "zip": "7",
                "country_id": self.partner.country_id.id,
            }
        )
        self._post(partner=address, birthdate_date="1990-05-06", crm_consent="given")
        self.assertFalse(address.birthdate_date or address.crm_consent)
        page = self.url_open(f"/my/address?partner_id={address.id}").text
        self.assertNotIn('name="birthdate_date"', page)
