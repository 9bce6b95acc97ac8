from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestGenerateWizard(LoyaltyCardCommon):
    def _generate(self, program=None, **values):
        wizard = self.env["loyalty.generate.wizard"].create(
            {"program_id": (program or self.program).id, "mode": "selected"} | values
        )
        return wizard, wizard.generate_coupons

    def test_nobody_chosen_is_nobody(self):
        """Core takes it for everybody: every vendor and delivery address gets a card."""
        before = self.Card.search_count([])
        wizard, generate = self._generate()
        self.assertEqual(wizard.coupon_qty, 0)
        with self.assertRaisesRegex(UserError, "Nobody is chosen"):
            generate()
        wizard.coupon_qty = 5
        with self.assertRaisesRegex(UserError, "Nobody is chosen"):
            generate()
        self.assertEqual(self.Card.search_count([]), before)

    def test_tag_without_customers(self):
        tag = self.env["res.partner.category"].create({"name": "Empty"})
        vouchers = self._create_program("Vouchers", "coupons")
        _wizard, generate = self._generate(vouchers, customer_tag_ids=tag.ids)
        with self.assertRaisesRegex(UserError, "No customer has the chosen tags"):
            generate()

    def test_customers_with_a_card_get_no_second_one(self):
        self._create_card(self.ada)
        wizard, generate = self._generate(customer_ids=(self.ada + self.bob).ids)
        self.assertEqual(wizard.coupon_qty, 1)
        self.assertEqual(generate().partner_id, self.bob)
        _wizard, generate = self._generate(customer_ids=(self.ada + self.bob).ids)
        with self.assertRaisesRegex(UserError, "have a card of Regulars already"):
            generate()

    def test_customers_get_as_many_vouchers_as_asked(self):
        vouchers = self._create_program("Vouchers", "coupons")
        for count in (1, 2):
            _wizard, generate = self._generate(vouchers, customer_ids=self.ada.ids)
            self.assertEqual(len(generate()), 1)
            domain = [("program_id", "=", vouchers.id), ("partner_id", "=", self.ada.id)]
            self.assertEqual(self.Card.search_count(domain), count)

    def test_negative_points(self):
        _wizard, generate = self._generate(customer_ids=self.ada.ids, points_granted=-5)
        with self.assertRaisesRegex(ValidationError, "fewer than no points"):
            generate()
        self.assertFalse(self.Card.search([("partner_id", "=", self.ada.id)]))

    def test_anonymous_cards(self):
        wizard, generate = self._generate(mode="anonymous")
        wizard.coupon_qty = 3
        self.assertEqual(len(generate()), 3)
