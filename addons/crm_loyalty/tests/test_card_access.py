from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools import card_number
from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestCardAccess(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada)
        cls.number = cls.card.number
        cls.portal = new_test_user(cls.env, "card-portal", groups="base.group_portal")
        cls.internal = new_test_user(cls.env, "card-internal", groups="base.group_user")
        cls.public = cls.env.ref("base.public_user")
        cls.other_company = cls.env["res.company"].create({"name": "Other company"})
        cls.other_program = cls._create_program("Theirs", company_id=cls.other_company.id)
        cls.other_card = cls._create_card(cls.bob, cls.other_program)

    def test_salesperson_reads_numbers(self):
        self.assertEqual(self.card.with_user(self.salesperson).number, self.number)
        self.assertEqual(self.ada.with_user(self.salesperson).loyalty_card_numbers, self.number)

    def test_salesperson_does_not_change_a_number(self):
        card = self.card.with_user(self.salesperson)
        for number in ("6291041500213", False):
            with self.assertRaisesRegex(AccessError, "Only a sales manager"):
                card.number = number
        self.assertEqual(self.card.number, self.number)

    def test_salesperson_may_write_the_number_that_is_there(self):
        self.card.with_user(self.salesperson).write({"number": self.number, "active": False})
        self.assertFalse(self.card.active)

    def test_manager_changes_a_number(self):
        self.card.with_user(self.manager).number = "6291041500213"
        self.assertEqual(self.card.number, "6291041500213")

    def test_manager_creates_cards_and_chooses_the_sequence(self):
        self.program.with_user(self.manager).card_sequence_id = self._create_sequence("0431")
        card = self.Card.with_user(self.manager).create({"program_id": self.program.id})
        self.assertTrue(card.number.startswith("0431"))

    def test_others_neither_read_nor_write_numbers(self):
        for user in (self.internal, self.portal, self.public):
            card = self.card.with_user(user)
            with self.assertRaises(AccessError, msg=user.login):
                card.read(["number"])
            with self.assertRaises(AccessError, msg=user.login):
                card.write({"number": "6291041500213"})
            with self.assertRaises(AccessError, msg=user.login):
                self.Card.with_user(user).create({"program_id": self.program.id})
            with self.assertRaises(AccessError, msg=user.login):
                self.ada.with_user(user).read(["loyalty_card_numbers"])

    def test_customer_search_of_others_ignores_cards(self):
        self.assertEqual(
            self.env["res.partner"].with_user(self.internal).name_search(self.number), []
        )
        self.assertIn(
            (self.ada.id, "Ada"),
            self.env["res.partner"].with_user(self.internal).name_search("Ada"),
        )
        own_name = self.portal.partner_id.name
        found = self.env["res.partner"].with_user(self.portal).name_search(own_name)
        self.assertIn(self.portal.partner_id.id, [partner_id for partner_id, _name in found])

    def test_portal_does_not_read_the_number_on_its_order(self):
        order = self.env["sale.order"].create({"partner_id": self.portal.partner_id.id})
        order.message_subscribe(self.portal.partner_id.ids)
        order = order.with_user(self.portal)
        self.assertTrue(order.read(["name"]))
        with self.assertRaises(AccessError):
            order.read(["loyalty_card_number"])

    def test_card_of_another_company_is_unknown(self):
        number = self.other_card.number
        company = self.env.company
        cards = self.Card.with_user(self.salesperson)
        self.assertFalse(cards.search([("number", "=", number)]))
        self.assertEqual(cards.name_search(number), [])
        self.assertEqual(
            self.env["res.partner"].with_user(self.salesperson).name_search(number), []
        )
        with self.assertRaisesRegex(Exception, "There is no card with the number"):
            cards._find_by_number(number, company)
        # nor does a user of both companies sell on it in the wrong one
        self.salesperson.company_ids = [Command.link(self.other_company.id)]
        cards = cards.with_context(allowed_company_ids=[company.id, self.other_company.id])
        self.assertEqual(cards.search([("number", "=", number)]), self.other_card)
        with self.assertRaisesRegex(Exception, "There is no card with the number"):
            cards._find_by_number(number, company)
        self.assertEqual(cards._find_by_number(number, self.other_company), self.other_card)

    def test_shared_card_and_card_of_the_parent_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.env.company.id}
        )
        program = self._create_program(
            "Shared", company_id=False, currency_id=self.env.company.currency_id.id
        )
        shared = self._create_card(self.bob, program)
        for card in (self.card, shared):
            for company in (self.env.company, branch):
                self.assertEqual(self.Card._find_by_number(card.number, company), card)
        self.assertEqual(self.Card._find_by_number(shared.number, self.other_company), shared)

    def test_number_taken_in_another_company_is_passed_over(self):
        last = int(self.other_card.number[:-1])
        number = card_number.add_check_digit(f"{last + 1:012d}")
        self._create_card(self.ada, self.other_program, number=number)
        card = self.Card.with_user(self.manager).create({"program_id": self.program.id})
        self.assertNotEqual(card.number, number)

    def test_invoicing_user_still_changes_the_customer_of_a_numbered_order(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.ada.id, "loyalty_card_number": self.number}
        )
        accountant = new_test_user(self.env, "card-bill", groups="account.group_account_invoice")
        order.with_user(accountant).partner_id = self.bob
        self.assertFalse(order.loyalty_card_number)
