from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierGrade(TierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").sudo().implied_ids |= cls.env.ref(
            "product.group_product_pricelist"
        )
        cls.prices, cls.own_prices = cls.env["product.pricelist"].create(
            [
                {"name": name, "company_id": cls.company.id}
                for name in ("Partner prices", "Agreed with Ada")
            ]
        )
        grades = cls.env["res.partner.grade"].sudo()
        cls.silver_grade, cls.gold_grade, cls.own_grade = grades.create(
            [
                {"name": name, "company_id": cls.company.id}
                for name in ("Silver partner", "Gold partner", "Founder")
            ]
        )
        cls.gold_grade.default_pricelist_id = cls.prices
        cls.silver.write({"grade_id": cls.silver_grade.id, "grace_months": 0})
        cls.gold.write({"grade_id": cls.gold_grade.id, "grace_months": 0})
        cls.ada = cls.ada.with_company(cls.company)

    def test_given_with_the_tier_and_taken_back_with_it(self):
        invoice = self._invoice(1200)
        self._rate()
        self.assertEqual(self.ada.grade_id, self.gold_grade)
        self.assertEqual(self.ada.property_product_pricelist, self.prices)
        self._credit(invoice, 900)
        self._rate()
        self.assertEqual(self.ada.grade_id, self.silver_grade)
        self.assertFalse(self.ada.specific_property_product_pricelist)
        self._credit(invoice, 290)
        self._rate()
        self.assertFalse(self.ada.grade_id)
        self.assertFalse(self.card.tier_grade_id)

    def test_set_by_hand_stays(self):
        self.ada.grade_id = self.own_grade
        invoice = self._invoice(1200)
        self._rate()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.ada.grade_id, self.own_grade)
        self._credit(invoice)
        self._rate()
        self.assertEqual(self.ada.grade_id, self.own_grade)

    def test_price_list_set_by_hand_stays(self):
        self.ada.property_product_pricelist = self.own_prices
        self._invoice(1200)
        self._rate()
        self.assertEqual(self.ada.grade_id, self.gold_grade)
        self.assertEqual(self.ada.property_product_pricelist, self.own_prices)

    def test_contact_with_a_card_of_its_own_has_no_level(self):
        company = self.env["res.partner"].create({"name": "Bakery", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Eva", "parent_id": company.id})
        card = self._create_card(contact)
        self._invoice(1200, partner=contact)
        self._rate(card)
        self.assertEqual(card.tier_id, self.gold)
        self.assertFalse(contact.grade_id)

    def test_archived_card_gives_its_level_back(self):
        self._invoice(150)
        self._rate()
        self.card.active = False
        program = self.program.sudo()
        unused = self.env["loyalty.card"].with_context(active_test=False)
        unused = unused.search(program._get_unused_cards_domain())
        self.assertEqual(unused, self.card)
        program._sync_tier_benefits(unused)
        self.assertFalse(self.ada.grade_id)

    def test_two_price_lists_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "brings the price list Partner prices"):
            self.gold.pricelist_id = self.own_prices
        self.gold.pricelist_id = self.prices
