from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

ORDERS = {
    "name": "Large Orders",
    "model_name": "sale.order",
    "domain": "[('amount_total', '>', 1000)]",
    "date_field": "date_order",
    "user_field": "user_id",
    "company_field": "company_id",
    "partner_field": "partner_id",
}
# (values that make the definition wrong, words of the reason)
REFUSED = [
    ({"model_name": False}, "choose the records"),
    ({"model_name": "sale.followup.mixin"}, "choose the records"),
    ({"date_field": False}, "choose the date"),
    ({"model_name": "mail.message", "date_field": "date"}, "only an administrator"),
    ({"date_field": "date_of_order"}, "there is no field “date_of_order” in “Sales Order”"),
    ({"date_field": "amount_total"}, "has to be of the type date / datetime"),
    ({"date_field": "order_line.create_date"}, "not a link to one record"),
    ({"date_field": "partner_id.nothing"}, "there is no field “nothing” in “Contact”"),
    ({"date_field": "name.nothing"}, "not a link to one record"),
    ({"date_field": ""}, "choose the date"),
    ({"date_field": "."}, "there is no field “”"),
    ({"user_field": "partner_id"}, "has to be of the type User"),
    ({"team_field": "user_id"}, "has to be of the type Sales Team"),
    ({"company_field": "currency_id"}, "has to be of the type Companies"),
    ({"partner_field": "partner_id.country_id"}, "has to be of the type Contact"),
    ({"product_field": "partner_id"}, "has to be of the type Product"),
    ({"date_kind": "end", "date_field": False, "close_field": "date_order"}, "from which on"),
    ({"domain": "[('nothing', '=', 1)]"}, "nothing"),
    ({"domain": "[('partner_id.nothing', '=', 1)]"}, "nothing"),
    ({"domain": "[('state', 'resembles', 1)]"}, "resembles"),
    ({"domain": "[('date_order', '>', 'one day')]"}, "one day"),
    ({"domain": "[('user_id', '=', uid)]"}, "cannot be used"),
    ({"domain": "[('user_id', '='"}, "is not a list of conditions"),
    ({"domain": "{}"}, "cannot be used"),
    ({"domain": "['|', ('state', '=', 'sale')]"}, "cannot be used"),
    ({"domain": "__import__('os')"}, "cannot be used"),
    ({"domain": "[('activity_exception_icon', '=', 'x')]"}, "activity_exception_icon"),
    ({"measure": "sum"}, "choose the measured field"),
    ({"measure": "sum", "measure_field": "name"}, "has to be of the type"),
    ({"measure": "sum", "measure_field": "amount_invoiced.x"}, "not a link to one record"),
    ({"measure": "average", "measure_field": "partner_id"}, "has to be of the type"),
    ({"measure": "median", "measure_field": "access_url"}, "computed when it is shown"),
    ({"measure": "average", "measure_field": "date_order"}, "Measured From"),
    (
        {"measure": "average", "measure_field": "amount_total", "since_field": "create_date"},
        "is for dates",
    ),
    ({"measure": "distinct", "measure_field": "order_line"}, "not stored"),
    ({"measure": "share"}, "make up the share"),
    ({"measure": "share", "part_domain": "[('nothing', '=', 1)]"}, "Part Filter"),
    ({"measure": "ratio"}, "choose the two KPIs"),
]


@tagged("post_install", "-at_install")
class TestKpiDefinition(TransactionCase):
    """What a manager may define, and what is refused with its reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "kpi_maker", "sales_team.group_sale_manager")
        cls.salesman = new_test_user(cls.env, "kpi_reader", "sales_team.group_sale_salesman")
        cls.Kpi = cls.env["crm.kpi"].with_user(cls.manager)

    def test_wrong_definitions_are_refused_with_the_reason(self):
        for values, reason in REFUSED:
            with self.subTest(values=values):
                with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
                    self.Kpi.create({**ORDERS, **values})
                message = str(caught.exception)
                self.assertIn(reason, message)
                self.assertNotIn("\n", message)
                self.assertIn(ORDERS["name"], message)

    def test_a_change_for_the_worse_is_refused(self):
        kpi = self.Kpi.create(ORDERS)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            kpi.date_field = "name"
        self.env.invalidate_all()
        self.assertEqual(kpi.date_field, "date_order")

    def test_what_the_manager_may_not_read_is_refused(self):
        for values in (
            {"model_name": "ir.config_parameter"},
            {
                "model_name": "res.partner",
                "measure": "distinct",
                "measure_field": "signup_type",
            },
            {
                "model_name": "res.partner",
                "domain": "[('signup_type', '=', 'reset')]",
            },
        ):
            with self.subTest(values=values):
                with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
                    self.Kpi.create({"name": "Secret", "date_field": "create_date", **values})
                self.assertRegex(str(caught.exception), "you may not read|access")

    def test_parts_of_a_ratio(self):
        orders = self.Kpi.create(ORDERS)
        average = self.Kpi.create(
            {**ORDERS, "name": "Mean", "measure": "average", "measure_field": "amount_total"}
        )
        ratio = self.Kpi.create(
            {
                "name": "Ratio",
                "measure": "ratio",
                "numerator_id": orders.id,
                "denominator_id": orders.id,
            }
        )
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            ratio.denominator_id = average
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            ratio.denominator_id = ratio
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            orders.write({"measure": "median", "measure_field": "amount_total"})
        with self.assertRaisesRegex(UserError, "Ratio"), self.env.cr.savepoint():
            orders.unlink()
        (orders + ratio).unlink()
        self.assertFalse((orders + ratio).exists())

    def test_technical_name(self):
        first, second = (self.Kpi.create(ORDERS) for _number in range(2))
        self.assertEqual((first.code, second.code), ("large_orders", "large_orders_2"))
        first.name = "Big Orders"
        self.assertEqual(first.code, "large_orders", "links refer to it")
        self.assertEqual(first.copy().code, "big_orders_copy")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            second.code = first.code
            second.flush_recordset()

    def test_weight_floor_and_cap(self):
        kpi = self.Kpi.create(ORDERS)
        for values in ({"floor": 1.0}, {"cap": -1.0}, {"weight": -1.0}):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                kpi.write(values)
                kpi.flush_recordset()

    def test_form_of_a_manager_shows_the_figure_and_what_is_wrong(self):
        with Form(self.Kpi) as form:
            form.name = "Quotations of Mine"
            form.model_name = "crm.stage"
            self.assertEqual(form.date_field, "create_date")
            self.assertFalse(form.user_field)
            form.model_name = "sale.order"
            proposed = (form.date_field, form.user_field, form.partner_field, form.product_field)
            self.assertEqual(proposed, ("date_order", "user_id", "partner_id", False))
            form.date_field = False
            self.assertFalse(form.preview_problem, "there is more to come")
            form.date_field = "create_date"
            form.domain = "[('id', '=', 0)]"
            self.assertEqual(form.preview, "0")
            form.domain = "[('nothing', '=', 0)]"
            self.assertIn("nothing", form.preview_problem)
            form.domain = "[]"
            self.assertFalse(form.preview_problem)
        kpi = form.record
        self.assertEqual(kpi.code, "quotations_of_mine")
        self.assertEqual(kpi.action_open_records()["res_model"], "sale.order")

    def test_salespersons_read_only(self):
        kpi = self.Kpi.create(ORDERS).with_user(self.salesman)
        self.assertEqual(kpi.name, "Large Orders")
        with self.assertRaises(AccessError):
            kpi.name = "Mine"
        with self.assertRaises(AccessError):
            kpi.copy()
        with self.assertRaises(AccessError):
            kpi.unlink()

    def test_customers_of_the_portal_and_visitors_see_nothing(self):
        kpi = self.Kpi.create(ORDERS)
        portal = new_test_user(self.env, "kpi_portal", "base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                kpi.with_user(user).read(["name"])

    def test_unknown_filters_and_keys(self):
        kpi = self.Kpi.create(ORDERS)
        today = self.env.cr.now().date()
        with self.assertRaises(UserError):
            kpi._read_parts(today, today, filters={"colour": 3})
        with self.assertRaises(UserError):
            kpi._read_parts(today, today, ["colour"])

    def test_archived_kpi_keeps_its_technical_name(self):
        self.Kpi.create(ORDERS).action_archive()
        self.assertEqual(self.Kpi.create(ORDERS).code, "large_orders_2")
