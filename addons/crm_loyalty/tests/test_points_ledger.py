from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestPointsLedger(LoyaltyCardCommon):
    """Balance, lots and history move together, whoever moves them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada)

    def assert_balanced(self, card=None):
        self.assertFalse((card or self.card)._find_unbalanced())

    def post(self, **movement):
        return self.Card._post_points([{"card_id": self.card.id, "kind": "gift"} | movement])

    def test_a_card_made_with_points_has_a_lot_and_a_line(self):
        card = self._create_card(self.bob, points=12.5)
        self.assertEqual(card.lot_ids.mapped("remaining"), [12.5])
        self.assertEqual(card.history_ids.mapped("issued"), [12.5])
        self.assertEqual(card.lot_ids.history_id, card.history_ids)
        self.assert_balanced(card)

    def test_a_written_balance_leaves_a_line(self):
        self.card.points = 30
        self.card.points -= 10
        self.assertEqual(self.card.points, 20)
        self.assertEqual(self.card.lot_ids.mapped("remaining"), [20])
        self.assertEqual(self.card.history_ids.mapped("used"), [10, 0])
        self.assert_balanced()

    def test_the_line_that_core_writes_first_is_the_line_of_the_movement(self):
        line = self.env["loyalty.history"].create(
            {"card_id": self.card.id, "issued": 10, "used": 4, "description": "Core"}
        )
        self.card.points += 6
        self.assertEqual(self.card.history_ids, line)
        self.assertEqual(self.card.lot_ids.points, 10)
        self.assertEqual(self.card.lot_ids.remaining, 6)
        self.assert_balanced()

    def test_the_line_that_core_writes_afterwards_is_the_line_of_the_movement(self):
        self.card.points += 10
        line = self.env["loyalty.history"].create(
            {"card_id": self.card.id, "issued": 10, "description": "Written later"}
        )
        self.assertEqual(self.card.history_ids, line)
        self.assertEqual(line.description, "Written later")
        self.assertEqual(self.card.lot_ids.history_id, line)

    def test_a_thousand_times_a_tenth_is_a_hundred(self):
        movement = {"card_id": self.card.id, "kind": "gift", "issued": 0.1}
        self.Card._post_points([movement] * 1000)
        self.assertEqual(self.card.points, 100)
        for _time in range(10):
            self.card.points += 0.1
        self.assertEqual(self.card.points, 101)
        self.assert_balanced()

    def test_debits_use_what_expires_first(self):
        for expiration, points in (("2030-05-01", 10), (False, 10), ("2029-05-01", 10)):
            self.post(issued=points, expiration_date=expiration)
        self.post(kind="redeem", used=15)
        remaining = {str(lot.expiration_date or ""): lot.remaining for lot in self.card.lot_ids}
        self.assertEqual(remaining, {"2029-05-01": 0, "2030-05-01": 5, "": 10})
        self.assertEqual(self.card.lot_ids.filtered(lambda lot: not lot.remaining).state, "used")

    def test_more_than_the_balance_is_refused_and_changes_nothing(self):
        self.post(issued=5)
        with self.assertRaisesRegex(UserError, "holds 5 .*but 6"), self.env.cr.savepoint():
            self.post(kind="redeem", used=6)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.card.points -= 6
        self.card.invalidate_recordset()
        self.assertEqual(self.card.points, 5)
        self.assertEqual(len(self.card.history_ids), 1)
        self.assert_balanced()

    def test_what_is_owed_is_taken_from_the_next_award(self):
        self.post(issued=5)
        self.post(kind="revoke", used=8, allow_debt=True)
        self.assertEqual((self.card.points, self.card.points_debt), (0, 3))
        self.post(issued=10)
        self.assertEqual((self.card.points, self.card.points_debt), (7, 0))
        self.assertIn("of these were owed", self.card.history_ids[0].description)
        self.assert_balanced()

    def test_waiting_points_are_not_part_of_the_balance(self):
        self.post(kind="earn", issued=10, pending=True)
        self.assertEqual((self.card.points, self.card.points_pending), (0, 10))
        with self.assertRaises(UserError):
            self.post(kind="redeem", used=1)

    def test_points_whose_day_is_past_expire_before_anything_is_taken(self):
        self.post(issued=10, expiration_date="2020-01-01")
        self.post(issued=10)
        self.post(kind="redeem", used=4)
        self.assertEqual(self.card.points, 6)
        self.assertEqual(self.card.history_ids.mapped("kind"), ["expire", "redeem", "gift", "gift"])
        self.assert_balanced()

    def test_what_a_debit_took_goes_back_to_its_lots(self):
        self.post(issued=10, expiration_date="2099-01-01")
        line = self.post(kind="redeem", used=10)
        self.post(kind="revoke", issued=10, returns=[line.id])
        self.assertEqual(self.card.points, 10)
        self.assertEqual(len(self.card.lot_ids), 1)
        self.assertEqual(self.card.lot_ids.state, "available")
        self.assert_balanced()

    def test_inactivity_moves_the_last_day_of_all_points(self):
        self.program.write({"lot_expiry": "inactivity", "lot_expiry_months": 6})
        self.post(issued=10, expiration_date=self.card._get_today())
        self.post(kind="earn", issued=1)
        self.assertEqual(
            set(self.card.lot_ids.mapped("expiration_date")),
            {self.program._get_lot_expiration(self.card._get_today())},
        )

    def test_the_number_of_queries_does_not_grow(self):
        partners = self.env["res.partner"].create([{"name": f"C{number}"} for number in range(60)])
        cards = self.Card.create(
            [{"program_id": self.program.id, "partner_id": partner.id} for partner in partners]
        ).with_context(tracking_disable=True)

        def count_queries(cards):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            movements = [
                {"card_id": card.id, "kind": "gift", "issued": 5, "used": 2} for card in cards
            ]
            cards.browse()._post_points(movements)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(cards[:1])
        few = count_queries(cards[:5])
        self.assertLessEqual(count_queries(cards), few + 2)
        self.assert_balanced()

    def test_nobody_sets_a_balance(self):
        for user in (self.salesperson, self.manager):
            card = self.card.with_user(user)
            with self.assertRaisesRegex(AccessError, "Update Balance"):
                card.points = 99
            with self.assertRaises(AccessError):
                self.env["loyalty.history"].with_user(user).create(
                    {"card_id": self.card.id, "issued": 5, "description": "Mine"}
                )
        self.assertEqual(self.card.points, 0)

    def test_absurd_points_are_refused(self):
        for points in (-1, 1e12, float("inf"), float("nan")):
            with self.subTest(points=points), self.assertRaises(ValidationError):
                self.post(issued=points)
