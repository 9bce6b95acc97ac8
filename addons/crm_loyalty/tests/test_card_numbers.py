from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..hooks import post_init_hook
from ..tools import card_number
from .common import LoyaltyCardCommon

PRINTED = "6291041500213"


@tagged("post_install", "-at_install")
class TestCardNumbers(LoyaltyCardCommon):
    def test_loyalty_card_is_numbered(self):
        first, second = self._create_card(self.ada), self._create_card(self.bob)
        self.assertTrue(first.number.startswith("0430"))
        self.assertTrue(card_number.is_valid(first.number))
        self.assertEqual(int(second.number[:-1]), int(first.number[:-1]) + 1)

    def test_number_fits_the_barcode_rule_of_the_point_of_sale(self):
        # pattern of pos_loyalty.barcode_rule_coupon
        self.assertRegex(self._create_card().number, r"^(043|044)\d{10}$")

    def test_batch_of_several_programs(self):
        coupons = self._create_program("Coupons", "coupons")
        cards = self.Card.create(
            [{"program_id": (self.program, coupons)[i % 2].id} for i in range(10)]
        )
        numbers = cards[::2].mapped("number")
        self.assertEqual(len(set(numbers)), 5)
        self.assertEqual(numbers, sorted(numbers))
        self.assertFalse(any(cards[1::2].mapped("number")))

    def test_cards_worth_money_to_the_bearer_get_no_number(self):
        for program_type in ("coupons", "gift_card", "ewallet", "next_order_coupons"):
            program = self._create_program(program_type, program_type)
            self.assertFalse(self._create_card(self.ada, program).number, program_type)

    def test_program_by_default(self):
        card = self.Card.with_context(default_program_id=self.program.id).create({})
        self.assertTrue(card.number)
        card = self.Card.with_context(active_id=self.program.id).create({})
        self.assertTrue(card.number)

    def test_card_without_program(self):
        self.assertFalse(self.Card.with_context(loyalty_no_mail=True).create({}).number)

    def test_copy_gets_its_own_number(self):
        card = self._create_card(self.ada)
        copy = card.copy({"code": "another"})
        self.assertTrue(copy.number)
        self.assertNotEqual(copy.number, card.number)

    def test_printed_number_is_stored_as_digits(self):
        card = self._create_card(self.ada, number=" 629-1041 500213 ")
        self.assertEqual(card.number, PRINTED)
        card.number = "٤٠٠٦٣٨١٣٣٣٩٣١"
        self.assertEqual(card.number, "4006381333931")

    def test_wrong_check_digit(self):
        with self.assertRaisesRegex(ValidationError, "6291041500214 .* check digit is wrong"):
            self._create_card(self.ada, number="6291041500214")

    def test_wrong_length(self):
        with self.assertRaisesRegex(ValidationError, "has 9 digits instead of 13"):
            self._create_card(self.ada, number="629104150")
        card = self._create_card(self.bob)
        with self.assertRaisesRegex(ValidationError, "none is not a card number: it has 0 digits"):
            card.number = "none"

    def test_taken_number(self):
        self._create_card(self.ada, number=PRINTED)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_card(self.bob, number=PRINTED)

    def test_taken_number_is_told_in_a_sentence(self):
        self._create_card(self.ada, number=PRINTED)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as caught:
            self._create_card(self.bob, number=PRINTED)
        message = self.Card._sql_error_to_message(caught.exception)
        self.assertIn("Another card already has this card number", message)

    def test_cards_without_number_do_not_collide(self):
        coupons = self._create_program("Coupons", "coupons")
        cards = self.Card.create([{"program_id": coupons.id}] * 3)
        cards.flush_recordset()
        self.assertEqual(cards.mapped("number"), [False] * 3)

    def test_numbers_typed_ahead_of_the_sequence_are_passed_over(self):
        """Printed cards inside the range of the sequence never stop the sale of tomorrow."""
        last = int(self._create_card().number[:-1])
        printed = [card_number.add_check_digit(f"{last + i:012d}") for i in range(1, 41)]
        self.Card.create([{"program_id": self.program.id, "number": number} for number in printed])
        drawn = self.Card.create([{"program_id": self.program.id}] * 3).mapped("number")
        self.assertFalse(set(drawn) & set(printed))
        self.assertEqual(drawn, sorted(set(drawn)))

    def test_number_typed_in_the_same_batch_is_passed_over(self):
        last = int(self._create_card().number[:-1])
        printed = card_number.add_check_digit(f"{last + 1:012d}")
        cards = self.Card.create(
            [{"program_id": self.program.id}, {"program_id": self.program.id, "number": printed}]
        )
        cards.flush_recordset()
        self.assertEqual(cards[1].number, printed)
        self.assertNotEqual(cards[0].number, printed)

    def test_display_name(self):
        card = self._create_card(self.ada)
        self.assertEqual(card.display_name, f"Regulars: {card.number}")
        coupon = self._create_card(program=self._create_program("Coupons", "coupons"))
        self.assertEqual(coupon.display_name, f"Coupons: {coupon.code}")
        new = self.Card.new({"code": "044-new"})
        self.assertEqual(new.display_name, "044-new")

    def test_pictures(self):
        card = self._create_card(self.ada)
        self.assertIn(card.number, card.number_barcode_url)
        self.assertIn("barcode_type=QR", card.number_qr_url)
        report = self.env["ir.actions.report"]
        for symbology in ("EAN13", "QR"):
            picture = report.barcode(symbology, card.number, width=200, height=200)
            self.assertTrue(picture.startswith(b"\x89PNG"))
        coupon = self._create_card(program=self._create_program("Coupons", "coupons"))
        self.assertFalse(coupon.number_barcode_url)
        self.assertFalse(coupon.number_qr_url)

    def test_form_creates_a_numbered_card(self):
        with Form(self.Card.with_user(self.manager)) as form:
            form.program_id = self.program
            form.partner_id = self.ada
        self.assertTrue(form.record.number)

    def test_existing_cards_are_numbered_at_installation(self):
        coupons = self._create_program("Coupons", "coupons")
        old, archived = self.Card.create([{"program_id": self.program.id}] * 2)
        coupon = self._create_card(program=coupons)
        kept = self._create_card(self.ada, number=PRINTED)
        (old + archived).number = False
        archived.active = False
        self.env.flush_all()
        post_init_hook(self.env)
        self.assertTrue(card_number.is_valid(old.number))
        self.assertTrue(card_number.is_valid(archived.number))
        self.assertNotEqual(old.number, archived.number)
        self.assertFalse(coupon.number)
        self.assertEqual(kept.number, PRINTED)
