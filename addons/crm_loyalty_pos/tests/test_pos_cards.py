from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from . import test_pos_points


@tagged("post_install", "-at_install")
class TestPosCards(test_pos_points.PosPointsCommon):
    """Blocked and shared cards at the till."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = new_test_user(cls.env, "cashier", groups="point_of_sale.group_pos_user")

    def test_a_blocked_card_spends_nothing(self):
        self.card._block("Stolen")
        answer = self.sell().validate_coupon_programs({str(self.card.id): -50}, [])
        self.assertFalse(answer["successful"])
        self.assertIn("is blocked (Stolen)", answer["payload"]["message"])
        self.assertEqual(answer["payload"]["updated_points"], {self.card.id: 0})

    def test_a_blocked_card_earns_nothing(self):
        self.card._block("Stolen")
        order = self.sell()
        answer = order.validate_coupon_programs({str(self.card.id): 100}, [])
        self.assertTrue(answer["successful"])
        self.confirm(order, 100)
        self.assert_points(100)

    def test_what_was_sold_offline_is_taken_from_a_card_blocked_since(self):
        order = self.sell()
        self.card._block("Stolen")
        self.confirm(order, -60)
        self.assert_points(40)

    def test_a_till_that_still_knows_the_old_card_uses_the_new_one(self):
        order = self.sell()
        new = self.card._replace("Lost")
        self.confirm(order, 20)
        self.assertEqual((self.card.points, new.points), (0, 120))
        self.assertFalse(self.card._find_unbalanced())

    def test_a_code_however_it_is_typed(self):
        programs = self.env["loyalty.program"]
        vouchers = programs.create(
            {
                "name": "Vouchers",
                "program_type": "coupons",
                **programs._program_type_default_values()["coupons"],
            }
        )
        voucher = self.env["loyalty.card"].create({"program_id": vouchers.id, "points": 1})
        config, now = self.pos_config_usd, fields.Datetime.to_string(fields.Datetime.now())

        def use(code):
            return config.use_coupon_code(code, now, False, config.pricelist_id.id)

        self.assertTrue(use(voucher.code.lower().replace("-", " "))["successful"])
        voucher._block("Stolen")
        answer = use(voucher.code)
        self.assertFalse(answer["successful"])
        self.assertIn("is blocked (Stolen)", answer["payload"]["error_message"])

    def test_contacts_earn_on_the_card_that_their_company_shares(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner_lowe.parent_id = firm
        self.card.active = False
        shared = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": firm.id, "is_shared": True}
        )
        order = self.sell()
        order.confirm_coupon_programs(
            {
                "-1": {
                    "points": 30,
                    "program_id": self.program.id,
                    "coupon_id": -1,
                    "barcode": "",
                    "partner_id": self.partner_lowe.id,
                    "line_codes": [],
                }
            }
        )
        self.assertEqual(shared.points, 30)
        self.assertEqual(shared.history_ids.partner_id, self.partner_lowe)
        domain = [("partner_id", "=", self.partner_lowe.id)]
        self.assertFalse(self.env["loyalty.card"].search(domain))

    def test_a_cashier_is_paid_by_gift_card(self):
        # before the program: the till asks for a report to print gift cards with
        order = self.sell().with_user(self.cashier)
        programs = self.env["loyalty.program"]
        defaults = programs._program_type_default_values()["gift_card"]
        program = programs.create({"name": "Gifts", "program_type": "gift_card", **defaults})
        values = {"program_id": program.id, "points": 50}
        gift_card = self.env["loyalty.card"].sudo().create(values)
        order.confirm_coupon_programs(
            {
                str(gift_card.id): {
                    "points": -20,
                    "program_id": program.id,
                    "coupon_id": gift_card.id,
                    "code": gift_card.code,
                    "line_codes": [],
                }
            }
        )
        self.assertEqual(gift_card.points, 30)
        lines = gift_card.history_ids
        self.assertEqual((sum(lines.mapped("issued")), sum(lines.mapped("used"))), (50, 20))
        self.assertFalse(self.card._find_unbalanced())

    def test_points_of_the_till_come_from_who_may_sell_at_it(self):
        groups = ("base.group_portal", "sales_team.group_sale_salesman")
        for group in groups:
            user = new_test_user(self.env, f"no-cashier-{group}", groups=group)
            for order in (self.env["pos.order"], self.sell()):
                with self.subTest(group, order=order), self.assertRaises(AccessError):
                    self.confirm(order.with_user(user), 5000)
        self.assert_points(available=100)
