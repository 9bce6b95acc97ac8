from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import BasketCommon


@tagged("post_install", "-at_install")
class TestSplitCredit(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.new_user("credit_colleague", "sales_team.group_sale_salesman")
        cls.order = cls.create_order("ab", user_id=cls.salesman.id)

    def split(self, *shares, order=None):
        people = (self.salesman, self.colleague, self.manager)
        (order or self.order).credit_ids = [
            Command.clear(),
            *(
                Command.create({"user_id": user.id, "share": share})
                for user, share in zip(people, shares, strict=False)
            ),
        ]

    def check_at_commit(self):
        """Do what a commit does to deferred constraints."""
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")

    def test_shares_add_up_to_the_order(self):
        self.split(60, 40)
        self.check_at_commit()
        self.assertEqual(self.order.amount_untaxed, 20)
        self.assertEqual(self.order.credit_ids.mapped("amount"), [12, 8])

    def test_thirds_are_written_to_the_hundredth(self):
        self.split(33.33, 33.33, 33.34)
        self.check_at_commit()

    def test_other_totals_are_refused_with_a_sentence(self):
        for shares in ((60, 30), (60, 60), (99.99,)):
            with self.subTest(shares=shares), self.assertRaisesRegex(ValidationError, "adds up to"):
                self.split(*shares)
                self.env.flush_all()

    def test_shares_are_changed_together(self):
        self.split(60, 40)
        first, second = self.order.credit_ids
        self.order.credit_ids = [
            Command.update(first.id, {"share": 10}),
            Command.update(second.id, {"share": 90}),
        ]
        self.check_at_commit()
        self.order.credit_ids = [Command.clear()]
        self.check_at_commit()

    def test_the_database_refuses_what_goes_past_the_order(self):
        self.split(60, 40)
        for change in (
            "UPDATE sale_order_credit SET share = 50 WHERE share = 60",
            "DELETE FROM sale_order_credit WHERE share = 40",
            "UPDATE sale_order_credit SET share = 59.999 WHERE share = 60",
        ):
            self.check_at_commit()
            with (
                self.subTest(change=change),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError) as caught,
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(change)
                self.check_at_commit()
            self.assertEqual(
                self.env["sale.order.credit"]._sql_error_to_message(caught.exception),
                "The shares of an order add up to 100 %, or there are none.",
            )

    def test_the_check_comes_before_the_commit(self):
        self.split(60, 40)
        self.env.cr.flush()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.order.credit_ids[0].share = 50
            self.env.cr.flush()

    def test_a_salesperson_stands_once_and_no_share_is_below_zero(self):
        for people, shares in (
            ((self.salesman, self.salesman), (50, 50)),
            ((self.salesman, self.colleague), (120, -20)),
        ):
            with (
                self.subTest(shares=shares),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.order.credit_ids = [
                    Command.create({"user_id": user.id, "share": share})
                    for user, share in zip(people, shares, strict=True)
                ]
                self.env.flush_all()

    def test_people_of_other_companies_get_no_share(self):
        stranger = self.new_user(
            "credit_stranger", "sales_team.group_sale_salesman", self.other_company
        )
        with self.assertRaises(UserError):
            self.order.credit_ids = [Command.create({"user_id": stranger.id, "share": 100})]

    def test_a_copy_keeps_the_split_and_a_deleted_order_takes_it_along(self):
        self.split(60, 40)
        copied = self.order.copy()
        self.assertEqual(copied.credit_ids.mapped("share"), [60, 40])
        copied.unlink()
        self.check_at_commit()
        self.assertEqual(len(self.order.credit_ids), 2)

    def test_the_form_proposes_what_is_left(self):
        with Form(self.order) as form:
            with form.credit_ids.new() as line:
                line.user_id = self.salesman
                line.share = 70
            with form.credit_ids.new() as line:
                line.user_id = self.colleague
                self.assertEqual(line.share, 30)
        self.check_at_commit()

    def test_people_split_their_own_orders_and_read_their_own_shares(self):
        order = self.order.with_user(self.salesman)
        self.split(60, 40, order=order)
        share = self.order.credit_ids.filtered(lambda credit: credit.user_id == self.colleague)
        other = self.order.credit_ids - share
        share.with_user(self.colleague).check_access("read")
        for records, operation in ((share, "write"), (share, "unlink"), (other, "read")):
            with self.assertRaises(AccessError):
                records.with_user(self.colleague).check_access(operation)

    def test_nobody_takes_the_credit_of_a_colleagues_order(self):
        theirs = self.create_order("ab", user_id=self.colleague.id)
        self.split(100)
        share = self.order.credit_ids.with_user(self.salesman)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            share.order_id = theirs
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.order.with_user(self.salesman).credit_ids.write({"order_id": theirs.id})
        self.env.invalidate_all()
        self.assertFalse(theirs.credit_ids)
        share.share = 100  # one's own is written

    def test_outsiders_see_no_shares(self):
        self.split(60, 40)
        stranger = self.new_user(
            "credit_manager", "sales_team.group_sale_manager", self.other_company
        )
        portal = new_test_user(self.env, "credit_portal", groups="base.group_portal")
        public = new_test_user(self.env, "credit_public", groups="base.group_public")
        self.assertFalse(
            self.env["sale.order.credit"]
            .with_user(stranger)
            .with_context(allowed_company_ids=self.other_company.ids)
            .search([("order_id", "=", self.order.id)])
        )
        for user in (portal, public):
            with self.assertRaises(AccessError):
                self.env["sale.order.credit"].with_user(user).search([])
