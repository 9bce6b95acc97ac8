from odoo.tests import Form, new_test_user, tagged

from .complaint_common import ComplaintCommon


class SevereCommon(ComplaintCommon):
    """A severe complaint of the customer, who has a quotation and an opportunity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead, cls.other_lead = cls.env["crm.lead"].create(
            [
                {
                    "name": name,
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "user_id": cls.salesperson.id,
                }
                for name, partner in (
                    ("Pies for the canteen", cls.colleague),
                    ("Curtains", cls.other_customer),
                )
            ]
        )
        cls.order.user_id = cls.other_order.user_id = cls.salesperson
        cls.Activity = cls.env["mail.activity"]

    def _create_severe(self, **values):
        return self._create_complaint(**{"partner_id": self.contact.id, "priority": "3"} | values)

    def _get_activities(self, leads=None):
        leads = leads or self.lead | self.other_lead
        return self.Activity.search([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])

    def _warned(self, record, user=None):
        """What the record warns of, read afresh."""
        record = record.with_user(user) if user else record
        record.invalidate_recordset(["severe_complaint_warning"])
        return record.severe_complaint_warning


@tagged("post_install", "-at_install")
class TestSevereComplaintBanner(SevereCommon):
    def test_quotation_of_the_customer_warns(self):
        complaint = self._create_severe()
        order = self.order.with_user(self.salesperson)
        self.assertIn(complaint.number, order.sale_warning_text)
        self.assertIn("too sweet", order.sale_warning_text)
        self.assertIn("Urgent", order.sale_warning_text)
        self.assertFalse(self.other_order.sale_warning_text)

    def test_core_warning_stays_beside_it(self):
        self.env.ref("base.group_user").implied_ids += self.env.ref("sale.group_warning_sale")
        self.contact.sale_warn_msg = "Pays late"
        self._create_severe()
        self.assertEqual(len(self.order.sale_warning_text.splitlines()), 2)
        self.assertIn("Pays late", self.order.sale_warning_text)

    def test_salesperson_without_complaints_is_warned_as_well(self):
        self._create_severe()
        self.env.ref("sales_team.group_sale_salesman").implied_ids -= self.env.ref(
            "crm_extended.group_crm_complaint_user"
        )
        self.assertFalse(self.Complaint.with_user(self.salesperson).has_access("read"))
        self.assertIn("too sweet", self.order.with_user(self.salesperson).sale_warning_text)
        self.assertIn("too sweet", self._warned(self.customer, self.salesperson))
        self.assertIn("too sweet", self._warned(self.lead, self.salesperson))

    def test_new_quotation_warns_when_the_customer_is_chosen(self):
        self._create_severe()
        form = Form(self.env["sale.order"].with_user(self.salesperson))
        form.partner_id = self.other_customer
        self.assertFalse(form.sale_warning_text)
        form.partner_id = self.colleague
        self.assertIn("too sweet", form.sale_warning_text)

    def test_confirmed_order_does_not_warn(self):
        self._create_severe()
        self.order.state = "sale"
        self.assertFalse(self.order.sale_warning_text)

    def test_all_contacts_of_the_customer_warn(self):
        self._create_severe()
        for partner in (self.customer, self.contact, self.colleague):
            self.assertIn("too sweet", self._warned(partner, self.salesperson))
        self.assertFalse(self._warned(self.other_customer, self.salesperson))

    def test_pending_opportunity_warns(self):
        self._create_severe()
        self.assertIn("too sweet", self._warned(self.lead, self.salesperson))
        self.assertFalse(self._warned(self.other_lead, self.salesperson))
        self.lead.action_set_won()
        self.assertFalse(self._warned(self.lead, self.salesperson))

    def test_it_ends_with_the_complaint(self):
        complaint = self._create_severe()
        for values, back in (
            ({"stage_id": self.stage_closed.id}, {"stage_id": self.stage_new.id}),
            ({"active": False}, {"active": True}),
            ({"priority": "1"}, {"priority": "2"}),
            ({"kind": "suggestion"}, {"kind": "complaint"}),
        ):
            with self.subTest(values=values):
                complaint.write(values)
                self.assertFalse(self._warned(self.customer))
                complaint.write(back)
                self.assertTrue(self._warned(self.customer))

    def test_only_the_first_ones_are_named(self):
        for number in range(5):
            self._create_severe(name=f"Pie {number}")
        lines = self._warned(self.customer).splitlines()
        self.assertEqual(len(lines), 4)
        self.assertIn("2", lines[-1])

    def test_guest_account_never_warns(self):
        self._create_severe()
        self.customer.is_guest = True
        self.assertFalse(self._warned(self.customer))
        self.assertFalse(self._warned(self.order))

    def test_other_company_hears_nothing(self):
        self._create_severe(company_id=self.other_company.id)
        self.assertFalse(self.order.sale_warning_text)
        self.assertFalse(self._warned(self.customer, self.salesperson))
        self.assertFalse(self._get_activities())

    def test_portal_user_learns_nothing_from_his_order(self):
        self._create_severe()
        self.order.partner_id = self.portal_user.partner_id
        order = self.order.with_user(self.portal_user)
        self.assertFalse(order.sale_warning_text)
        self.assertFalse(order.severe_complaint_warning)

    def test_link_shows_what_the_banner_warns_of(self):
        complaint = self._create_severe()
        self._create_complaint(partner_id=self.contact.id)
        for record in (self.order, self.lead, self.colleague):
            action = record.with_user(self.salesperson).action_view_severe_complaints()
            self.assertEqual(self.Complaint.search(action["domain"]), complaint)

    def test_a_page_of_orders_costs_the_same_whatever_its_length(self):
        self._create_severe()
        orders = self.env["sale.order"].create(
            [
                {"partner_id": self.env["res.partner"].create({"name": f"Customer {i}"}).id}
                for i in range(39)
            ]
            + [{"partner_id": self.contact.id}] * 41
        )
        self.env.flush_all()

        def count_queries(records):
            self.env.invalidate_all()
            records.fetch(["partner_id", "state", "company_id"])
            records.partner_id.fetch(["commercial_partner_id", "is_guest"])
            records.partner_id.commercial_partner_id.fetch(["is_guest"])
            before = self.env.cr.sql_log_count
            records.mapped("severe_complaint_warning")
            return self.env.cr.sql_log_count - before

        count_queries(orders)
        self.assertLessEqual(count_queries(orders), count_queries(orders[-1:]) + 1)
        self.assertLessEqual(count_queries(orders), 2)


@tagged("post_install", "-at_install")
class TestSalespersonsAreTold(SevereCommon):
    def test_told_once_whatever_is_written(self):
        complaint = self._create_severe()
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertEqual(activity.res_id, self.lead.id)
        self.assertIn(complaint.number, activity.note)
        complaint.priority = "2"
        complaint.stage_id = self.stage_closed
        complaint.stage_id = self.stage_new
        self.assertEqual(self._get_activities(), activity)

    def test_told_when_the_priority_is_raised(self):
        complaint = self._create_severe(priority="0")
        self.assertFalse(self._get_activities())
        complaint.priority = "2"
        self.assertEqual(len(self._get_activities()), 1)

    def test_told_when_the_category_raises_the_priority(self):
        complaint = self._create_severe(priority="0")
        complaint.category_id = self.category
        self.assertEqual(complaint.priority, "3")
        self.assertEqual(len(self._get_activities()), 1)

    def test_told_when_the_customer_is_known_at_last(self):
        complaint = self._create_severe(partner_id=False)
        self.assertFalse(self._get_activities())
        complaint.partner_id = self.colleague
        self.assertEqual(len(self._get_activities()), 1)

    def test_told_when_it_is_reopened(self):
        complaint = self._create_severe(stage_id=self.stage_closed.id)
        self.assertFalse(self._get_activities())
        complaint.stage_id = self.stage_new
        self.assertEqual(len(self._get_activities()), 1)

    def test_closed_opportunities_and_leads_are_left_alone(self):
        self.lead.action_set_won()
        enquiry = self.env["crm.lead"].create(
            {"name": "Cakes", "type": "lead", "partner_id": self.contact.id}
        )
        enquiry.user_id = self.salesperson
        self._create_severe()
        self.assertFalse(self._get_activities(self.lead | self.other_lead | enquiry))

    def test_user_without_sales_rights_makes_them_told(self):
        complaint = self._create_severe(priority="0")
        complaint.with_user(self.service_user).priority = "3"
        self.assertEqual(self._get_activities().user_id, self.salesperson)

    def test_history_of_another_system_tells_nobody(self):
        self.Complaint.with_context(complaint_history=True).create(
            {"name": "Late in 2019", "partner_id": self.contact.id, "priority": "3"}
        )
        self.assertFalse(self._get_activities())

    def test_salesperson_of_another_company_is_not_told(self):
        self.lead.user_id = new_test_user(
            self.env,
            "complaint_sales_elsewhere",
            groups="sales_team.group_sale_salesman",
            company_id=self.other_company.id,
        )
        self._create_severe()
        self.assertFalse(self._get_activities())

    def test_several_complaints_at_once_are_one_activity(self):
        complaints = self.Complaint.create(
            [{"name": f"Pie {i}", "partner_id": self.contact.id, "priority": "3"} for i in range(3)]
        )
        activity = self._get_activities()
        self.assertEqual(len(activity), 1)
        for complaint in complaints:
            self.assertIn(complaint.number, activity.note)

    def test_many_customers_cost_the_same(self):
        def measure(count):
            partners = self.env["res.partner"].create([{"name": f"C{i}"} for i in range(count)])
            leads = self.env["crm.lead"].create(
                [
                    {
                        "name": partner.name,
                        "type": "opportunity",
                        "partner_id": partner.id,
                        "user_id": self.salesperson.id,
                    }
                    for partner in partners
                ]
            )
            complaints = self.Complaint.create(
                [{"name": "Late", "partner_id": partner.id} for partner in partners]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints.priority = "3"
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            self.assertEqual(len(self._get_activities(leads)), count)
            return queries

        measure(2)
        few, many = measure(5), measure(200)
        self.assertLessEqual(many, few + 10)
