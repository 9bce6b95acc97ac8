from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintIntake(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scones = cls.env["product.product"].create({"name": "Scones"})
        cls.orders = cls.env["sale.order"].create(
            [
                {
                    "name": f"PIE-{number}",
                    "partner_id": partner.id,
                    "order_line": [
                        (0, 0, {"product_id": cls.product.id, "product_uom_qty": number}),
                        (0, 0, {"product_id": cls.scones.id, "product_uom_qty": 1.5}),
                        (0, 0, {"display_type": "line_note", "name": "Ring twice"}),
                    ],
                }
                for number, partner in enumerate([cls.contact, cls.colleague] * 3 + [cls.contact])
            ]
        )
        cls.orders.state = "sale"
        for day, order in enumerate(cls.orders, start=1):
            order.date_order = f"2026-03-{day:02} 10:00:00"
        cls.line = cls.orders[0].order_line[0]

    def _find(self, text, user=None, **context):
        Partner = self.env["res.partner"].with_user(user or self.service_user)
        found = Partner.with_context(search_by_phone_and_order=True, **context).name_search(text)
        return [partner_id for partner_id, _name in found]

    def _offer(self, partner=None, user=None, **kwargs):
        Complaint = self.Complaint.with_user(user or self.service_user)
        return Complaint.get_orders_to_pick((partner or self.contact).id, **kwargs)

    # Who is calling

    def test_customer_is_found_by_whatever_he_says(self):
        for text in ("Sarnai", "sarnai@altan", "+976 99112233", "9911-2233", "099112233", "PIE-0"):
            self.assertIn(self.contact.id, self._find(text), text)
            self.assertNotIn(self.other_customer.id, self._find(text), text)
        self.orders[0].name = "S87042"
        for text in ("S87042", "s8704", "87042", "7042"):
            self.assertIn(self.contact.id, self._find(text), text)
        self.assertNotIn(self.contact.id, self._find("8704"), "it has to end like this")

    def test_numbers_stand_for_names_elsewhere(self):
        for text in ("9911-2233", "PIE-0"):
            Partner = self.env["res.partner"].with_user(self.service_user)
            self.assertNotIn(self.contact.id, [each[0] for each in Partner.name_search(text)])

    def test_short_numbers_find_no_crowd(self):
        for text in ("0000", "12", "+", "0 0 0", "PIE"):
            self.assertNotIn(self.contact.id, self._find(text), text)

    def test_order_of_another_company_finds_nobody(self):
        order = self.env["sale.order"].create(
            {
                "name": "FAR-1234",
                "partner_id": self.contact.id,
                "company_id": self.other_company.id,
            }
        )
        self.assertEqual(self._find(order.name), [])

    def test_order_number_tells_others_nothing(self):
        employee = new_test_user(self.env, "intake_employee", groups="base.group_user")
        self.assertEqual(self._find("PIE-0", user=employee), [])

    # What was bought

    def test_last_orders_of_the_whole_customer_are_offered(self):
        for partner in (self.contact, self.customer):
            offer = self._offer(partner)
            self.assertEqual([order["id"] for order in offer], self.orders[:1:-1].ids)
        first = offer[0]
        self.assertEqual(first["date_order"], "2026-03-07 10:00:00")
        self.assertEqual([line["product"] for line in first["lines"]], ["Strawberry Pie", "Scones"])
        self.assertEqual(first["lines"][0]["quantity"].split()[0], "6")
        self.assertEqual(first["lines"][1]["quantity"].split()[0], "1.50")
        self.assertFalse(first["more"])
        self.assertEqual(self._offer(self.other_customer), [])

    def test_older_orders_are_found_by_number_and_product(self):
        found = self._offer(text="pie-0")
        self.assertEqual([order["name"] for order in found], ["PIE-0"])
        self.assertEqual(len(found[0]["lines"]), 2)
        found = self._offer(text="scon")
        self.assertEqual({line["product"] for o in found for line in o["lines"]}, {"Scones"})
        self.assertEqual(self._offer(text="100%"), [])

    def test_quotations_only_when_asked_for(self):
        self.orders.state = "draft"
        self.assertEqual(self._offer(), [])
        self.assertEqual(len(self._offer(text="PIE-3")), 1)

    def test_long_order_says_how_much_more_there_is(self):
        self.orders[6].order_line = [
            (0, 0, {"product_id": self.product.id, "name": f"Pie {i}"}) for i in range(20)
        ]
        self.assertEqual((len(self._offer()[0]["lines"]), self._offer()[0]["more"]), (10, 12))

    def test_guest_account_offers_no_crowd(self):
        self.customer.is_guest = True
        self.assertEqual(self._offer(self.customer), [])
        self.assertEqual(len(self._offer(self.customer, text="PIE-2")), 1)

    def test_what_was_bought_is_for_those_who_take_complaints_down(self):
        employee = new_test_user(self.env, "picker_employee", groups="base.group_user")
        for user in (employee, self.portal_user, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self._offer(user=user)

    def test_orders_of_other_companies_are_not_offered(self):
        self.service_user.write(
            {"company_ids": self.other_company.ids, "company_id": self.other_company.id}
        )
        self.assertEqual(self._offer(), [])
        self.assertEqual(self._offer(company_id=self.orders.company_id.id), [])

    def test_offer_takes_the_same_queries_for_few_and_many_lines(self):
        def count():
            self._offer()  # fills the caches of the registry, which creating records emptied
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._offer()
            return self.env.cr.sql_log_count - before

        few = count()
        for order in self.orders:
            order.order_line = [
                (0, 0, {"product_id": self.env["product.product"].create({"name": f"Cake {i}"}).id})
                for i in range(5)
            ]
        # 35 lines more; two queries of leeway for what another cache has forgotten meanwhile
        self.assertLessEqual(count(), few + 2)
        self.assertLess(few, 20)

    # Picking

    def test_line_fills_in_order_product_and_customer(self):
        complaint = self._create_complaint(order_line_id=self.line.id)
        self.assertEqual(complaint.order_id, self.orders[0])
        self.assertEqual(complaint.product_id, self.product)
        self.assertEqual(complaint.partner_id, self.contact)

    def test_user_without_sales_rights_picks_before_saving(self):
        # as the picker does: it sets the line, and the rest follows
        complaint = self.Complaint.with_user(self.service_user).new({"name": "Soggy"})
        values = complaint.onchange(
            {"partner_id": self.contact.id, "order_line_id": self.line.id},
            ["order_line_id"],
            {"order_id": {"fields": {"display_name": {}}}, "product_id": {}, "partner_id": {}},
        )["value"]
        self.assertEqual(values["order_id"]["id"], self.orders[0].id)
        self.assertEqual(values["product_id"], self.product.id)
        saved = self.Complaint.with_user(self.service_user).create(
            {"name": "Soggy", "order_line_id": self.line.id}
        )
        self.assertEqual(saved.sudo().order_id, self.orders[0])

    def test_line_of_another_order_or_product_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not of the order PIE-1"):
            self._create_complaint(order_line_id=self.line.id, order_id=self.orders[1].id)
        with self.assertRaisesRegex(ValidationError, "another product than Scones"):
            self._create_complaint(order_line_id=self.line.id, product_id=self.scones.id)
        complaint = self._create_complaint(order_line_id=self.line.id)
        with self.assertRaisesRegex(ValidationError, "remove the line"):
            complaint.order_id = False

    def test_form_drops_what_no_longer_fits(self):
        form = Form(self.Complaint.with_user(self.salesperson).browse())
        form.name = "Soggy"
        form.order_id = self.orders[0]
        self.assertEqual(form.partner_id, self.contact)
        form.product_id = self.product
        form.partner_id = self.colleague
        self.assertEqual(form.order_id, self.orders[0], "the colleague's company bought it")
        form.partner_id = self.other_customer
        self.assertFalse(form.order_id)
        self.assertFalse(form.product_id)
        complaint = self._create_complaint(order_line_id=self.line.id)
        with Form(complaint) as form:
            form.product_id = self.scones
        self.assertFalse(complaint.order_line_id)
        self.assertEqual(complaint.order_id, self.orders[0])
