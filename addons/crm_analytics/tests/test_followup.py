from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .followup_common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowup(FollowupCommon):
    def test_one_opportunity_for_each_customer(self):
        rows = self.predict(self.customer, "ab") + self.predict(self.second, "a")
        action = self.act(rows, "opportunities")
        leads = self.leads()
        self.assertEqual(leads.partner_id, self.customer + self.second)
        self.assertEqual(len(leads), 2)
        lead = leads.filtered(lambda lead: lead.partner_id == self.customer)
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(lead.name, "Cross-selling: Apple, Butter")
        self.assertIn("Apple: Ordered 4 times", lead.description)
        self.assertEqual(lead.user_id, self.salesman)
        self.assertEqual(lead.company_id, self.company)
        self.assertEqual(action["params"]["type"], "success")
        [(_field, _operator, ids)] = action["params"]["next"]["domain"]
        self.assertCountEqual(ids, leads.ids)

    def test_not_twice_while_it_is_open(self):
        rows = self.predict(self.customer, "ab")
        self.act(rows[0], "opportunities")
        action = self.act(rows, "opportunities")
        self.assertEqual(
            self.leads().sorted("id").mapped("name"),
            ["Cross-selling: Apple", "Cross-selling: Butter"],
        )
        self.assertIn("in work already: 1", action["params"]["message"])
        self.assertEqual(self.act(rows, "opportunities")["params"]["type"], "info")
        self.assertEqual(len(self.leads()), 2)

    def test_not_twice_after_the_night_replaced_the_rows(self):
        self.act(self.predict(self.customer, "a"), "activities")
        self.env["sale.customer.prediction"].sudo().search([]).unlink()
        self.act(self.predict(self.customer, "a"), "activities")
        self.assertEqual(len(self.activities()), 1)

    def test_again_when_it_is_closed(self):
        rows = self.predict(self.customer, "a")
        for work, targets, close in (
            ("opportunities", self.leads, "action_set_lost"),
            ("activities", self.activities, "action_feedback"),
            ("quotations", self.orders, "action_cancel"),
        ):
            with self.subTest(work):
                self.act(rows, work)
                getattr(targets(), close)()
                self.assertEqual(self.act(rows, work)["params"]["type"], "success")

    def test_again_when_it_is_deleted(self):
        rows = self.predict(self.customer, "a")
        self.act(rows, "opportunities")
        self.leads().unlink()
        self.act(rows, "opportunities")
        self.assertEqual(len(self.leads()), 1)

    def test_kinds_do_not_exclude_each_other(self):
        rows = self.predict(self.customer, "a")
        for work in ("opportunities", "activities", "quotations"):
            self.assertEqual(self.act(rows, work)["params"]["type"], "success")
        self.assertEqual(
            sorted(rows.followup_ids.mapped("kind")), ["activity", "opportunity", "quotation"]
        )

    def test_a_quotation_takes_the_usual_quantity(self):
        for quantity in (4, 7, 7):
            order = self.create_order("a")
            order.order_line.product_uom_qty = quantity
            order.action_confirm()
        rows = self.predict(self.customer, "ab")
        self.act(rows, "quotations")
        order = self.orders().filtered(lambda order: order.state == "draft")
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [6, 1])
        self.assertEqual(order.order_line.product_id, self.apple + self.butter)
        self.assertEqual(order.user_id, self.salesman)

    def test_what_is_on_an_open_quotation_is_not_quoted_again(self):
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.customer.id})
        self.create_order("a", partner_id=contact.id, user_id=self.manager.id)
        self.act(self.predict(self.customer, "ab"), "quotations")
        made = self.orders().filtered(lambda order: order.partner_id == self.customer)
        self.assertEqual(made.order_line.product_id, self.butter)

    def test_an_unsaleable_product_makes_no_quotation(self):
        rows = self.predict(self.customer, "ab")
        self.butter.sale_ok = False
        with self.assertRaisesRegex(UserError, "Butter cannot be sold any more"):
            self.act(rows, "quotations")
        self.assertFalse(self.orders())

    def test_a_row_sent_twice_is_one(self):
        row = self.predict(self.customer, "a")
        twice = row.browse(row.ids * 2)
        self.act(twice, "opportunities")
        self.assertEqual(self.leads().expected_revenue, 10.0)
        self.act(twice, "quotations")
        self.assertEqual(len(self.orders().order_line), 1)
        candidates = self.env["sale.followup.candidate"].create(
            [
                {
                    "company_id": self.company.id,
                    "partner_id": self.second.id,
                    "product_id": self.butter.id,
                    "origin_product_id": origin.id,
                }
                for origin in (self.apple, self.cheese)
            ]
        )
        self.act(candidates, "quotations", self.env.user)
        self.assertEqual(self.orders()[0].order_line.product_id, self.butter)
        self.assertEqual(len(self.orders()[0].order_line), 1)

    def test_expected_revenue_is_in_the_currency_of_the_company(self):
        currency = self.env["res.currency"].create(
            {
                "name": "FLW",
                "symbol": "F",
                "rate_ids": [Command.create({"rate": 3, "company_id": self.company.id})],
            }
        )
        self.company.currency_id = currency
        # Prices of shared products are in the currency of the main company.
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.env.ref("base.main_company").currency_id.id,
                "company_id": self.company.id,
                "rate": 1,
            }
        )
        self.act(self.predict(self.customer, "a"), "opportunities")
        self.assertEqual(self.leads().expected_revenue, 30.0)

    def test_an_activity_waits_until_it_is_due(self):
        rows = self.predict(self.customer, "ab", due_date="2099-05-04")
        self.act(rows, "activities")
        self.assertEqual(str(self.activities().date_deadline), "2099-05-04")
        self.assertEqual(self.activities().summary, "Propose Apple, Butter")
        self.assertEqual(self.activities().user_id, self.salesman)

    def test_the_customers_salesperson_follows_up(self):
        self.customer.user_id = self.salesman
        self.act(self.predict(self.customer, "a"), "opportunities", self.manager)
        self.assertEqual(self.leads().user_id, self.salesman)

    def test_white_space(self):
        rows = self.space(self.customer, self.category, 400.0)
        self.confirm_orders(["a", "b", "b"], partner_id=self.second.id)
        self.assertEqual(self.act(rows, "opportunities")["params"]["type"], "success")
        self.assertEqual(self.leads().expected_revenue, 400.0)
        self.assertEqual(self.leads().name, "Cross-selling: Dairy")
        self.act(rows, "quotations")
        order = self.orders().filtered(lambda order: order.partner_id == self.customer)
        self.assertEqual(order.order_line.product_id, self.butter)
        self.act(rows, "activities")
        self.act(rows, "activities")
        self.assertEqual(len(self.activities()), 1)

    def test_white_space_of_nothing_to_sell(self):
        rows = self.space(self.customer, self.category, 400.0)
        with self.assertRaisesRegex(UserError, "Dairy cannot be sold any more"):
            self.act(rows, "quotations")

    def test_rows_in_work_are_found(self):
        rows = self.predict(self.customer, "ab")
        self.act(rows[0], "opportunities")
        search = self.env["sale.customer.prediction"].with_user(self.salesman).search
        self.assertEqual(search([("followup_ids", "=", False)]), rows[1])
        self.assertEqual(search([("followup_ids", "!=", False)]), rows[0])
        followup_id = rows[0].followup_ids.id
        for domain, expected in (
            ([("followup_ids", "in", [followup_id])], rows[0]),
            ([("followup_ids", "in", [followup_id + 1])], rows.browse()),
            ([("followup_ids", "not in", [followup_id])], rows[1]),
            ([("followup_ids", "in", [followup_id, False])], rows),
        ):
            self.assertEqual(search(domain), expected)
            self.assertEqual(rows.with_user(self.salesman).filtered_domain(domain), expected)
        followups = self.env["sale.customer.followup"].with_user(self.salesman)
        self.assertEqual(followups.search([("is_open", "=", True)]), rows[0].followup_ids)
        self.leads().action_set_lost()
        self.assertFalse(followups.search([("is_open", "=", True)]))
        self.assertEqual(len(followups.search([("is_open", "=", False)])), 1)

    def test_too_many_rows(self):
        rows = self.predict(self.customer, "ab")
        self.patch(type(rows), "_max_followup_rows", 1)
        with self.assertRaisesRegex(UserError, "at most 1 rows"):
            self.act(rows, "opportunities")

    def count_queries(self, work, customers, letters):
        partners = self.env["res.partner"].create(
            [{"name": f"{work} {number}"} for number in range(customers)]
        )
        rows = self.env["sale.customer.prediction"].union(
            *(self.predict(partner, letters) for partner in partners)
        )
        rows = rows.with_user(self.salesman).with_context(allowed_company_ids=self.company.ids)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        getattr(rows, f"action_make_{work}")()
        rows.mapped("followup_ids.kind")
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_rows(self):
        """Opportunities by product: for each customer Odoo's own creation has its messages."""
        for work, few, many in (
            ("activities", (2, "ab"), (20, "ab")),
            ("opportunities", (2, "a"), (2, "abcde")),
        ):
            with self.subTest(work):
                self.count_queries(work, *few)  # warm
                self.assertLessEqual(
                    self.count_queries(work, *many), self.count_queries(work, *few) + 2
                )

    def test_database_refuses_a_double(self):
        self.act(self.predict(self.customer, "a"), "opportunities")
        followup = self.env["sale.customer.followup"].search([("company_id", "=", self.company.id)])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            followup.copy()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestFollowupCandidates(FollowupCommon):
    """From products bought together or moved to, to the customers who lack the other one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.affinities = cls.write_affinities(
            (cls.apple, cls.butter, 5, 6, 5, 1.67, 0.8),
            (cls.cheese, cls.butter, 5, 6, 5, 1.67, 0.8),
        )
        contact = cls.env["res.partner"].create({"name": "Buyer", "parent_id": cls.customer.id})
        cls.confirm_orders(["a", "a", "c"], partner_id=contact.id)
        cls.confirm_orders(["a"], partner_id=cls.second.id)
        cls.create_order("b", partner_id=cls.second.id)  # a quotation: not bought

    def find(self, records=None, user=None):
        records = (records or self.affinities).with_user(user or self.salesman)
        action = records.with_context(allowed_company_ids=self.company.ids).action_find_customers()
        return (
            self.env["sale.followup.candidate"]
            .with_user(user or self.salesman)
            .search(action["domain"])
        )

    def test_customers_without_the_other(self):
        found = self.find()
        self.assertEqual(
            [(row.partner_id, row.product_id, row.order_count) for row in found],
            [(self.customer, self.butter, 2), (self.second, self.butter, 1)],
        )
        self.assertEqual(found[0].reason, "Bought Apple (orders: 2), but never this")

    def test_who_bought_it_is_left_out(self):
        self.confirm_orders(["b"], partner_id=self.customer.id)
        self.assertEqual(self.find().partner_id, self.second)
        self.confirm_orders(["b"], partner_id=self.second.id)
        with self.assertRaisesRegex(UserError, "have bought the others too"):
            self.find()

    def test_of_no_pair(self):
        with self.assertRaisesRegex(UserError, "have bought the others too"):
            self.affinities.browse().action_find_customers()

    def test_guests_and_archived_customers_are_left_out(self):
        self.customer.is_guest = True
        self.second.active = False
        with self.assertRaisesRegex(UserError, "have bought the others too"):
            self.find()

    def test_they_become_work_once_like_other_rows(self):
        self.act(self.predict(self.customer, "b"), "opportunities")
        self.act(self.find(), "opportunities")
        self.assertEqual(self.leads().partner_id, self.customer + self.second)
        self.assertEqual(len(self.leads()), 2)

    def test_from_an_up_sell(self):
        upsell = self.env["product.upsell"].create(
            {
                "company_id": self.company.id,
                "product_id": self.apple.id,
                "other_product_id": self.dates.id,
                "customers": 3,
                "customers_product": 4,
            }
        )
        self.assertEqual(self.find(upsell).product_id, self.dates)

    def test_variants_are_one_product_by_template(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "create_variant": "always",
                "value_ids": [Command.create({"name": name}) for name in ("S", "L")],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Tea",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        affinity = self.write_affinities((self.apple, small, 5, 6, 5, 1.67, 0.8))
        order = self.create_order(large, partner_id=self.customer.id)
        order.action_confirm()
        self.assertEqual(self.find(affinity).partner_id, self.customer + self.second)
        self.set_parameters(level="template")
        self.assertEqual(self.find(affinity).partner_id, self.second)

    def test_customers_of_colleagues_are_left_out(self):
        self.second.user_id = self.manager
        self.assertEqual(self.find().partner_id, self.customer)
        self.assertEqual(self.find(user=self.manager).partner_id, self.customer + self.second)

    def test_own_lists_and_companies_only(self):
        found = self.find()
        with self.assertRaises(AccessError):
            found.with_user(self.manager).read(["partner_id"])
        stranger = self.new_user(
            "basket_stranger", "sales_team.group_sale_manager", self.other_company
        )
        with self.assertRaises(AccessError):
            self.find(user=stranger)


@tagged("post_install", "-at_install")
class TestFollowupAccess(FollowupCommon):
    def test_a_colleague_makes_no_second_one(self):
        """Not even when he may not see the first."""
        colleague = self.new_user("basket_colleague", "sales_team.group_sale_salesman")
        rows = self.predict(self.customer, "a")
        self.act(rows, "opportunities", self.manager)
        self.assertEqual(self.act(rows, "opportunities", colleague)["params"]["type"], "info")
        seen = rows.with_user(colleague)
        seen.invalidate_recordset()
        self.assertEqual(seen.followup_ids.mapped("display_name"), ["Opportunity"])
        self.assertEqual(len(self.leads()), 1)

    def test_customers_of_colleagues_are_not_shown(self):
        rows = self.predict(self.customer, "a")
        self.act(rows, "opportunities")
        self.customer.user_id = self.manager
        followups = self.env["sale.customer.followup"]
        self.assertFalse(followups.with_user(self.salesman).search([]))
        self.assertTrue(followups.with_user(self.manager).search([]))
        with self.assertRaises(AccessError):
            self.act(rows, "activities")

    def test_others_make_nothing(self):
        rows = self.predict(self.customer, "a")
        stranger = self.new_user(
            "basket_stranger", "sales_team.group_sale_manager", self.other_company
        )
        portal = new_test_user(self.env, login="basket_portal", groups="base.group_portal")
        employee = self.new_user("basket_employee", "base.group_user")
        for user in (stranger, portal, employee, self.env.ref("base.public_user")):
            for work in ("opportunities", "activities", "quotations"):
                with self.subTest(user=user.login, work=work), self.assertRaises(AccessError):
                    self.act(rows, work, user)
        self.assertFalse(self.leads() + self.leads())

    def test_nobody_writes_follow_ups(self):
        followups = self.env["sale.customer.followup"]
        for user in (self.salesman, self.manager):
            self.assertTrue(followups.with_user(user).has_access("read"))
            for operation in ("write", "create", "unlink"):
                self.assertFalse(followups.with_user(user).has_access(operation))

    def test_customer_buttons(self):
        self.predict(self.customer, "ab")
        self.space(self.customer, self.category, 400.0)
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.customer.id})
        for partner in (self.customer, contact):
            mine = partner.with_user(self.salesman)
            self.assertEqual((mine.prediction_count, mine.white_space_count), (2, 1))
            action = mine.action_view_predictions()
            self.assertEqual(self.env["sale.customer.prediction"].search_count(action["domain"]), 2)
            action = mine.action_view_white_spaces()
            self.assertEqual(self.env["sale.white.space"].search_count(action["domain"]), 1)

    def test_product_buttons(self):
        self.write_affinities((self.apple, self.butter, 5, 6, 5, 1.67, 0.8))
        apple = self.apple.with_user(self.salesman)
        for product in (apple, apple.product_tmpl_id):
            self.assertEqual((product.affinity_count, product.upsell_count), (1, 0))
            action = product.action_view_upsells()
            self.assertEqual(self.env["product.upsell"].search_count(action["domain"]), 0)

    def test_customer_form_of_others(self):
        """The buttons are for salespeople; other users open customers too."""
        employee = self.new_user("basket_clerk", "base.group_user,base.group_partner_manager")
        form = Form(self.customer.with_user(employee))
        form.name = "Renamed"
        form.save()
        self.assertNotIn("prediction_count", form._view["fields"])
