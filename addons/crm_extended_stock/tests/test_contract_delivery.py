from datetime import timedelta

from odoo import Command, fields
from odoo.tests.common import tagged

from odoo.addons.crm_extended.tests.contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractDelivery(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.product = cls.env["product.product"].create({"name": "Flour", "type": "consu"})
        cls.contract = cls._new_contract()

    def _deliver(self, ordered, done, promised=None, contract=None):
        """Deliver an order; all in days from today, negative for the past."""
        order = self.env["sale.order"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "contract_id": (contract or self.contract).id,
                "commitment_date": promised and self._noon(promised),
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order.action_confirm()
        order.date_order = self._noon(ordered)
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.button_validate()
        picking.date_done = self._noon(done)
        return picking

    def _noon(self, days):
        return fields.Datetime.to_datetime(self._day(days)) + timedelta(hours=12)

    def _term(self, **values):
        return self._new_term(
            self.contract, name="Fast", kind="delivery", target=3, **{"due_date": False, **values}
        )

    def test_average_days_against_what_was_promised(self):
        self._deliver(-40, -38)  # two days
        self._deliver(-30, -25)  # five
        self._deliver(-20, -10, promised=-12)  # two later than promised: five of three
        term = self._term()
        term.action_measure()
        self.assertEqual((term.actual, term.actual_count, term.state), (4.0, 3, "breached"))
        self.assertTrue(term.is_behind)
        self.assertEqual(term.pace_text, "4 days of 3 agreed, over 3 documents: 1 late")
        for days in (-9, -8, -7):
            self._deliver(days, days + 1)
        term.action_measure()
        self.assertEqual((term.actual, term.actual_count, term.state), (2.5, 6, "pending"))

    def test_too_few_deliveries_say_nothing(self):
        self._deliver(-40, -10)
        self._deliver(-40, -10)
        term = self._term()
        term.action_measure()
        self.assertEqual((term.state, term.is_behind, term.actual_count), ("pending", False, 2))

    def test_other_contracts_returns_and_what_is_not_done_count_nothing(self):
        other = self._new_contract()
        self._deliver(-40, -39)
        self._deliver(-40, -10, contract=other)
        picking = self._deliver(-40, -39)
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        wizard.action_create_returns()
        order = picking.sale_id.copy()
        order.contract_id = self.contract
        order.action_confirm()
        term = self._term()
        term.action_measure()
        self.assertEqual((term.actual, term.actual_count), (1.0, 2))

    def test_each_missed_period_is_judged_by_its_own_deliveries(self):
        for days in (0, 1, 2):
            self._deliver(-75 + days, -70 + days)  # five days
            self._deliver(-45 + days, -44 + days)  # one day
        term = self._term(due_date=self._day(-61), recurrence_months=1)
        self._run_nightly()
        periods = term.period_ids.sorted("due_date")
        self.assertEqual(periods[0].mapped("state"), ["breached"])
        self.assertEqual((periods[0].actual, periods[0].actual_count), (5.0, 3))
        self.assertEqual((periods[1].state, periods[1].actual), ("met", 1.0))
        self.assertEqual((term.state, term.actual_count), ("pending", 0))
        self.assertGreaterEqual(term.due_date, self.today)

    def test_queries_do_not_grow_with_the_terms(self):
        def count(terms):
            terms.action_measure()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            terms.action_measure()
            return self.env.cr.sql_log_count - before

        self._deliver(-20, -19)
        few = self.env["crm.contract.term"].union(*(self._term() for _number in range(2)))
        many = self.env["crm.contract.term"].union(*(self._term() for _number in range(40)))
        count(few)
        self.assertLessEqual(count(many), count(few) + 2)
