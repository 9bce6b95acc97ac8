from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..tools import card_number
from .common import LoyaltyCardCommon

NUMBER = card_number.add_check_digit("043900000001")


class DeskCommon(LoyaltyCardCommon):
    """A card with points, and somebody who may serve its holder but not write cards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk_user = new_test_user(
            cls.env, "card-desk", groups="base.group_user,crm_loyalty.group_crm_loyalty_user"
        )
        cls.card = cls._create_card(cls.ada, number=NUMBER)
        cls.ada.write({"email": "ada@example.com", "phone": "+1 202-555-0112"})
        cls.today = fields.Date.today()

    @classmethod
    def _give(cls, points, card=None, **values):
        movement = {
            "card_id": (card or cls.card).id,
            "kind": "gift",
            "issued": points,
            "description": "Gift",
        }
        return cls.env["loyalty.card"]._post_points([movement | values])

    def _desk(self, card=None, user=None):
        return (card or self.Card).with_user(user or self.desk_user)


@tagged("post_install", "-at_install")
class TestDesk(DeskCommon):
    """The screen "Serve a Customer": what a scan finds and what it shows."""

    def _find(self, text, user=None):
        return self._desk(user=user).desk_find(text)

    # Finding

    def test_scan(self):
        for text in (NUMBER, card_number.spaced(NUMBER), NUMBER[1:], f"]E0{NUMBER}"):
            found = self._find(text)["card"]
            self.assertEqual(found["id"], self.card.id)
        self.assertEqual(found["number"], card_number.spaced(NUMBER))
        self.assertEqual(found["partner"], "Ada")

    def test_one_customer_with_one_card_is_shown_at_once(self):
        for text in ("ada@example", "202-555-0112", "+12025550112"):
            self.assertEqual(self._find(text)["card"]["id"], self.card.id)

    def test_several_customers_are_chosen_from(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Grace Hopper {index}"} for index in range(12)]
        )
        self._create_card(partners[11])
        other = self._create_card(partners[11], self._create_program("Students"))
        customers = self._find("grace")["customers"]
        self.assertEqual(len(customers), 8)
        self.assertEqual(customers[0]["id"], partners[11].id, "who has a card comes first")
        self.assertIn(other.id, [card["id"] for card in customers[0]["cards"]])
        self.assertEqual(customers[1]["cards"], [])

    def test_contact_uses_the_shared_card_of_the_company(self):
        self.ada.is_company = True
        contact = self.env["res.partner"].create({"name": "Lena", "parent_id": self.ada.id})
        self.assertEqual(self._find("Lena")["customers"][0]["cards"], [])
        self.card.is_shared = True
        self.assertEqual(self._find("Lena")["card"]["id"], self.card.id)
        self.assertNotEqual(self.card.partner_id, contact)

    def test_nothing_found(self):
        for text, message in [
            (" ", "Scan a card"),
            ("Nobody", "Nobody was found"),
            (NUMBER[:-1] + "0", "check digit is wrong"),
            (card_number.add_check_digit("043900000009"), "There is no card"),
            (NUMBER + "1", "14 digits instead of 13"),
        ]:
            with self.assertRaisesRegex(UserError, message):
                self._find(text)

    def test_coupons_are_not_for_the_desk(self):
        coupons = self._create_program("Ten Off", "coupons")
        self._create_card(self.bob, coupons)
        self.assertEqual(self._find("Bob")["customers"][0]["cards"], [])

    # What is shown

    def test_balance_by_lot(self):
        self._give(30, expiration_date=self.today + timedelta(days=400))
        self._give(20, expiration_date=self.today + timedelta(days=10))
        for points in (2, 3):
            self._give(points, expiration_date=False)
        self._give(40, pending=True)
        shown = self._desk(self.card).desk_read()
        self.assertEqual(shown["points"], self.card._format_points(55))
        self.assertEqual(shown["pending"], self.card._format_points(40))
        self.assertEqual(
            [
                (lot["points"].split()[0], lot["is_urgent"], lot["is_pending"])
                for lot in shown["lots"]
            ],
            [("20", True, False), ("30", False, False), ("5", False, False), ("40", False, True)],
        )
        self.assertEqual(len(shown["history"]), 5)
        self.assertTrue(shown["history"][0]["change"].startswith("+40"))

    def test_owed_points(self):
        self._give(10)
        debit = {"card_id": self.card.id, "kind": "revoke", "used": 25, "description": "Returned"}
        self.Card._post_points([debit | {"allow_debt": True}])
        shown = self._desk(self.card).desk_read()
        self.assertEqual(shown["debt"], self.card._format_points(15))
        self.assertTrue(shown["history"][0]["change"].startswith("−"))

    def test_card_in_stock(self):
        card = self._create_card()
        shown = self._find(card.number)["card"]
        self.assertTrue(shown["in_stock"])
        self.assertEqual(shown["rewards"], [])

    def test_blocked_card_says_why(self):
        self._give(500)
        self.card._block("Lost")
        shown = self._find(NUMBER)["card"]
        self.assertEqual(shown["state"], "Blocked")
        self.assertIn("Lost", shown["problem"])
        self.assertFalse(shown["rewards"] or shown["may_sell"])

    def test_archived_customer(self):
        self.ada.active = False
        self.assertIn("archived", self._find(NUMBER)["card"]["problem"])

    # Rights

    def test_who_serves(self):
        nobody = new_test_user(self.env, "card-nobody", groups="base.group_user")
        portal = new_test_user(self.env, "card-portal", groups="base.group_portal")
        for user in (nobody, portal, self.env.ref("base.public_user")):
            for call in (
                lambda cards: cards.desk_find(NUMBER),
                lambda cards: cards.browse(self.card.id).desk_read(),
                lambda cards: cards.browse(self.card.id).desk_redeem(self.program.reward_ids.id),
                lambda cards: cards.browse(self.card.id).desk_sell(),
            ):
                with self.assertRaises(AccessError):
                    call(self._desk(user=user))

    def test_card_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        card = self._create_card(self.bob, self._create_program("Theirs", company_id=company.id))
        with self.assertRaisesRegex(UserError, "There is no card"):
            self._find(card.number)
        with self.assertRaises(AccessError):
            self._desk(card).desk_read()

    def test_queries_do_not_grow_with_what_is_shown(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._desk(self.card).desk_read()
            return self.env.cr.sql_log_count - before

        self._give(1)
        count_queries()
        few = count_queries()
        for points in range(2, 30):
            self._give(points)
        self.assertLessEqual(count_queries(), few + 2)


@tagged("post_install", "-at_install")
class TestDeskAward(DeskCommon):
    """Points given at the desk: with a reason, and above the limit after approval."""

    def _award(self, points, reason="A birthday in the shop"):
        return self._desk(self.card).desk_award(points, reason)

    def test_award(self):
        result = self._award(25)
        self.assertEqual(result["state"], "done")
        self.assertEqual(self.card.points, 25)
        self.assertEqual(result["card"]["points"], self.card._format_points(25))
        self.assertEqual(result["card"]["history"][0]["text"], "A birthday in the shop")

    def test_above_the_limit_it_waits(self):
        self.program.adjustment_limit = 100
        result = self._award(101)
        self.assertEqual(result["state"], "waiting")
        self.assertEqual(self.card.points, 0)

    def test_refused(self):
        for points, reason, message in [
            (0, "Gift", "more than zero"),
            (-5, "Gift", "more than zero"),
            (1e15, "Gift", "no number of points"),
            (5, "  ", "Say why"),
        ]:
            with self.assertRaisesRegex(UserError, message):
                self._award(points, reason)
        self.card._block("Lost")
        with self.assertRaisesRegex(UserError, "is blocked"):
            self._award(5)
        self.assertEqual(self.card.points, 0)
        self.assertFalse(self.card.history_ids)
