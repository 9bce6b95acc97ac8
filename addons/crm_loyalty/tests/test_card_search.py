from odoo.fields import Domain
from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestCardSearch(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada)
        cls.number = cls.card.number
        cls.spaced = f"{cls.number[0]} {cls.number[1:7]} {cls.number[7:]}"
        cls.bobs_card = cls._create_card(cls.bob)

    def _name_search(self, model, text, **kwargs):
        return [record_id for record_id, _name in self.env[model].name_search(text, **kwargs)]

    def test_card_by_number_code_and_part_of_it(self):
        for text in (self.number, self.spaced, self.number[4:], self.card.code):
            self.assertEqual(self._name_search("loyalty.card", text), self.card.ids, text)

    def test_customer_by_number(self):
        for text in (self.number, self.spaced, self.number.replace("0", "۰")):
            self.assertEqual(self._name_search("res.partner", text), self.ada.ids, text)
            self.assertEqual(
                self._name_search("res.partner", text, operator="="), self.ada.ids, text
            )

    def test_customer_by_part_of_a_number_is_not_meant(self):
        self.assertNotIn(self.ada.id, self._name_search("res.partner", self.number[:-1]))

    def test_customer_whose_name_has_the_digits_is_still_found(self):
        namesake = self.env["res.partner"].create({"name": f"Card {self.number}"})
        found = self._name_search("res.partner", self.number)
        self.assertEqual(set(found), {namesake.id, self.ada.id})

    def test_search_by_name_is_unchanged(self):
        self.assertIn(self.bob.id, self._name_search("res.partner", "Bob"))
        self.assertNotIn(self.ada.id, self._name_search("res.partner", "Bob"))
        everybody = self.env["res.partner"].search([("display_name", "not ilike", self.number)])
        self.assertIn(self.bob, everybody)

    def test_search_of_contacts_by_card_number(self):
        partners = self.env["res.partner"]
        for operator, value in (
            ("ilike", self.number[3:]),
            ("ilike", self.spaced),
            ("=", self.spaced),
            ("in", [self.number]),
        ):
            found = partners.search([("loyalty_card_numbers", operator, value)])
            self.assertEqual(found, self.ada, (operator, value))
        others = partners.search([("loyalty_card_numbers", "not ilike", self.number)])
        self.assertIn(self.bob, others)
        self.assertNotIn(self.ada, others)

    def test_search_of_contacts_with_and_without_a_card(self):
        domain = Domain("id", "in", (self.ada + self.bob + self.partner).ids)
        partners = self.env["res.partner"]
        self.assertEqual(
            partners.search(domain & Domain("loyalty_card_numbers", "=", False)), self.partner
        )
        self.assertEqual(
            partners.search(domain & Domain("loyalty_card_numbers", "!=", False)),
            self.ada + self.bob,
        )

    def test_numbers_on_the_customer(self):
        self.assertEqual(self.ada.loyalty_card_numbers, self.number)
        self.assertFalse(self.partner.loyalty_card_numbers)
        second = self._create_card(self.ada, self._create_program("Others"))
        self.ada.invalidate_recordset(["loyalty_card_numbers"])
        self.assertEqual(self.ada.loyalty_card_numbers, f"{self.number}, {second.number}")
