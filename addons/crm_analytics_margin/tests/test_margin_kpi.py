from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_analytics.tests.users_common import UsersCommon


@tagged("post_install", "-at_install")
class TestMarginKpi(UsersCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Margin Company"})
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        cls.anna, cls.bert = (
            cls.new_user(f"margin_{name}", "sales_team.group_sale_salesman")
            for name in ("anna", "bert")
        )
        cls.manager = cls.new_user("margin_manager", "sales_team.group_sale_manager")
        cls.product = cls.env["product.product"].create(
            {"name": "Margin Product", "list_price": 100.0, "standard_price": 60.0}
        )
        order = cls.create_order(cls.anna, 2)
        cls.env["sale.order.credit"].create(
            [
                {"order_id": order.id, "user_id": user.id, "share": share}
                for user, share in ((cls.anna, 75), (cls.bert, 25))
            ]
        )
        (order + cls.create_order(cls.bert, 1)).action_confirm()
        cls.env.flush_all()
        today = fields.Date.context_today(cls.env.user)
        cls.window = (today - timedelta(days=2), today + timedelta(days=2))
        cls.margin = cls.env.ref("crm_analytics_margin.kpi_margin")
        cls.rate = cls.env.ref("crm_analytics_margin.kpi_margin_rate")

    @classmethod
    def create_order(cls, user, quantity):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Margin Customer"}).id,
                "user_id": user.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": 100,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )

    def test_margin_by_person_adds_up_to_all(self):
        margin = self.margin.with_user(self.manager)
        parts = margin._read_parts(*self.window, ["user_id"])
        self.assertEqual(
            {key[0]: total for key, (total, _count) in parts.items()},
            {self.anna.id: 60, self.bert.id: 20 + 40},
        )
        self.assertEqual(margin._read_value(*self.window), 120)
        self.assertAlmostEqual(self.rate.with_user(self.manager)._read_value(*self.window), 0.4)

    def test_tile_is_list(self):
        margin = self.margin.with_user(self.manager)
        for keys in ({}, {"user_id": self.bert.id}):
            action = margin._get_action(*self.window, keys=keys)
            rows = self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
            expected = 60 if keys else 120
            self.assertEqual(sum(rows.mapped("margin")), expected)

    def test_salespersons_see_no_margin(self):
        with self.assertRaises(AccessError):
            self.margin.with_user(self.anna)._read_value(*self.window)
        fields_get = self.env["crm.sales.actual"].with_user(self.anna).fields_get()
        self.assertNotIn("margin", fields_get)

    def test_stored_margins_are_for_managers(self):
        kpis = self.margin + self.rate
        kpis._compute_values(companies=self.company)
        values = self.env["crm.kpi.value"].search([("kpi_id", "in", kpis.ids)])
        own = values.filtered(lambda value: value.user_id == self.anna)
        self.assertTrue(own.filtered("value"))
        seen = values.with_user(self.anna).search([("id", "in", values.ids)])
        self.assertFalse(seen)
        with self.assertRaises(AccessError):
            own[:1].with_user(self.anna).read(["value"])
        self.assertLessEqual(own, values.with_user(self.manager).search([]))
