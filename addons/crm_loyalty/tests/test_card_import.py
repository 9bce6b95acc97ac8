import base64
import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools import card_number
from .common import LoyaltyCardCommon


def printed(count, start=1):
    return [
        card_number.add_check_digit(f"0439{value:08d}") for value in range(start, start + count)
    ]


@tagged("post_install", "-at_install")
class TestCardImport(LoyaltyCardCommon):
    """Numbers of printed cards come in all or none, and each fault is told with its line."""

    def _import(self, user=None, **values):
        wizards = self.env["loyalty.card.import"].with_user(user or self.manager)
        return wizards.create({"program_id": self.program.id} | values).action_import()

    def _import_file(self, content, filename="cards.csv"):
        return self._import(file=base64.b64encode(content), filename=filename)

    def _get_stock(self):
        return self.Card.search([("partner_id", "=", False)], order="number").mapped("number")

    def _assert_refused(self, expected, **values):
        before = self._get_stock()
        with self.assertRaises(UserError) as caught:
            self._import(**values)
        for text in expected:
            self.assertIn(text, str(caught.exception))
        self.assertEqual(self._get_stock(), before)
        return str(caught.exception)

    def test_pasted_numbers(self):
        numbers = printed(3)
        text = (
            f"Card Number\n{numbers[0]}\n\n  {card_number.spaced(numbers[1])}  \n'{numbers[2]}';x"
        )
        action = self._import(numbers=text)
        self.assertEqual(self._get_stock(), numbers)
        cards = self.Card.search(action["domain"])
        self.assertEqual(sorted(cards.mapped("number")), numbers)
        self.assertEqual(cards.program_id, self.program)
        self.assertEqual(sum(cards.mapped("points")), 0)

    def test_csv_of_a_spreadsheet(self):
        numbers = printed(2)
        # a spreadsheet drops the first zero, as scanners do
        self._import_file("﻿number,printed\r\n{},1\r\n{},2\r\n".format(*numbers).encode())
        self.assertEqual(self._get_stock(), numbers)
        more = printed(2, start=10)
        self._import_file("\n".join(number[1:] for number in more).encode("utf-16"))
        self.assertEqual(self._get_stock(), numbers + more)

    def test_xlsx(self):
        numbers = printed(4)
        book = openpyxl.Workbook()
        book.active.append(["Number", "Batch"])
        book.active.append([numbers[0], "A"])
        book.active.append([int(numbers[1]), "A"])
        book.active.append([float(numbers[2]), "A"])
        book.active["B7"] = card_number.spaced(numbers[3])
        content = io.BytesIO()
        book.save(content)
        self._import_file(content.getvalue(), "cards.xlsx")
        self.assertEqual(self._get_stock(), numbers)

    def test_line_of_a_fault_in_xlsx(self):
        book = openpyxl.Workbook()
        book.active["A1"] = "Number"
        book.active["A3"] = printed(1)[0]
        book.active["A6"] = "123"
        content = io.BytesIO()
        book.save(content)
        self._assert_refused(
            ["1 of 2", "Line 6: 123 does not have 13 digits"],
            file=base64.b64encode(content.getvalue()),
        )

    def test_every_fault_is_told_with_its_line(self):
        numbers = printed(3)
        self._create_card(self.ada, number=numbers[2])
        mistyped = numbers[1][:-1] + str((int(numbers[1][-1]) + 1) % 10)
        lines = [numbers[0], mistyped, "", numbers[0], numbers[2], "12", "none"]
        self._assert_refused(
            [
                "5 of 6",
                f"Line 2: {mistyped} has a wrong check digit",
                f"Line 4: {numbers[0]} is also in line 1",
                f"Line 5: {numbers[2]} is taken",
                "Line 6: 12 does not have 13 digits",
                "Line 7: none does not have 13 digits",
            ],
            numbers="\n".join(lines),
        )

    def test_many_faults_are_counted(self):
        text = self._assert_refused(["40 of 40", "and 30 more"], numbers="1\n" * 40)
        self.assertEqual(text.count("Line "), 10)

    def test_number_of_another_company_is_taken(self):
        number = printed(1)[0]
        company = self.env["res.company"].create({"name": "Elsewhere"})
        program = self._create_program("Theirs", company_id=company.id)
        self._create_card(program=program, number=number)
        self._assert_refused(["is taken by another card"], numbers=number)

    def test_archived_card_keeps_its_number(self):
        number = printed(1)[0]
        self._create_card(number=number).active = False
        self._assert_refused(["is taken by another card"], numbers=number)

    def test_nothing_to_import(self):
        self._assert_refused(["Choose a file or paste"], numbers="\n \n")
        self._assert_refused(["Choose a file or paste"], numbers="Number")
        self._assert_refused(["one of the two"], numbers=printed(1)[0], file=base64.b64encode(b"1"))

    def test_unreadable_file(self):
        for content in (b"PK\x03\x04 no spreadsheet", b"\x89PNG\x00\x00"):
            self._assert_refused(
                ["card.bin cannot be read"], file=base64.b64encode(content), filename="card.bin"
            )

    def test_program_without_numbers(self):
        self.program = self._create_program("Ten Off", "coupons")
        self._assert_refused(["type Loyalty Cards"], numbers=printed(1)[0])

    def test_who_imports(self):
        with self.assertRaises(AccessError):
            self._import(self.salesperson, numbers=printed(1)[0])
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.program = self._create_program("Theirs", company_id=company.id)
        with self.assertRaises(AccessError):
            self._import(numbers=printed(1)[0])

    def test_queries_do_not_grow_with_the_batch(self):
        def count_queries(start, size):
            text = "\n".join(printed(size, start))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._import(numbers=text)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(1, 2)
        few = count_queries(100, 5)
        many = count_queries(1000, 80)
        self.assertLessEqual(many, few + 2)
