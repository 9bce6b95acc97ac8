from odoo import Command
from odoo.tests.common import new_test_user, tagged

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractPriceWarnings(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Furniture"})
        cls.desk, cls.chair = cls.env["product.product"].create(
            [
                {"name": "Desk", "list_price": 100, "categ_id": cls.category.id, "taxes_id": False},
                {"name": "Chair", "list_price": 50, "taxes_id": False},
            ]
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Agreed",
                "company_id": cls.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "1_product",
                            "product_tmpl_id": cls.desk.product_tmpl_id.id,
                            "compute_price": "fixed",
                            "fixed_price": 90,
                        }
                    ),
                    Command.create(
                        {
                            "applied_on": "1_product",
                            "product_tmpl_id": cls.desk.product_tmpl_id.id,
                            "compute_price": "fixed",
                            "fixed_price": 80,
                            "min_quantity": 10,
                        }
                    ),
                ],
            }
        )
        cls.contract = cls._new_contract()

    def _new_review(self, **values):
        return self._new_term(
            self.contract,
            **{
                "name": "Agreed prices",
                "kind": "price_review",
                "note": "Article 7: no more than agreed.",
                **values,
            },
        )

    def _quote(self, *lines, **values):
        return self.env["sale.order"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "contract_id": self.contract.id,
                "order_line": [
                    Command.create({"product_id": self.desk.id, **line}) for line in lines
                ],
                **values,
            }
        )

    def test_discount_above_the_ceiling(self):
        self._new_review(discount_max=5)
        order = self._quote({"discount": 12}, {"discount": 5}, {"discount": 0})
        self.assertEqual(
            order.order_line.mapped("contract_warning"),
            ["a discount of 12 %, at most 5 % are agreed", False, False],
        )
        self.assertIn("Article 7: no more than agreed.", order.sale_warning_text)
        self.assertIn("Desk: a discount of 12 %", order.sale_warning_text)
        order.action_confirm()
        self.assertEqual(order.state, "sale", "it warns and never blocks")
        self.assertFalse(order.sale_warning_text)

    def test_prices_past_their_validity(self):
        term = self._new_review(due_date=self._day(-1), product_ids=self.desk.ids)
        order = self._quote({}, {"product_id": self.chair.id})
        self.assertIn("the agreed prices ended on", order.order_line[0].contract_warning)
        self.assertFalse(order.order_line[1].contract_warning)
        term.due_date = self.today
        self.assertFalse(order.contract_warning)
        order.date_order = f"{self._day(1)} 12:00:00"
        self.assertTrue(order.contract_warning)

    def test_review_that_was_missed_renews_no_prices(self):
        self.contract.date_end = False
        term = self._new_review(due_date=self._day(-1), recurrence_months=12)
        self._run_nightly()
        self.assertGreater(term.due_date, self.today)
        order = self._quote({})
        self.assertTrue(order.contract_warning)
        term.period_ids.action_met()
        self.env.invalidate_all()
        self.assertFalse(order.contract_warning)

    def test_price_of_the_contract_s_price_list(self):
        self._new_review()
        self.contract.pricelist_id = self.pricelist
        order = self._quote(
            {},
            {"price_unit": 95},
            {"price_unit": 85},
            {"product_uom_qty": 10},
            {"product_uom_qty": 10, "price_unit": 90},
            {"product_id": self.chair.id, "price_unit": 50},
        )
        self.assertEqual(order.order_line[0].price_unit, 90)
        warned = [bool(line.contract_warning) for line in order.order_line]
        self.assertEqual(warned, [False, True, True, False, True, False])
        self.assertIn("95.00", order.order_line[1].contract_warning)
        self.assertIn("90.00", order.order_line[1].contract_warning)

    def test_ceiling_is_below_the_agreed_price(self):
        self._new_review(discount_max=10)
        self.contract.pricelist_id = self.pricelist
        order = self._quote(
            {"price_unit": 81}, {"price_unit": 80}, {"discount": 10}, {"price_unit": 91}
        )
        warned = [bool(line.contract_warning) for line in order.order_line]
        self.assertEqual(warned, [False, True, False, True])

    def test_categories_include_their_subcategories(self):
        child = self.env["product.category"].create(
            {"name": "Desks", "parent_id": self.category.id}
        )
        self.desk.categ_id = child
        self._new_review(discount_max=5, categ_ids=self.category.ids)
        order = self._quote({"discount": 9}, {"product_id": self.chair.id, "discount": 9})
        warned = [bool(line.contract_warning) for line in order.order_line]
        self.assertEqual(warned, [True, False])

    def test_what_is_not_sold_has_no_agreed_price(self):
        self._new_review(discount_max=5)
        self.contract.pricelist_id = self.pricelist
        order = self._quote({"price_unit": -20})
        order.order_line = [Command.create({"display_type": "line_note", "name": "Note"})]
        self.assertFalse(order.contract_warning)

    def test_waived_conditions_and_contracts_not_in_force_warn_of_nothing(self):
        term = self._new_review(discount_max=5)
        order = self._quote({"discount": 9})
        self.assertTrue(order.contract_warning)
        term._waive("Fair")
        self.env.invalidate_all()
        self.assertFalse(order.contract_warning)
        term.action_reopen()
        self.contract.action_terminate()
        self.env.invalidate_all()
        self.assertFalse(order.contract_warning)

    def test_salesperson_without_contracts_is_warned(self):
        seller = new_test_user(
            self.env,
            "contract_seller",
            "sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.contract.user_id = self.manager
        self._new_review(discount_max=5)
        order = self._quote({"discount": 9}, user_id=seller.id)
        self.env.invalidate_all()
        self.assertIn("Article 7", order.with_user(seller).sale_warning_text)

    def test_long_order_is_summed_up_with_few_queries(self):
        self._new_review(discount_max=5)
        self.contract.pricelist_id = self.pricelist

        def count_queries(number):
            order = self._quote(
                *({"product_uom_qty": quantity + 1, "discount": 9} for quantity in range(number))
            )
            order.order_line.mapped("price_unit")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            warning = order.sale_warning_text
            order.order_line.mapped("contract_warning")
            return self.env.cr.sql_log_count - before, warning

        count_queries(2)
        few, _warning = count_queries(2)
        many, warning = count_queries(200)
        self.assertLessEqual(many, few + 1)
        self.assertIn("and 195 more lines", warning)
