from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..tools.one_card import prepare_cards
from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestCardState(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(cls.ada)
        cls.clerk = new_test_user(
            cls.env, "card-clerk", groups="crm_loyalty.group_crm_loyalty_user"
        )

    def test_clerk_blocks_with_a_reason_and_the_manager_unblocks(self):
        action = self.card.with_user(self.clerk).action_block()
        wizard = Form(
            self.env["loyalty.card.block"].with_user(self.clerk).with_context(**action["context"])
        )
        wizard.reason = "Lost on the bus"
        wizard.save().action_confirm()
        self.assertEqual(self.card.state, "blocked")
        with self.assertRaisesRegex(UserError, r"is blocked \(Lost on the bus\)"):
            self.card._raise_on_blocked()
        with self.assertRaisesRegex(AccessError, "Only a loyalty administrator"):
            self.card.with_user(self.clerk).action_unblock()
        self.card.with_user(self.manager).action_unblock()
        self.assertEqual((self.card.state, self.card.block_reason), ("active", False))
        self.card._raise_on_blocked()

    def test_blocking_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.card._block("  ")
        self.assertEqual(self.card.state, "active")

    def test_state_is_not_written_by_hand(self):
        for values in ({"state": "blocked"}, {"block_reason": "x"}, {"replaced_by_id": False}):
            for user in (self.salesperson, self.manager):
                with self.assertRaisesRegex(AccessError, "by their buttons only"):
                    self.card.with_user(user).write(values)

    def test_others_may_not_block(self):
        for groups in ("base.group_portal", "base.group_public", "base.group_user"):
            user = new_test_user(self.env, f"no-{groups}", groups=groups)
            with self.assertRaises(AccessError):
                self.card.with_user(user)._block("Mine now")
            with self.assertRaises(AccessError):
                self.card.with_user(user).action_unblock()
        self.assertEqual(self.card.state, "active")

    def test_issued_on_the_day_it_gets_a_customer(self):
        spare = self._create_card()
        self.assertFalse(spare.issue_date)
        spare.partner_id = self.bob
        self.assertTrue(spare.issue_date)
        spare.issue_date = "2020-02-03"
        spare.partner_id = self.env["res.partner"].create({"name": "Cleo"})
        self.assertEqual(str(spare.issue_date), "2020-02-03")

    # One card for each customer and program

    def test_second_card_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Ada already has a card of Regulars"):
            self._create_card(self.ada)
        with self.assertRaisesRegex(ValidationError, "Bob already has a card"):
            self.Card.create([{"program_id": self.program.id, "partner_id": self.bob.id}] * 2)
        self.card.active = False
        second = self._create_card(self.ada)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.card.active = True
            self.card.flush_recordset()
        self.card.invalidate_recordset()
        self.assertTrue(second.active)

    def test_a_blocked_card_is_still_the_card_of_its_customer(self):
        self.card._block("Fraud")
        with self.assertRaisesRegex(ValidationError, "already has a card"):
            self._create_card(self.ada)

    def test_customers_have_as_many_coupons_as_they_like(self):
        coupons = self._create_program("Vouchers", "coupons")
        cards = self._create_card(self.ada, coupons) + self._create_card(self.ada, coupons)
        self.assertEqual(len(cards), 2)

    def test_card_made_at_the_same_moment_elsewhere_is_waited_for(self):
        """What the check before cannot see yet, the database refuses: to be tried again."""
        values = {"program_id": self.program.id, "partner_id": self.ada.id, "active": False}
        self.patch(type(self.Card), "_check_no_second_card", lambda self, vals_list: None)
        with self.assertRaises(ConcurrencyError), mute_logger("odoo.sql_db"):
            self.Card.create(values | {"active": True})

    def test_spare_cards_of_an_older_database_are_retired(self):
        self.env.cr.execute("DROP INDEX loyalty_card_holder_uniq")
        self.card.points = 70
        spare = self._create_card(self.bob)
        spare.points = 30
        self.env.flush_all()
        order = self.env["sale.order"].create({"partner_id": self.ada.id})
        self.env["sale.order.coupon.points"].create(
            {"order_id": order.id, "coupon_id": spare.id, "points": 5}
        )
        order.applied_coupon_ids = spare
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_card SET partner_id = %s WHERE id = %s",
                self.ada.id,
                spare.id,
            )
        )
        prepare_cards(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual((self.card.points, spare.points), (100, 0))
        self.assertEqual(
            (spare.state, spare.active, spare.replaced_by_id), ("replaced", False, self.card)
        )
        self.assertEqual(self.card.replaces_id, spare)
        last = self.card.history_ids[0]
        self.assertEqual((last.issued, last.used), (30, 0))
        self.assertEqual((spare.history_ids[0].issued, spare.history_ids[0].used), (0, 30))
        self.assertEqual(order.coupon_point_ids.coupon_id, self.card)
        self.assertEqual(order.applied_coupon_ids, self.card)
        # again: nothing to do
        prepare_cards(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(self.card.points, 100)
        with self.assertRaisesRegex(UserError, f"was replaced by {self.card.number}"):
            spare._raise_on_blocked()

    # Whose card it may be

    def test_customer_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other company"})
        dora = self.env["res.partner"].create({"name": "Dora", "company_id": other.id})
        with self.assertRaisesRegex(ValidationError, "Dora is a customer of another company than"):
            self._create_card(dora)
        self.bob.company_id = other
        spare = self._create_card()
        with self.assertRaisesRegex(ValidationError, "Bob is a customer of another company than"):
            spare.partner_id = self.bob
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.env.company.id}
        )
        cleo = self.env["res.partner"].create({"name": "Cleo", "company_id": branch.id})
        self.assertEqual(self._create_card(cleo).partner_id, cleo)

    def test_archived_customer(self):
        self.bob.active = False
        cards = self.Card.with_user(self.manager)
        with self.assertRaisesRegex(ValidationError, "Bob is archived"):
            cards.create({"program_id": self.program.id, "partner_id": self.bob.id})
        spare = self._create_card()
        with self.assertRaisesRegex(ValidationError, "Bob is archived"):
            spare.with_user(self.salesperson).partner_id = self.bob

    def test_customer_without_an_email(self):
        with self.assertRaisesRegex(UserError, "Ada has no e-mail address"):
            self.card.action_coupon_send()
        self.ada.email = "ada@example.com"
        self.assertEqual(self.card.action_coupon_send()["res_model"], "mail.compose.message")
