from datetime import date

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.crm_loyalty.tools.existing_balances import settle_existing_balances

from .expiry_common import ExpiryCommon


@tagged("post_install", "-at_install")
class TestExistingPoints(ExpiryCommon):
    """Cards from before the ledger: lots that add up to the balance, dated by the history."""

    def _leave_as_core(self, card, points, credits=(), debits=()):
        """Make of a card what core leaves: a balance and lines of history, and no lots.

        :param credits: (day, points, order model)
        """
        self.env.flush_all()
        cursor = self.env.cr
        cursor.execute(SQL("DELETE FROM loyalty_lot WHERE card_id = %s", card.id))
        cursor.execute(SQL("DELETE FROM loyalty_history WHERE card_id = %s", card.id))
        cursor.execute(SQL("UPDATE loyalty_card SET points = %s WHERE id = %s", points, card.id))
        lines = [(day, issued, 0, model) for day, issued, model in credits]
        lines += [(day, 0, used, "sale.order") for day, used in debits]
        for day, issued, used, model in sorted(lines, key=lambda line: line[0]):
            cursor.execute(
                SQL(
                    """
                    INSERT INTO loyalty_history (
                        card_id, description, issued, used, order_model, create_date
                    )
                    VALUES (%s, 'Core', %s, %s, %s, %s)
                    """,
                    card.id,
                    issued,
                    used,
                    model,
                    day,
                )
            )
        self.env.invalidate_all()

    def _get_lots(self, card):
        lots = card.lot_ids.sorted("available_date")
        return [(lot.available_date, lot.points, lot.kind) for lot in lots]

    def test_the_newest_credits_are_left(self):
        self._leave_as_core(
            self.card,
            120,
            [
                ("2026-01-05", 50, "sale.order"),
                ("2026-02-05", 60, "sale.order"),
                ("2026-03-05", 100, None),
            ],
            [("2026-02-20", 90)],
        )
        self.Card._create_existing_lots()
        self.assertEqual(
            self._get_lots(self.card),
            [(date(2026, 2, 5), 20, "earn"), (date(2026, 3, 5), 100, "adjust")],
        )
        self.assertEqual(self.card.points, 120)
        self.assertEqual(
            self.card.history_ids.sorted("id").mapped("kind"), ["earn", "earn", "redeem", "adjust"]
        )

    def test_what_the_history_does_not_explain_is_as_old_as_the_card(self):
        self._leave_as_core(self.card, 80, [("2026-02-05", 30, "sale.order")])
        self.env.cr.execute(
            SQL("UPDATE loyalty_card SET create_date = '2025-12-01' WHERE id = %s", self.card.id)
        )
        self.Card._create_existing_lots()
        self.assertEqual(
            self._get_lots(self.card),
            [(date(2025, 12, 1), 50, "adjust"), (date(2026, 2, 5), 30, "earn")],
        )

    def test_cards_of_all_kinds_and_archived_ones(self):
        gift = self._create_card(program=self._create_program("Gifts", "gift_card"))
        for card in (self.card, gift):
            self._leave_as_core(card, 25.5)
        self.card.active = False
        self.Card._create_existing_lots()
        for card in (self.card, gift):
            self.assertEqual(card.lot_ids.mapped("remaining"), [25.5])
            self.assertEqual(card.lot_ids.program_id, card.program_id)
            self.assertEqual(card.points, 25.5)

    def test_the_points_can_be_used_afterwards(self):
        self._leave_as_core(self.card, 80, [("2026-02-05", 30, "sale.order")])
        self.Card._create_existing_lots()
        self._post(self.card, kind="redeem", used=75)
        self.assertEqual(self.card.points, 5)

    def test_nothing_happens_twice(self):
        self._leave_as_core(self.card, 80)
        for _time in range(2):
            self.Card._create_existing_lots()
        self.assertEqual(len(self.card.lot_ids), 1)

    def test_empty_cards_get_no_lots(self):
        self._leave_as_core(self.card, 0, [("2026-02-05", 30, "sale.order")])
        self.Card._create_existing_lots()
        self.assertFalse(self.card.lot_ids)

    def test_queries_do_not_grow_with_the_cards(self):
        for card in self._create_cards(20):
            self._leave_as_core(card, 10, [("2026-02-05", 30, "sale.order")])
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.Card._create_existing_lots()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 4)

    def test_balances_that_core_leaves_are_settled(self):
        """Below zero is owed; floats are rounded as the ledger rounds them."""
        other = self._create_card(self.bob)
        self.env.flush_all()
        cursor = self.env.cr
        cursor.execute(
            "ALTER TABLE loyalty_card DROP CONSTRAINT loyalty_card_points_not_negative,"
            " ALTER COLUMN points TYPE double precision"
        )
        noise = sum([0.1] * 1000)
        cursor.execute(SQL("UPDATE loyalty_card SET points = -50 WHERE id = %s", self.card.id))
        cursor.execute(SQL("UPDATE loyalty_card SET points = %s WHERE id = %s", noise, other.id))
        settle_existing_balances(cursor)
        settle_existing_balances(cursor)
        cursor.execute(
            SQL(
                "SELECT points, points_debt FROM loyalty_card WHERE id IN %s ORDER BY id",
                (self.card.id, other.id),
            )
        )
        self.assertNotEqual(noise, 100)
        self.assertEqual(cursor.fetchall(), [(0, 50), (100, 0)])
