from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import BaseCommon


@tagged("post_install", "-at_install")
class TestSegment(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Segment = cls.env["crm.segment"]
        cls.marker = cls.env["res.partner.category"].create({"name": "In this test"})
        cls.ada, cls.bob, cls.eve, cls.firm = cls.env["res.partner"].create(
            [
                {"name": name, "is_company": name == "Firm", "category_id": cls.marker.ids}
                for name in ("Ada", "Bob", "Eve", "Firm")
            ]
        )
        cls.buyer = cls.env["res.partner"].create(
            {"name": "Buyer of Firm", "parent_id": cls.firm.id, "category_id": cls.marker.ids}
        )
        cls.drinks = cls.env["product.category"].create({"name": "Drinks"})
        cls.tea, cls.cup = cls.env["product.product"].create(
            [
                {"name": "Tea", "list_price": 100, "categ_id": cls.drinks.id},
                {"name": "Cup", "list_price": 10},
            ]
        )
        cls.tea.taxes_id = cls.cup.taxes_id = False
        cls.now = fields.Datetime.now()

    @classmethod
    def _sell(cls, partner, product, quantity=1, days_ago=1, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": quantity}),
                ],
            }
            | values
        )
        order.action_confirm()
        order.date_order = cls.now - timedelta(days=days_ago)
        return order

    @classmethod
    def _create_segment(cls, **values):
        return cls.Segment.create({"name": "Test", "category_ids": cls.marker.ids} | values)

    def _get_members(self, **values):
        return self._create_segment(**values).member_ids.partner_id

    def test_conditions_on_the_customer(self):
        industry = self.env["res.partner.industry"].create({"name": "Bakeries"})
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.write({"industry_id": industry.id, "city": "Osh"})
        self.bob.write({"lang": "fr_FR", "city": "Osh"})
        french = self.env["res.lang"]._get_data(code="fr_FR").id
        self.assertEqual(self._get_members(industry_ids=industry.ids), self.ada)
        self.assertEqual(self._get_members(lang_ids=[french]), self.bob)
        self.assertEqual(self._get_members(domain='[("city", "=", "Osh")]'), self.ada + self.bob)
        self.assertEqual(
            self._get_members(), self.ada + self.bob + self.eve + self.firm + self.buyer
        )

    def test_guests_archived_contacts_and_addresses_are_left_out(self):
        self.ada.is_guest = True
        self.bob.active = False
        self.buyer.type = "delivery"
        self.assertEqual(self._get_members(), self.eve + self.firm)
        everybody = '[("active", "in", [True, False])]'
        self.assertEqual(self._get_members(domain=everybody), self.eve + self.firm)

    def test_bought_product_or_category_n_times_in_m_months(self):
        for days in (5, 50):
            self._sell(self.ada, self.tea, days_ago=days)
        self._sell(self.bob, self.tea)
        self._sell(self.bob, self.tea, days_ago=500)
        self._sell(self.eve, self.cup)
        tea = {"sales_condition": "bought", "product_tmpl_ids": self.tea.product_tmpl_id.ids}
        self.assertEqual(self._get_members(**tea), self.ada + self.bob)
        self.assertEqual(self._get_members(**tea, order_count_min=2), self.ada)
        self.assertEqual(
            self._get_members(**tea, order_count_min=2, sales_months=0), self.ada + self.bob
        )
        parent = self.env["product.category"].create({"name": "All"})
        self.drinks.parent_id = parent
        self.assertEqual(
            self._get_members(sales_condition="bought", product_categ_ids=parent.ids),
            self.ada + self.bob,
        )
        self.assertEqual(
            self._get_members(sales_condition="not_bought", product_categ_ids=parent.ids),
            self.eve + self.firm + self.buyer,
        )

    def test_quotations_and_cancelled_orders_do_not_count(self):
        self._sell(self.ada, self.tea)._action_cancel()
        self.env["sale.order"].create(
            {"partner_id": self.bob.id, "order_line": [(0, 0, {"product_id": self.tea.id})]}
        )
        self.assertFalse(self._get_members(sales_condition="bought"))

    def test_orders_of_a_person_count_for_the_company(self):
        self._sell(self.buyer, self.tea)
        self.assertEqual(self._get_members(sales_condition="bought"), self.firm + self.buyer)

    def test_spent_without_taxes_at_the_rate_of_the_day(self):
        currency = self.env["res.currency"].create(
            {"name": "XTS", "symbol": "x", "rate_ids": [(0, 0, {"name": "2020-01-01", "rate": 2})]}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        self._sell(self.ada, self.tea, quantity=3)
        order = self._sell(self.bob, self.tea, quantity=3, pricelist_id=pricelist.id)
        order.order_line.price_unit = 100  # worth 50 each
        for amount, members in (
            (150, self.ada + self.bob),
            (151, self.ada),
            (300, self.ada),
            (301, self.env["res.partner"]),
        ):
            with self.subTest(amount):
                self.assertEqual(
                    self._get_members(sales_condition="bought", spent_min=amount), members
                )

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self._sell(self.ada, self.tea)
        self.bob.company_id = company
        self.assertFalse(self._get_members(sales_condition="bought", company_id=company.id))
        self.assertNotIn(self.ada.browse(self.bob.id), self._get_members())
        self.assertIn(self.bob, self._get_members(company_id=False))

    def test_preview_before_saving(self):
        preview = self.Segment.new({"name": "Test", "category_ids": self.marker.ids})
        self.assertEqual(preview.matching_count, 5)
        preview.sales_condition = "bought"
        self.assertEqual(preview.matching_count, 0)
        self.assertFalse(self.env["crm.segment.member"].search([("segment_id.name", "=", "Test")]))

    def test_refresh_keeps_since_when(self):
        segment = self._create_segment(sales_condition="bought")
        self.assertFalse(segment.member_ids)
        self._sell(self.ada, self.tea)
        segment.action_refresh()
        self.assertEqual(segment.member_ids.since, self.env.company._get_today())
        self.env.cr.execute("UPDATE crm_segment_member SET since = '2020-01-01'")
        self.env.invalidate_all()
        self._sell(self.bob, self.tea)
        segment.action_refresh()
        since = {member.partner_id: member.since.year for member in segment.member_ids}
        self.assertEqual(since, {self.ada: 2020, self.bob: self.env.company._get_today().year})
        self.ada.active = False
        segment.action_refresh()
        self.assertEqual(segment.member_ids.partner_id, self.bob)

    def test_nightly(self):
        segment = self._create_segment(sales_condition="bought")
        broken = self._create_segment()
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_segment SET domain = '[(1' WHERE id = %s", [broken.id])
        self.env.invalidate_all()
        self._sell(self.ada, self.tea)
        cron = self.env.ref("crm_extended.ir_cron_crm_segment_refresh")
        with (
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.crm_extended.tools.batches"),
        ):
            cron.method_direct_trigger()
        self.assertEqual(cron.failure_count, 0)
        self.assertEqual(segment.member_ids.partner_id, self.ada)
        self.assertEqual(len(broken.member_ids), 5, "the old members stay")

    def test_hand_picked(self):
        segment = self._create_segment(kind="manual")
        self.assertFalse(segment.member_ids)
        segment.member_ids = [(0, 0, {"partner_id": self.ada.id})]
        self.assertEqual(segment.matching_count, 1)
        with self.assertRaisesRegex(UserError, "hand-picked"):
            segment.action_refresh()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            segment.member_ids = [(0, 0, {"partner_id": self.ada.id})]
            self.env.flush_all()

    def test_members_by_rule_are_not_picked(self):
        segment = self._create_segment(sales_condition="bought")
        with self.assertRaisesRegex(UserError, "The rule of Test decides"):
            segment.member_ids = [(0, 0, {"partner_id": self.ada.id})]

    def test_rule_that_cannot_be_read(self):
        for domain in ("[(", '[("no_such_field", "=", 1)]', '"text"'):
            with self.subTest(domain), self.assertRaisesRegex(ValidationError, "cannot be read"):
                self._create_segment(domain=domain)

    def test_filter_everywhere(self):
        self._sell(self.buyer, self.tea)
        order = self._sell(self.ada, self.cup)
        lead = self.env["crm.lead"].create({"name": "Lead", "partner_id": self.buyer.id})
        segment = self._create_segment(
            name="Tea drinkers",
            sales_condition="bought",
            product_tmpl_ids=self.tea.product_tmpl_id.ids,
        )
        mine = [("category_id", "in", self.marker.ids)]
        Partner = self.env["res.partner"]
        members = self.firm + self.buyer
        for condition in (
            ("segment_ids", "in", segment.ids),
            ("segment_ids", "=", segment.id),
            ("segment_ids", "ilike", "tea dr"),
            ("segment_ids.name", "=", "Tea drinkers"),
            ("segment_ids", "!=", False),
        ):
            with self.subTest(condition):
                self.assertEqual(Partner.search([condition, *mine]), members)
        others = self.ada + self.bob + self.eve
        self.assertEqual(Partner.search([("segment_ids", "not in", segment.ids), *mine]), others)
        self.assertEqual(Partner.search([("segment_ids", "=", False), *mine]), others)
        self.assertEqual(Partner.search(segment._get_partner_domain()), members)
        self.assertEqual(self.buyer.segment_ids, segment)
        self.assertEqual(lead.segment_ids, segment)
        self.assertEqual(self.env["crm.lead"].search([("segment_ids", "in", segment.ids)]), lead)
        orders = self.env["sale.order"].search([("segment_ids", "ilike", "tea dr")])
        self.assertEqual(orders.partner_id, self.buyer)
        self.assertNotIn(order, orders)
        without = self.env["sale.order"].search([("segment_ids", "=", False)])
        self.assertIn(order, without)
        self.assertNotIn(orders, without)

    def test_as_many_queries_for_many_customers(self):
        def count(segment):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            segment._refresh()
            return self.env.cr.sql_log_count - before

        segment = self._create_segment(sales_condition="bought", spent_min=1)
        self._sell(self.ada, self.tea)
        few = count(segment)
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}", "category_id": self.marker.ids} for n in range(40)]
        )
        for partner in partners:
            self._sell(partner, self.tea)
        self.assertLessEqual(count(segment), few + 2)
        self.assertEqual(len(segment.member_ids), 41)

    def test_rights(self):
        segment = self._create_segment()
        salesperson = new_test_user(self.env, "segseller", "sales_team.group_sale_salesman")
        manager = new_test_user(self.env, "segmanager", "sales_team.group_sale_manager")
        portal = new_test_user(self.env, "segportal", "base.group_portal")
        own = segment.with_user(salesperson)
        self.assertEqual(own.member_count, 5)
        own.action_refresh()
        self.assertEqual(self.ada.with_user(salesperson).segment_ids, segment)
        with self.assertRaises(AccessError):
            own.name = "Mine"
        with self.assertRaises(AccessError):
            own.member_ids.unlink()
        segment.with_user(manager).name = "Managed"
        for model in ("crm.segment", "crm.segment.member"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])
        other = self.env["res.company"].create({"name": "Other"})
        segment.company_id = other
        self.assertFalse(self.Segment.with_user(manager).search([("id", "=", segment.id)]))
        self.assertFalse(
            self.env["crm.segment.member"]
            .with_user(manager)
            .search([("segment_id", "=", segment.id)])
        )

    def test_customer_is_deleted_or_merged(self):
        segment = self._create_segment()
        self.eve.unlink()
        self.assertEqual(len(segment.member_ids), 4)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.ada + self.bob).ids, self.ada)
        self.env.invalidate_all()
        self.assertEqual(segment.member_ids.partner_id, self.ada + self.firm + self.buyer)

    def test_months_are_counted_from_now(self):
        order = self._sell(self.ada, self.tea)
        order.date_order = self.now - relativedelta(months=3) + timedelta(hours=1)
        self.assertEqual(self._get_members(sales_condition="bought", sales_months=3), self.ada)
        order.date_order = self.now - relativedelta(months=3) - timedelta(hours=1)
        self.assertFalse(self._get_members(sales_condition="bought", sales_months=3))
