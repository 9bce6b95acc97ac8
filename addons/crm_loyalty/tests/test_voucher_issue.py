from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestVoucherIssue(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coupons = cls._create_program("Coupons", "coupons")
        cls.today = fields.Date.today()

    def test_one_each_with_code_and_expiry(self):
        until = self.today + timedelta(days=14)
        partners = self.bob + self.ada
        cards = self.coupons._issue_voucher(partners, expiration_date=until, description="Hello")
        self.assertEqual(cards.partner_id, partners)
        self.assertEqual([card.partner_id for card in cards], [self.bob, self.ada])
        self.assertEqual(len(set(cards.mapped("code"))), 2)
        self.assertEqual(set(cards.mapped("expiration_date")), {until})
        self.assertEqual(cards.mapped("points"), [1.0, 1.0])
        self.assertEqual(cards.history_ids.mapped("description"), ["Hello", "Hello"])
        self.assertEqual(sum(cards.history_ids.mapped("issued")), 2)

    def test_carries_what_the_cheapest_reward_costs(self):
        self.coupons.reward_ids.required_points = 5
        self.assertEqual(self.coupons._issue_voucher(self.ada).points, 5)
        self.assertEqual(self.coupons._issue_voucher(self.ada, points=7).points, 7)

    def test_core_sends_no_message_of_its_own(self):
        self.ada.email = "ada@example.com"
        self.assertIn("create", self.coupons.communication_plan_ids.mapped("trigger"))
        self.coupons._issue_voucher(self.ada)
        self.assertFalse(self.env["mail.mail"].search([("recipient_ids", "in", self.ada.ids)]))

    def test_can_be_redeemed(self):
        [card] = self.coupons._issue_voucher(self.ada)
        product = self.env["product.product"].create({"name": "Tea", "list_price": 100})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
        )
        status = order._try_apply_code(card.code)
        self.assertNotIn("error", status)
        self.assertEqual(list(status), [card])

    def test_what_gives_no_vouchers_is_told(self):
        ended = self._create_program(
            "Ended", "coupons", date_from="2020-01-01", date_to="2020-12-31"
        )
        archived = self._create_program("Archived", "coupons", active=False)
        for program, words in (
            (self.program, "gives no vouchers"),
            (self._create_program("Gifts", "gift_card"), "needs an amount"),
            (archived, "is archived"),
            (ended, "has ended"),
        ):
            with self.subTest(program.name), self.assertRaisesRegex(UserError, words):
                program._issue_voucher(self.ada)
            self.assertFalse(program.coupon_ids)
        gift = self.env["loyalty.program"].search([("name", "=", "Gifts")])
        self.assertEqual(gift._issue_voucher(self.ada, points=20).points, 20)

    def test_queries_do_not_grow_with_the_customers(self):
        def count(partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.coupons._issue_voucher(partners)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(self.ada)
        few = count(self.ada + self.bob)
        many = self.env["res.partner"].create([{"name": f"Customer {n}"} for n in range(60)])
        self.assertLessEqual(count(many), few + 2)
