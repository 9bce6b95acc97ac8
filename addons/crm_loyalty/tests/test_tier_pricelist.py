from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierPricelist(TierCommon):
    """The price list of a tier is given and taken back; one that was set by hand stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").sudo().implied_ids |= cls.env.ref(
            "product.group_product_pricelist"
        )
        cls.env["product.pricelist"].search([]).active = False
        cls.silver_prices, cls.gold_prices, cls.own_prices = cls.env["product.pricelist"].create(
            [
                {
                    "name": name,
                    "company_id": cls.company.id,
                    "currency_id": cls.company.currency_id.id,
                }
                for name in ("Silver prices", "Gold prices", "Agreed with Ada")
            ]
        )
        cls.silver.write({"pricelist_id": cls.silver_prices.id, "grace_months": 0})
        cls.gold.write({"pricelist_id": cls.gold_prices.id, "grace_months": 0})
        cls.ada = cls.ada.with_company(cls.company)

    def test_given_with_the_tier_and_taken_back_with_it(self):
        invoice = self._invoice(1200)
        self._rate()
        self.assertEqual(self.ada.property_product_pricelist, self.gold_prices)
        self.assertEqual(self.card.tier_pricelist_id, self.gold_prices)
        credit_note = self._credit(invoice, 900)
        self._rate()
        self.assertEqual(self.ada.property_product_pricelist, self.silver_prices)
        self._credit(invoice, 290)
        self.assertTrue(credit_note)
        self._rate()
        self.assertFalse(self.card.tier_id)
        self.assertFalse(self.ada.specific_property_product_pricelist)
        self.assertFalse(self.card.tier_pricelist_id)

    def test_set_by_hand_stays(self):
        self.ada.property_product_pricelist = self.own_prices
        invoice = self._invoice(1200)
        self._rate()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.ada.property_product_pricelist, self.own_prices)
        self._credit(invoice)
        self._rate()
        self.assertFalse(self.card.tier_id)
        self.assertEqual(self.ada.property_product_pricelist, self.own_prices)

    def test_set_by_hand_afterwards_stays(self):
        invoice = self._invoice(1200)
        self._rate()
        self.ada.property_product_pricelist = self.own_prices
        self._credit(invoice)
        self._rate()
        self.assertEqual(self.ada.property_product_pricelist, self.own_prices)

    def test_other_price_list_of_the_tier_reaches_who_is_in_it(self):
        self._invoice(1200)
        self._rate()
        self.gold.pricelist_id = self.silver_prices
        self.assertFalse(self._rate())
        self.assertEqual(self.ada.property_product_pricelist, self.silver_prices)

    def test_other_companies_keep_theirs(self):
        other = self._create_company(name="Other")
        prices = self.env["product.pricelist"].create({"name": "Theirs", "company_id": other.id})
        self.ada.with_company(other).specific_property_product_pricelist = prices
        invoice = self._invoice(1200)
        self._rate()
        self._credit(invoice)
        self._rate()
        self.assertEqual(self.ada.with_company(other).specific_property_product_pricelist, prices)
        self.assertFalse(self.ada.specific_property_product_pricelist)

    def test_contacts_have_the_price_list_of_their_company(self):
        company = self.env["res.partner"].create({"name": "Bakery", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Eva", "parent_id": company.id})
        cards = self._create_card(company) + self._create_card(contact)
        self._invoice(1200, partner=contact)
        self._rate(cards[1])
        self.assertEqual(cards[1].tier_id, self.gold)
        self.assertFalse(company.with_company(self.company).specific_property_product_pricelist)
        self._rate(cards[0])
        for partner in (company, contact):
            self.assertEqual(
                partner.with_company(self.company).property_product_pricelist, self.gold_prices
            )

    def test_replaced_card_leaves_its_price_list_to_the_next(self):
        invoice = self._invoice(1200)
        self._rate()
        card = self.card.sudo()._replace("Lost")
        program = self.program.sudo()
        unused = self.env["loyalty.card"].with_context(active_test=False)
        self.assertFalse(unused.search(program._get_unused_cards_domain()))
        self.assertFalse(self._rate(card))
        self.assertEqual((card.tier_id, card.tier_pricelist_id), (self.gold, self.gold_prices))
        self.assertEqual(self.ada.property_product_pricelist, self.gold_prices)
        self._credit(invoice)
        self._rate(card)
        self.assertFalse(self.ada.specific_property_product_pricelist)

    def test_archived_card_gives_its_price_list_back(self):
        self._invoice(1200)
        self._rate()
        self.card.active = False
        program = self.program.sudo()
        unused = self.env["loyalty.card"].with_context(active_test=False)
        program._sync_tier_benefits(unused.search(program._get_unused_cards_domain()))
        self.assertFalse(self.ada.specific_property_product_pricelist)
        self.assertFalse(self.card.tier_pricelist_id)
