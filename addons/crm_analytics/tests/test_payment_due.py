from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .actuals_common import ActualsCommon


@tagged("post_install", "-at_install")
class TestPaymentDue(ActualsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.new_user("due_seller", "sales_team.group_sale_salesman")
        cls.Due = cls.env["crm.payment.due"]

    def create_due(self, day, price, **values):
        return self.create_invoice("2026-01-01", price, invoice_date_due=day, **values)

    def read_ages(self, user=None):
        due = self.Due.with_user(user) if user else self.Due
        groups = due._read_group(
            [("company_id", "=", self.company.id)], ["age"], ["amount:sum", "amount_late:sum"]
        )
        return {age: sums for age, *sums in groups}

    @freeze_time("2026-06-30 12:00:00")
    def test_ages(self):
        terms = {"invoice_payment_term_id": False}
        for day in ("2026-07-15", "2026-06-30", "2026-06-29", "2026-05-31", "2026-05-30"):
            self.create_due(day, 100, **terms)
        self.create_due("2026-03-01", 200, move_type="out_refund", **terms)
        paid = self.create_due("2026-04-02", 100, **terms)
        self.pay(paid, "2026-05-01", 20)
        self.assertEqual(
            self.read_ages(),
            {
                "due": [240, 0],
                "late_30": [240, 240],
                "late_60": [120, 120],
                "late_90": [100, 100],
                "later": [-240, -240],
            },
        )
        self.pay(paid, "2026-06-01")
        self.assertNotIn("late_90", self.read_ages())
        late = self.Due.search([("is_late", "=", True)], order="days_late DESC")
        self.assertEqual(late.mapped("days_late"), [121, 31, 30, 1])

    @freeze_time("2026-06-30 12:00:00")
    def test_the_same_as_the_books_say(self):
        self.create_due("2026-04-02", 100, invoice_payment_term_id=self.pay_terms_b.id)
        foreign = self.create_due("2026-04-02", 50, currency_id=self.foreign.id)
        self.pay(foreign, "2026-05-01", 10, currency_id=self.foreign.id)
        receivable = self.env["account.move.line"].search(
            [("account_type", "=", "asset_receivable"), ("company_id", "=", self.company.id)]
        )
        self.assertAlmostEqual(
            sum(amount for amount, _late in self.read_ages().values()),
            sum(receivable.mapped("amount_residual")),
            2,
        )

    @freeze_time("2026-06-30 12:00:00")
    def test_rights(self):
        mine = self.create_due("2026-04-02", 100, invoice_user_id=self.seller.id)
        self.create_due("2026-04-02", 100, invoice_user_id=self.env.user.id)
        self.assertEqual(self.Due.with_user(self.seller).search([]).move_id, mine)
        row = self.Due.with_user(self.seller).search([])
        self.assertEqual(row.action_open_document()["res_id"], mine.id)
        manager = self.new_user("due_manager", "sales_team.group_sale_manager")
        self.assertEqual(len(self.Due.with_user(manager).search([])), 2)
        stranger = self.new_user(
            "due_stranger",
            "sales_team.group_sale_manager",
            self.env["res.company"].create({"name": "Elsewhere"}),
        )
        self.assertFalse(self.Due.with_user(stranger).search([]))
        portal = new_test_user(self.env, "due_portal", "base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.Due.with_user(user).search([])
