from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestSaleOrderCard(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada)
        cls.number = cls.card.number
        cls.mistyped = cls.number[:-1] + str((int(cls.number[-1]) + 1) % 10)
        cls.product = cls.env["product.product"].create(
            {"name": "Strawberry pie", "list_price": 30, "taxes_id": False}
        )

    def _type_number(self, number, partner=None):
        """Return (result of the onchange, order) after typing ``number`` on a new quotation."""
        order = (
            self.env["sale.order"]
            .with_user(self.salesperson)
            .new({"loyalty_card_number": number, "partner_id": partner and partner.id})
        )
        return order._onchange_loyalty_card_number(), order

    def test_number_finds_the_customer(self):
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.loyalty_card_number = f" {self.number[:4]}-{self.number[4:8]} {self.number[8:]}"
            self.assertEqual(form.partner_id, self.ada)
            self.assertEqual(form.loyalty_card_number, self.number)
        order = form.save()
        self.assertEqual(order.partner_id, self.ada)
        self.assertEqual(order.loyalty_card_number, self.number)

    def test_scanned_card_replaces_the_customer_and_what_follows_from_it(self):
        term = self.env["account.payment.term"].create({"name": "Ada's term"})
        self.ada.property_payment_term_id = term
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.partner_id = self.bob
            form.loyalty_card_number = self.number
            self.assertEqual(form.partner_id, self.ada)
            self.assertEqual(form.payment_term_id, term)

    def test_mistyped_number(self):
        result, order = self._type_number(self.mistyped, self.bob)
        self.assertIn(
            f"{self.mistyped} is not a card number: its check digit is wrong",
            result["warning"]["message"],
        )
        self.assertEqual(order.loyalty_card_number, self.mistyped)
        self.assertEqual(order.partner_id._origin, self.bob)

    def test_number_of_the_wrong_length(self):
        for typed, count in (("0430", 4), ("no number", 0), (self.number * 2, 26)):
            result, order = self._type_number(typed)
            self.assertIn(f"has {count} digits instead of 13", result["warning"]["message"])
            self.assertEqual(order.loyalty_card_number, typed)

    def test_unknown_number(self):
        result, order = self._type_number("6291041500213")
        self.assertEqual(
            result["warning"]["message"], "There is no card with the number 6291041500213."
        )
        self.assertEqual(order.loyalty_card_number, "6291041500213")

    def test_card_without_a_customer(self):
        card = self._create_card()
        result, order = self._type_number(card.number)
        self.assertIn("has no customer yet", result["warning"]["message"])
        self.assertEqual(order.loyalty_card_number, card.number)

    def test_archived_card(self):
        self.card.active = False
        result, order = self._type_number(self.number)
        self.assertIn("of Ada is archived", result["warning"]["message"])
        self.assertFalse(order.partner_id)

    def test_card_of_an_archived_customer(self):
        self.ada.active = False
        result, order = self._type_number(self.number)
        self.assertIn("Ada, the customer of the card", result["warning"]["message"])
        self.assertIn("is archived", result["warning"]["message"])
        self.assertFalse(order.partner_id)

    def test_mistyped_number_is_not_saved(self):
        order = self.env["sale.order"].create({"partner_id": self.ada.id})
        with self.assertRaisesRegex(UserError, "check digit is wrong"):
            order.loyalty_card_number = self.mistyped

    def test_number_of_somebody_else_is_not_saved(self):
        with self.assertRaisesRegex(ValidationError, "is Ada's, not Bob's"):
            self.env["sale.order"].create(
                {"partner_id": self.bob.id, "loyalty_card_number": self.number}
            )

    def test_another_customer_chosen_by_hand_forgets_the_card(self):
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.loyalty_card_number = self.number
            form.partner_id = self.bob
            self.assertFalse(form.loyalty_card_number)
        order = form.save()
        self.assertEqual(order.partner_id, self.bob)
        order.partner_id = self.ada
        order.loyalty_card_number = self.number
        order.partner_id = self.bob
        self.assertFalse(order.loyalty_card_number)

    def test_number_of_an_import_is_stored_as_the_card_has_it(self):
        spaced = f" {self.number[:4]} {self.number[4:]}"
        order = self.env["sale.order"].create(
            {"partner_id": self.ada.id, "loyalty_card_number": spaced}
        )
        self.assertEqual(order.loyalty_card_number, self.number)
        order.loyalty_card_number = "   "
        self.assertFalse(order.loyalty_card_number)
        order.loyalty_card_number = spaced
        self.assertEqual(order.loyalty_card_number, self.number)

    def test_another_company_forgets_the_card(self):
        company = self.env["res.company"].create({"name": "Other company"})
        self.env.user.company_ids += company
        order = self.env["sale.order"].create(
            {"partner_id": self.ada.id, "loyalty_card_number": self.number}
        )
        order.company_id = company
        self.assertFalse(order.loyalty_card_number)

    def test_customer_of_another_company_is_not_told(self):
        """A program shared by all companies, a customer who is not."""
        program = self._create_program(
            "Shared", company_id=False, currency_id=self.env.company.currency_id.id
        )
        self.bob.company_id = self.env["res.company"].create({"name": "Other company"})
        card = self._create_card(self.bob, program)
        result, order = self._type_number(card.number)
        self.assertIn("a customer of another company", result["warning"]["message"])
        self.assertNotIn("Bob", result["warning"]["message"])
        self.assertFalse(order.partner_id)

    def test_number_is_not_copied(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.ada.id, "loyalty_card_number": self.number}
        )
        self.assertFalse(order.copy().loyalty_card_number)

    def test_points_go_to_the_card_that_was_scanned(self):
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.loyalty_card_number = self.number
        order = form.save()
        order.order_line = [Command.create({"product_id": self.product.id, "product_uom_qty": 2})]
        order.action_confirm()
        self.assertEqual(self.card.points, 60)
        self.assertEqual(order.loyalty_card_number, self.number)

    def test_first_order_gives_a_numbered_card(self):
        order = (
            self.env["sale.order"]
            .with_user(self.salesperson)
            .create(
                {
                    "partner_id": self.bob.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
            )
        )
        order.action_confirm()
        card = self.Card.search([("partner_id", "=", self.bob.id)])
        self.assertTrue(card.number)
        self.assertEqual(card.points, 30)
