import logging
from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import loyalty_code_attempt
from ..tools import card_code
from .common import LoyaltyCardCommon

LOGGER = "odoo.addons.crm_loyalty.models.loyalty_code_attempt"


@tagged("post_install", "-at_install")
class TestCardCodes(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vouchers = cls._create_program("Vouchers", "coupons")
        cls.voucher = cls._create_card(program=cls.vouchers, points=1)
        cls.portal = new_test_user(cls.env, "code-portal", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        cls.product = cls.env["product.product"].create({"name": "Pie", "list_price": 30})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.ada.id,
                "order_line": [fields.Command.create({"product_id": cls.product.id})],
            }
        )
        cls.Attempt = cls.env["loyalty.code.attempt"]
        cls.Attempt.search([]).unlink()

    def setUp(self):
        super().setUp()
        # attempts are counted in a transaction of their own
        self.enterContext(self.enter_registry_test_mode())

    def _try(self, code, user=None):
        order = self.order.with_user(user or self.public).sudo()
        return order._try_apply_code(code)

    def test_what_no_database_takes_is_no_code(self):
        for code in ("\x00", "0447\x00", "\ud800", "", " ", None):
            with self.subTest(ascii(code)):
                self.assertIn("error", self._try(code))

    def test_codes_have_65_random_bits_and_the_prefix_of_core(self):
        self.assertGreaterEqual(len(card_code.ALPHABET) ** card_code.RANDOM_LENGTH, 2**64)
        self.assertEqual(len(set(card_code.ALPHABET)), len(card_code.ALPHABET))
        codes = {self.Card._generate_code() for _ in range(200)}
        self.assertEqual(len(codes), 200)
        for code in codes:
            self.assertRegex(code, r"^044\w(-\w{4}){3}$")
            self.assertEqual(card_code.tidy(code), code)
        # each place takes each character sooner or later: nothing of it is fixed
        for place in (3, 5, 18):
            self.assertGreater(len({code[place] for code in codes}), 20)
        self.assertTrue(self._create_card(self.bob).code.startswith("044"))

    def test_code_is_found_however_it_is_typed(self):
        code = self.voucher.code
        for typed in (code, code.lower(), f" {code.replace('-', ' ')} ", code.replace("-", "")):
            self.order.applied_coupon_ids = False
            self.assertNotIn("error", self._try(typed, self.salesperson))
            self.assertEqual(self.order.applied_coupon_ids, self.voucher)

    def test_guessing_from_outside_is_slowed_down_and_logged(self):
        limit = loyalty_code_attempt.WRONG_CODES
        for number in range(limit - 1):
            self.assertTrue(self._try(f"wrong {number}")["not_found"])
        with self.assertLogs(LOGGER, logging.WARNING) as logs:
            self.assertTrue(self._try("the last wrong one")["not_found"])
        self.assertIn("10 loyalty codes tried within an hour", logs.output[0])
        self.assertEqual(self.Attempt.search_count([]), limit)
        # now the right one is not even looked up
        self.assertIn("wait an hour", self._try(self.voucher.code)["error"])
        self.assertFalse(self.order.applied_coupon_ids)
        self.assertEqual(self.Attempt.search_count([]), limit)
        # others, and people who work here, go on
        self.assertTrue(self._try("wrong", self.portal)["not_found"])
        self.assertTrue(self._try("wrong", self.salesperson)["not_found"])
        later = fields.Datetime.now() + timedelta(minutes=61)
        with freeze_time(later):
            self.assertNotIn("error", self._try(self.voucher.code))

    @mute_logger(LOGGER)
    def test_a_login_is_counted_wherever_it_comes_from(self):
        for number in range(loyalty_code_attempt.WRONG_CODES):
            self._try(f"wrong {number}", self.portal)
        self.assertIn("wait an hour", self._try("wrong", self.portal)["error"])
        self.assertEqual(self.Attempt.search([]).user_id, self.portal)
        self.assertTrue(self._try("wrong")["not_found"])

    def test_same_wrong_code_counts_once_and_a_right_one_not_at_all(self):
        for _time in range(20):
            self.assertTrue(self._try("typo in the cart")["not_found"])
        self.assertEqual(self.Attempt.search_count([]), 1)
        self._try(self.voucher.code)
        self.assertEqual(self.Attempt.search_count([]), 1)

    def test_neither_code_nor_address_is_kept(self):
        self._try("0447-SECRET-CODE")
        [attempt] = self.Attempt.search([]).read()
        self.assertEqual(attempt["code_start"], "0447")
        self.assertNotIn("SECRET", str(attempt))
        attempt = self.Attempt.search([])
        self.env.cr.execute(
            "UPDATE loyalty_code_attempt SET attempt_date = now() - interval '91 days'"
        )
        self.Attempt.invalidate_model()
        self.Attempt._gc_attempts()
        self.assertFalse(attempt.exists())

    def test_only_managers_read_the_log(self):
        self._try("wrong")
        self.assertTrue(self.Attempt.with_user(self.manager).search([]))
        for user in (self.salesperson, self.portal, self.public):
            self.assertFalse(self.Attempt.with_user(user).has_access("read"))

    def test_blocked_and_replaced_codes(self):
        self.voucher._block("Stolen")
        self.assertIn(
            r"is blocked (Stolen)", self._try(self.voucher.code, self.salesperson)["error"]
        )
        # outside nobody is told why
        self.assertEqual(
            self._try(self.voucher.code)["error"], "This card cannot be used: ask us about it."
        )
