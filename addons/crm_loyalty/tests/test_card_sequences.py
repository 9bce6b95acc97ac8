from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestCardSequences(LoyaltyCardCommon):
    def test_program_with_its_own_prefix(self):
        self.program.card_sequence_id = self._create_sequence("0431")
        other = self._create_program("Others")
        self.assertTrue(self._create_card().number.startswith("043100000001"))
        self.assertTrue(self._create_card(program=other).number.startswith("0430"))

    def test_one_batch_of_two_sequences(self):
        self.program.card_sequence_id = self._create_sequence("0431")
        other = self._create_program("Others")
        cards = self.Card.create([{"program_id": p.id} for p in (self.program, other) * 3])
        self.assertEqual({number[:4] for number in cards[::2].mapped("number")}, {"0431"})
        self.assertEqual({number[:4] for number in cards[1::2].mapped("number")}, {"0430"})

    def test_sequence_must_make_twelve_digits(self):
        for values in (
            {"padding": 7},
            {"padding": 9},
            {"prefix": False},
            {"prefix": "CARD", "padding": 8},
            {"prefix": "%(y)s", "padding": 10},
            {"suffix": "9"},
        ):
            with (
                self.assertRaisesRegex(ValidationError, "add up to 12 digits", msg=values),
                self.env.cr.savepoint(),
            ):
                self.sequence.copy({"prefix": "0431", "padding": 8} | values)

    def test_sequence_must_be_able_to_count_in_parallel(self):
        for values in (
            {"implementation": "no_gap"},
            {"use_date_range": True},
            {"number_increment": -1},
        ):
            with (
                self.assertRaisesRegex(ValidationError, "Standard", msg=values),
                self.env.cr.savepoint(),
            ):
                self._create_sequence("0431", **values)

    def test_sequences_must_not_overlap(self):
        for prefix in ("043", "0430", "04301"):
            with (
                self.assertRaisesRegex(ValidationError, "choose another prefix", msg=prefix),
                self.env.cr.savepoint(),
            ):
                self._create_sequence(prefix)
        self._create_sequence("0439")
        self._create_sequence("044")

    def test_sequence_of_something_else_is_left_alone(self):
        self.env["ir.sequence"].create({"name": "Invoices", "prefix": "INV/%(year)s/"})

    def test_program_takes_only_sequences_of_card_numbers(self):
        sequence = self.env["ir.sequence"].create({"name": "Invoices"})
        with self.assertRaisesRegex(ValidationError, "does not make card numbers"):
            self.program.card_sequence_id = sequence

    def test_sequence_used_up(self):
        self.sequence.number_next = 100_000_000
        with self.assertRaisesRegex(UserError, "has no card numbers left"):
            self._create_card()

    def test_shared_sequence_deleted(self):
        self.sequence.unlink()
        with self.assertRaisesRegex(UserError, "choose a sequence in the field Card Numbers"):
            self._create_card()
        self.program.card_sequence_id = self._create_sequence("0431")
        self.assertTrue(self._create_card().number)
