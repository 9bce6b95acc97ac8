from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..tools import card_number
from .common import LoyaltyCardCommon

STOCK_NUMBER = card_number.add_check_digit("043077000001")


class CardLifeCommon(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada)
        cls.today = cls.card._get_today()
        cls.clerk = new_test_user(
            cls.env, "life-clerk", groups="crm_loyalty.group_crm_loyalty_user"
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Strawberry pie", "list_price": 100, "taxes_id": False}
        )

    @classmethod
    def _post(cls, card, kind, points, **values):
        amount = {"used": points} if kind in ("redeem", "expire") else {"issued": points}
        return cls.Card._post_points(
            [{"card_id": card.id, "kind": kind, "description": "Test"} | amount | values]
        )

    @classmethod
    def _create_order(cls, partner, quantity=1):
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "product_uom_qty": quantity})
                ],
            }
        )

    def _claim_reward(self, order):
        """Claim the one reward of the program on an order, as a salesperson does."""
        order._update_programs_and_rewards()
        [(card, reward)] = order._get_claimable_rewards().items()
        result = order._apply_program_reward(reward, card)
        order._update_programs_and_rewards()
        return result

    def _get_open_lots(self, card):
        """Return [(points left, last day)] of what can be used, the first to expire first."""
        lots = card.lot_ids.filtered(lambda lot: lot.state == "available")
        return sorted(
            ((lot.remaining, lot.expiration_date) for lot in lots),
            key=lambda lot: lot[1] or date.max,
        )

    def assertBalanced(self):
        """Lots add up to balances, and the history to what is there and what is waited for."""
        self.assertFalse(self.Card._find_unbalanced())
        sums = self.env["loyalty.history"]._read_group([], ["card_id"], ["issued:sum", "used:sum"])
        for card, issued, used in sums:
            held = card.points + card.points_pending
            self.assertAlmostEqual(issued - used, held, 3, card.display_name)


@tagged("post_install", "-at_install")
class TestCardReplacement(CardLifeCommon):
    def test_balance_and_lots_move_by_paired_lines(self):
        soon, later = self.today + timedelta(10), self.today + timedelta(100)
        self._post(self.card, "earn", 40, expiration_date=later)
        self._post(self.card, "earn", 30, expiration_date=soon)
        self._post(self.card, "gift", 20, expiration_date=False)
        self._post(self.card, "redeem", 5)
        old_number = self.card.number
        new = self.card.with_user(self.clerk)._replace("Lost").sudo()
        self.assertEqual(new.partner_id, self.ada)
        self.assertNotIn(new.number, (False, old_number))
        self.assertNotEqual(new.code, self.card.code)
        self.assertEqual((self.card.points, new.points), (0, 85))
        self.assertEqual(self._get_open_lots(new), [(25, soon), (40, later), (20, False)])
        self.assertEqual(self._get_open_lots(self.card), [])
        moved_out = self.card.history_ids.filtered(lambda line: line.kind == "transfer")
        moved_in = new.history_ids
        self.assertEqual(moved_in.mapped("kind"), ["transfer"] * 3)
        self.assertEqual(sorted(moved_out.mapped("used")), sorted(moved_in.mapped("issued")))
        self.assertEqual(set((moved_in + moved_out).mapped("reason")), {"Lost"})
        self.assertEqual(set(moved_in.mapped("description")), {f"Moved from the card {old_number}"})
        self.assertEqual(set(moved_out.mapped("description")), {f"Moved to the card {new.number}"})
        self.assertEqual((self.card.state, self.card.active), ("replaced", False))
        self.assertEqual((self.card.replaced_by_id, new.replaces_id), (new, self.card))
        self.assertBalanced()

    def test_old_number_says_what_replaced_it(self):
        new = self.card._replace("Lost")
        newest = new._replace("Lost again")
        for old in (self.card, new):
            self.assertEqual(old.replaced_by_id, newest)
            with self.assertRaisesRegex(UserError, f"was replaced by {newest.number}"):
                self.Card._find_by_number(old.number, self.env.company)
            with self.assertRaisesRegex(UserError, f"was replaced by {newest.number}"):
                old._replace("Again")

    def test_a_printed_card_takes_over(self):
        stock = self._create_card(number=STOCK_NUMBER)
        self._post(self.card, "earn", 10)
        self.card.issue_date = "2020-02-03"
        wizard = Form(
            self.env["loyalty.card.replace"]
            .with_user(self.clerk)
            .with_context(**self.card.action_replace()["context"])
        )
        wizard.number = card_number.spaced(STOCK_NUMBER)
        wizard.reason = "Worn out"
        action = wizard.save().action_confirm()
        self.assertEqual(action["res_id"], stock.id)
        self.assertEqual((stock.partner_id, stock.points), (self.ada, 10))
        self.assertEqual(str(stock.issue_date), "2020-02-03")
        self.assertBalanced()

    def test_numbers_of_no_use_change_nothing(self):
        taken = self._create_card(self.bob)
        other_program = self._create_program("Others")
        other = self._create_card(program=other_program)
        for number, message in (
            (taken.number, "is already Bob's"),
            (other.number, "is of the program Others"),
            (STOCK_NUMBER[:-1] + str((int(STOCK_NUMBER[-1]) + 1) % 10), "check digit is wrong"),
            ("12", "has 2 digits instead of 13"),
            (self.card.number, "is already Ada's"),
        ):
            with self.assertRaisesRegex((UserError, ValidationError), message):
                self.card._replace("Lost", number)
        self.assertEqual((self.card.state, self.card.active), ("active", True))
        spare = self._create_card()
        with self.assertRaisesRegex(UserError, "has no customer"):
            spare._replace("Lost")
        self.card.active = False
        with self.assertRaisesRegex(UserError, "is archived"):
            self.card._replace("Lost")

    def test_a_blocked_card_is_replaced_by_an_administrator(self):
        self.card._block("Reported lost")
        with self.assertRaisesRegex(AccessError, "only a loyalty administrator"):
            self.card.with_user(self.clerk)._replace("Lost")
        new = self.card.with_user(self.manager)._replace("Lost")
        self.assertEqual(new.state, "active")

    def test_debt_moves(self):
        self._post(self.card, "revoke", 0, used=30, allow_debt=True)
        self.assertEqual(self.card.points_debt, 30)
        new = self.card._replace("Lost")
        self.assertEqual((self.card.points_debt, new.points_debt), (0, 30))
        self._post(new, "earn", 50)
        self.assertEqual((new.points, new.points_debt), (20, 0))

    def test_waiting_points_and_quotations_follow(self):
        self.program.reward_ids.required_points = 50
        self._post(self.card, "earn", 70, pending=True)
        self._post(self.card, "gift", 60)
        quotation = self._create_order(self.ada)
        self._claim_reward(quotation)
        new = self.card._replace("Lost")
        self.assertEqual((self.card.points_pending, new.points_pending), (0, 70))
        self.assertEqual(quotation.coupon_point_ids.coupon_id, new)
        self.assertEqual(quotation.order_line.coupon_id, new)
        quotation.action_confirm()
        self.assertTrue(quotation.order_line.filtered("reward_id"))
        self.assertEqual(self.card.points, 0)
        self.assertBalanced()

    def test_an_order_of_the_old_card_is_taken_back_from_the_new_one(self):
        self._post(self.card, "gift", 10)
        order = self._create_order(self.ada)
        order.action_confirm()
        self.assertEqual(self.card.points, 110)
        new = self.card._replace("Lost")
        order._action_cancel()
        self.assertEqual((self.card.points, self.card.points_debt), (0, 0))
        self.assertEqual((new.points, new.points_debt), (10, 0))

    def test_what_an_order_gives_back_to_the_old_card_moves_on(self):
        self.program.reward_ids.required_points = 50
        self._post(self.card, "gift", 60, expiration_date=self.today + timedelta(90))
        order = self._create_order(self.ada)
        self._claim_reward(order)
        order.action_confirm()
        earned = self.card.history_ids[0].issued
        new = self.card._replace("Lost")
        before = new.points
        self.assertEqual(before, 10 + earned)
        order._action_cancel()
        self.assertEqual((self.card.points, new.points), (0, 60))
        self.assertBalanced()

    def test_a_replaced_card_stays_archived_and_neither_earns_nor_spends(self):
        new = self.card._replace("Lost")
        for kind in ("earn", "redeem", "gift", "referral", "adjust"):
            with self.assertRaisesRegex(UserError, f"was replaced by {new.number}"):
                self._post(self.card, kind, 5)
        with self.assertRaisesRegex(UserError, "was replaced by"):
            self.card.points = 100
        order = self._create_order(self.ada)
        order.action_confirm()
        self.assertEqual((self.card.points, new.points), (0, 100))

    def test_many_lots_take_a_fixed_number_of_queries(self):
        def count_queries(partner, lots):
            card = self._create_card(partner)
            for number in range(lots):
                self._post(card, "gift", 1, expiration_date=self.today + timedelta(number))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            card._replace("Lost")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cleo, dora, ella = self.env["res.partner"].create([{"name": n} for n in ("C", "D", "E")])
        count_queries(cleo, 2)
        few = count_queries(dora, 2)
        self.assertLessEqual(count_queries(ella, 20), few + 2)
