from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import BasketCommon


class PanelCommon(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write_affinities(
            (cls.apple, cls.butter, 14, 22, 30, 2.34, 0.30),
            (cls.apple, cls.cheese, 9, 22, 12, 1.50, 0.20),
        )

    @classmethod
    def suggest(cls, letters="a", user=None, **values):
        values = {
            "company_id": cls.company.id,
            "partner_id": cls.customer.id,
            "product_ids": [cls.letters[letter].id for letter in letters],
            **values,
        }
        orders = cls.env["sale.order"].with_user(user or cls.salesman)
        return orders.get_affinity_suggestions(values)

    def suggest_names(self, *args, **kwargs):
        return [suggestion["name"] for suggestion in self.suggest(*args, **kwargs)]

    @classmethod
    def predict(cls, letter, kind="repeat", score=1.0, **values):
        return cls.env["sale.customer.prediction"].create(
            {
                "company_id": cls.company.id,
                "partner_id": cls.customer.id,
                "product_id": cls.letters[letter].id,
                "kind": kind,
                "score": score,
                "rank": 1,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestSuggestionPanel(PanelCommon):
    # Whatever speaks for a product

    def test_likely_next_when_nothing_is_on_the_order(self):
        due = fields.Date.today() - timedelta(days=1)
        self.predict("d", score=0.9, order_count=4, interval_days=21, due_date=due)
        self.predict(
            "e",
            "similar",
            0.5,
            origin_product_id=self.apple.id,
            customers_both=3,
            customers_product=8,
        )
        first, second = self.suggest("")
        self.assertEqual((first["name"], first["kind"]), ("Dates", "repeat"))
        self.assertIn("every 21 days; now due", first["reason"])
        self.assertEqual((second["name"], second["kind"]), ("Eggs", "similar"))
        self.assertIn("3 of 8 customers of Apple", second["reason"])

    def test_what_is_on_the_quotation_is_the_reason_before_a_habit(self):
        self.predict("b", score=1.0, order_count=4, interval_days=21)
        [butter, _cheese] = self.suggest("a")
        self.assertEqual((butter["name"], butter["kind"]), ("Butter", "affinity"))
        self.assertIn("14 of 22 orders", butter["reason"])

    def test_likely_next_of_the_company_of_a_contact(self):
        self.predict("d")
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.customer.id})
        self.assertEqual(self.suggest_names("", partner_id=contact.id), ["Dates"])

    def test_likely_next_of_somebody_else(self):
        self.predict("d")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.assertEqual(self.suggest("", partner_id=stranger.id), [])
        self.assertEqual(self.suggest("", partner_id=False), [])

    def test_habit_adds_to_what_goes_with_the_order(self):
        self.assertEqual(self.suggest_names(), ["Butter", "Cheese"])
        self.predict("c", score=0.5)
        self.assertEqual(self.suggest_names(), ["Cheese", "Butter"])

    def test_up_sell_of_a_product_on_the_order(self):
        self.env["product.upsell"].create(
            {
                "company_id": self.company.id,
                "product_id": self.apple.id,
                "other_product_id": self.eggs.id,
                "customers": 12,
                "customers_product": 30,
                "price_gain": 5.0,
                "score": 0.3,
            }
        )
        suggestions = {values["name"]: values for values in self.suggest()}
        self.assertEqual(suggestions["Eggs"]["kind"], "upsell")
        self.assertIn("12 of 30 customers of Apple", suggestions["Eggs"]["reason"])
        self.assertEqual(self.suggest(""), [])
        self.predict("a", score=0.01)
        self.assertIn("Eggs", self.suggest_names(""), "the customer buys what one moves from")

    def test_template_level(self):
        """The affinities are those of one variant: they hold for the one on the order."""
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in "SL"]}
        )
        values = {"attribute_id": attribute.id, "value_ids": attribute.value_ids.ids}
        template = self.env["product.template"].create(
            {"name": "Shirt", "attribute_line_ids": [Command.create(values)]}
        )
        small, large = template.product_variant_ids
        self.write_affinities((small, self.eggs, 5, 6, 7, 2.0, 0.9))
        self.assertEqual(self.suggest("", product_ids=large.ids), [])
        self.set_parameters(level="template")
        [suggestion] = self.suggest("", product_ids=large.ids)
        self.assertEqual(suggestion["name"], "Eggs")
        self.assertIn("with Shirt (S)", suggestion["reason"])

    # Quantity and money

    def test_quantity_of_the_last_time(self):
        self.assertEqual([values["quantity"] for values in self.suggest()], [1.0, 1.0])
        for quantity in (4, 6):
            order = self.create_order("b")
            order.order_line.product_uom_qty = quantity
            order.action_confirm()
        draft = self.create_order("b")
        draft.order_line.product_uom_qty = 50
        self.assertEqual([values["quantity"] for values in self.suggest()], [6.0, 1.0])

    def test_price_of_the_quantity(self):
        order = self.create_order("b")
        order.order_line.product_uom_qty = 10
        order.action_confirm()
        rule = {
            "compute_price": "fixed",
            "fixed_price": 7,
            "min_quantity": 10,
            "applied_on": "3_global",
        }
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Much",
                "company_id": self.company.id,
                "item_ids": [Command.create(rule)],
            }
        )
        prices = [values["price"] for values in self.suggest(pricelist_id=pricelist.id)]
        self.assertEqual(prices, [7.0, 10.0])

    def test_margin_for_managers_alone(self):
        self.butter.with_company(self.company).standard_price = 6.0
        for values in self.suggest():
            self.assertNotIn("margin", values)
        butter, cheese = self.suggest(user=self.manager)
        self.assertEqual((butter["margin"], butter["margin_percent"]), (4.0, 0.4))
        self.assertNotIn("margin", cheese, "its cost is not known")

    def test_margin_is_without_taxes(self):
        group = self.env["account.tax.group"].create(
            {"name": "Taxes", "company_id": self.company.id}
        )
        tax = self.env["account.tax"].create(
            {
                "name": "25%",
                "amount": 25,
                "price_include_override": "tax_included",
                "tax_group_id": group.id,
                "country_id": self.env.ref("base.be").id,
            }
        )
        self.butter.with_company(self.company).write({"standard_price": 6.0, "taxes_id": tax.ids})
        self.assertAlmostEqual(self.suggest(user=self.manager)[0]["margin"], 2.0)

    def test_margin_in_the_currency_of_the_order(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [
                    Command.create({"name": "2020-01-01", "rate": 2, "company_id": self.company.id})
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id, "company_id": self.company.id}
        )
        self.butter.with_company(self.company).standard_price = 6.0
        self.butter.product_tmpl_id.company_id = self.company
        butter = self.suggest(user=self.manager, pricelist_id=pricelist.id)[0]
        self.assertAlmostEqual(butter["price"], 20.0)
        self.assertAlmostEqual(butter["margin"], 8.0)

    # Rights

    def test_pricelist_of_another_company(self):
        """Its prices are none of this company's business."""
        rule = {"compute_price": "fixed", "fixed_price": 3, "applied_on": "3_global"}
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Secret",
                "company_id": self.other_company.id,
                "item_ids": [Command.create(rule)],
            }
        )
        self.env.invalidate_all()
        prices = [values["price"] for values in self.suggest(pricelist_id=pricelist.id)]
        self.assertEqual(prices, [10.0, 10.0])

    def test_rows_of_another_company(self):
        self.predict("d", company_id=self.other_company.id)
        self.env["product.upsell"].create(
            {
                "company_id": self.other_company.id,
                "product_id": self.apple.id,
                "other_product_id": self.eggs.id,
                "score": 0.9,
            }
        )
        self.assertEqual(self.suggest_names(), ["Butter", "Cheese"])

    # Cost

    def test_five_queries_with_all_there_is(self):
        """Price list in a currency of its own, fiscal position, taxes, variants, costs."""
        self.predict("d", score=0.2)
        self.butter.with_company(self.company).standard_price = 6.0
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Foreign",
                "currency_id": self.env["res.currency"].create({"name": "TST", "symbol": "T"}).id,
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "percentage",
                            "percent_price": 10,
                            "applied_on": "2_product_category",
                            "categ_id": self.env["product.category"].create({"name": "C"}).id,
                        }
                    ),
                    Command.create(
                        {"compute_price": "formula", "price_discount": 5, "applied_on": "3_global"}
                    ),
                ],
            }
        )
        order = self.create_order("a", user_id=self.manager.id)
        values = {"order_id": order.id, "pricelist_id": pricelist.id}
        for user, more in ((self.manager, {}), (self.salesman, {"line_ids": []})):
            for _use in range(4):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                suggestions = self.suggest(user=user, **values, **more)
            self.assertEqual(len(suggestions), 3)
            self.assertLessEqual(self.env.cr.sql_log_count - before, 5, user.login)

    def test_saving_an_order_costs_nothing(self):
        """No query looks for suggestions, neither on an order that has some."""
        order = self.create_order("a", user_id=self.salesman.id)
        order.log_affinity_suggestions("shown", self.butter.ids, self.apple.ids)

        def save():
            self.env.invalidate_all()
            order.write({"partner_id": other.id, "order_line": [Command.create(line)]})
            order.write({"partner_id": self.customer.id, "client_order_ref": "x"})
            self.env.flush_all()

        other = self.env["res.partner"].create({"name": "Other"})
        line = {"product_id": self.cheese.id}
        with self.assertLogs("odoo.sql_db", "DEBUG") as logs:
            save()
        queries = "\n".join(logs.output)
        self.assertIn("sale_order_line", queries)
        for table in ("sale_suggestion", "product_affinity", "product_upsell", "prediction"):
            self.assertNotIn(table, queries)
