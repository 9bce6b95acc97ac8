import base64
import itertools
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

NONSENSE = (
    None,
    False,
    0,
    -1,
    2**40,
    1.5,
    "",
    "x",
    "2026-13-45",
    "'; DROP TABLE crm_kpi; --",
    "\x00",
    "\ud83d",
    [],
    [None],
    [[1]],
    {},
    {"x": 1},
    {"id": 1, "type": "tile", "kpi": None},
    [{"type": "tile"}],
    [{"type": "no such", "kpi": "revenue"}],
    [{"type": "tile", "kpi": "revenue", "width": "wide", "height": -3}],
    [{"type": "bar", "kpi": ["revenue", 5], "groupby": {"month": 1}}],
)
FILTERS = (
    "period",
    "company_id",
    "team_id",
    "user_id",
    "country_id",
    "state_id",
    "category_id",
    "segment_id",
    "no_such_filter",
)


@tagged("post_install", "-at_install")
class TestKpiBadInput(TransactionCase):
    """Whatever a browser or a workbook sends: a sentence, or an answer that makes sense."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = new_test_user(
            cls.env, "bad_input", "sales_team.group_sale_manager,base.group_partner_manager"
        )
        cls.env = cls.env(user=manager)
        cls.dashboard = cls.env["crm.dashboard"].search([], limit=1)
        cls.plan = cls.env["crm.sales.plan"].create(
            {"name": "Nonsense", "date_from": "2026-01-01", "date_to": "2026-12-31"}
        )

    def call(self, method, *args):
        """Call a method; an error has to be one that Odoo shows as a sentence."""
        try:
            with self.env.cr.savepoint():
                answer = method(*args)
                self.env.flush_all()
        except (UserError, AccessError) as error:
            self.assertTrue(str(error.args[0]).strip(), args)
            self.assertNotIn("Traceback", str(error))
            return None
        finally:
            self.env.invalidate_all()
        return answer

    def test_opening_a_dashboard_with_nonsense(self):
        for value in NONSENSE:
            for dashboard, filters in ((value, None), (self.dashboard.code, value)):
                with self.subTest(dashboard=dashboard, filters=filters):
                    data = self.call(self.env["crm.dashboard"].get_data, dashboard, filters)
                    self.assertTrue(data["items"])
                    json.dumps(data)

    def test_each_filter_with_nonsense(self):
        for name, value in itertools.product(FILTERS, NONSENSE):
            with self.subTest(name=name, value=value):
                data = self.call(
                    self.env["crm.dashboard"].get_data, self.dashboard.code, {name: value}
                )
                self.assertFalse([item for item in data["items"] if item["error"]])

    def test_layouts_of_nonsense(self):
        for value in NONSENSE:
            with self.subTest(value=value):
                self.call(self.dashboard.save_layout, value)
                data = self.env["crm.dashboard"].get_data(self.dashboard.code)
                json.dumps(data)

    def test_grids_of_nonsense(self):
        for value in NONSENSE:
            with self.subTest(value=value):
                self.call(self.plan.get_grid, value)
                self.call(self.plan.prefill_grid, value)
                self.call(self.plan.save_grid, value, [])
                self.call(self.plan.save_grid, ["user_id"], value)

    def test_definitions_of_nonsense(self):
        good = {
            "name": "Nonsense",
            "model_name": "sale.order",
            "date_field": "date_order",
            "company_field": "company_id",
        }
        bad = (
            "no_such_field",
            "partner_id.no_such",
            "partner_id.",
            ".",
            "order_line.price_subtotal",
            "id; DROP TABLE",
            "__class__",
            "[('x')]",
            "[(",
            "[('state', '=', 'sale'), ('no_such', '=', 1)]",
            "env",
            "[('id', 'in', 5 / 0)]",
        )
        names = ("domain", "part_domain", "date_field", "measure_field", "user_field")
        for name, value in itertools.product(names, bad):
            with self.subTest(name=name, value=value):
                values = {**good, "measure": "sum", "measure_field": "amount_untaxed", name: value}
                if name == "part_domain":
                    values["measure"] = "share"
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    self.env["crm.kpi"].create(values)

    def test_workbooks_of_nonsense(self):
        files = (b"", b"x", b"PK\x03\x04 not a workbook", b"a;b\n1;2\n", bytes(range(256)))
        for content in files:
            for model, values in (
                ("crm.kpi.target.import", {}),
                ("crm.sales.plan.import", {"plan_id": self.plan.id}),
            ):
                with self.subTest(model=model, content=content[:9]):
                    wizard = self.env[model].create(
                        {**values, "file": base64.b64encode(content), "file_name": "x.xlsx"}
                    )
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        wizard.action_import()

    def test_nothing_to_divide_by(self):
        """No record, no target: a dash and no progress, never an error."""
        kpis = self.env["crm.kpi"].search([])
        for kpi in kpis:
            with self.subTest(kpi=kpi.code):
                self.assertIn(kpi._combine(0, 0), (None, 0))
        data = self.env["crm.dashboard"].get_data("company", {"period": "1999"})
        for item in data["items"]:
            self.assertFalse(item["error"], item)
            if item["type"] == "tile":
                self.assertIsNone(item["target"])
                self.assertIsNone(item["progress"])
