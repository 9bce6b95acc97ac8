import doctest

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import card_number

BODIES = st.text("0123456789", min_size=12, max_size=12)
NUMBERS = BODIES.map(card_number.add_check_digit)

settings.register_profile("crm_loyalty", deadline=None)
settings.load_profile("crm_loyalty")


@tagged("post_install", "-at_install")
class TestCardNumberTool(BaseCase):
    """The arithmetic of card numbers, against GS1's examples and against all errors it can find."""

    def test_published_numbers(self):
        # GS1's own example, and the barcodes of two things sold everywhere
        for number in ("6291041500213", "4006381333931", "9783161484100", "0012345678905"):
            self.assertEqual(card_number.compute_check_digit(number[:-1]), number[-1])
            self.assertTrue(card_number.is_valid(number))

    @given(BODIES)
    def test_sum_is_a_multiple_of_ten(self, body):
        number = card_number.add_check_digit(body)
        weights = (1, 3) * 6 + (1,)
        weighted = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))
        self.assertEqual(weighted % 10, 0)

    @given(NUMBERS, st.integers(0, 12), st.integers(1, 9))
    def test_each_wrong_digit_is_found(self, number, position, offset):
        digit = str((int(number[position]) + offset) % 10)
        wrong = number[:position] + digit + number[position + 1 :]
        self.assertEqual(card_number.find_fault(wrong), "check_digit")

    @given(NUMBERS, st.integers(0, 11))
    def test_each_swap_of_neighbours_is_found_unless_five_apart(self, number, position):
        first, second = number[position], number[position + 1]
        wrong = number[:position] + second + first + number[position + 2 :]
        not_found = abs(int(first) - int(second)) in (0, 5)
        self.assertEqual(card_number.is_valid(wrong), not_found)

    @given(NUMBERS, st.data())
    def test_normalise_finds_the_number_in_what_is_typed(self, number, data):
        zeros = "0０٠۰०᠐"  # ASCII, full-width, Arabic, Persian, Devanagari, Mongolian
        separators = st.text(" -–\t\u200f\u00a0/.№", max_size=3)
        typed = "".join(
            chr(ord(data.draw(st.sampled_from(zeros))) + int(digit)) + data.draw(separators)
            for digit in number
        )
        self.assertEqual(card_number.normalise(typed), number)

    @given(st.text())
    def test_normalise_returns_digits_and_settles(self, text):
        digits = card_number.normalise(text)
        self.assertTrue(not digits or card_number.is_digits(digits))
        self.assertEqual(card_number.normalise(digits), digits)

    @given(st.text("0123456789", min_size=11, max_size=11))
    def test_upc_a_reading_of_a_leading_zero(self, tail):
        number = card_number.add_check_digit("0" + tail)
        self.assertEqual(card_number.normalise(number[1:]), number)

    def test_symbology_identifier_is_no_part_of_the_number(self):
        self.assertEqual(card_number.normalise("]E06291041500213"), "6291041500213")
        self.assertEqual(card_number.normalise("]C16291041500213\r\n"), "6291041500213")

    def test_empty(self):
        for text in (None, False, "", "  "):
            self.assertEqual(card_number.normalise(text), "")

    def test_fault_of_length(self):
        for number in ("", "629104150021", "62910415002130", "629104150021x", "۶۲۹۱۰۴۱۵۰۰۲۱۳"):
            self.assertEqual(card_number.find_fault(number), "length")
            self.assertFalse(card_number.is_valid(number))

    def test_check_digit_refuses_what_is_no_body(self):
        for body in ("", "62910415002", "6291041500213", "62910415002x", "۶۲۹۱۰۴۱۵۰۰۲۱"):
            with self.assertRaises(ValueError):
                card_number.compute_check_digit(body)

    def test_examples_in_the_docstrings(self):
        self.assertEqual(doctest.testmod(card_number).failed, 0)
        self.assertGreater(doctest.testmod(card_number).attempted, 2)
