from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintAccess(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_complaint(partner_id=cls.contact.id)
        cls.foreign = cls._create_complaint(partner_id=cls.other_customer.id)
        cls.nameless = cls._create_complaint(partner_name="Somebody")
        cls.elsewhere = cls._create_complaint(
            partner_id=cls.contact.id, company_id=cls.other_company.id
        )
        cls.all = cls.own | cls.foreign | cls.nameless | cls.elsewhere

    def _visible(self, user):
        return self.Complaint.with_user(user).search([("id", "in", self.all.ids)])

    def test_user_works_with_all_of_his_company(self):
        for user in (self.service_user, self.salesperson):
            self.assertEqual(self._visible(user), self.all - self.elsewhere)
            complaint = self.Complaint.with_user(user).create(
                {"name": "New", "category_id": self.category.id}
            )
            complaint.stage_id = self.stage_closed
            with self.assertRaises(AccessError):
                complaint.unlink()
            with self.assertRaises(AccessError):
                self.elsewhere.with_user(user).name = "Mine now"
            with self.assertRaises(AccessError):
                self.stage_new.with_user(user).name = "Another"

    def test_user_without_sales_rights_answers_about_an_order(self):
        complaint = self._create_complaint(order_id=self.order.id).with_user(self.service_user)
        complaint.partner_id = self.colleague
        complaint.category_id = self.category
        data = complaint.web_read({"order_id": {"fields": {"display_name": {}}}})
        self.assertEqual(data[0]["order_id"]["display_name"], self.order.display_name)

    def test_manager_configures_and_deletes(self):
        sales_manager = new_test_user(
            self.env, "complaint_sales_manager", groups="sales_team.group_sale_manager"
        )
        for user in (self.manager, sales_manager):
            self.env["crm.complaint.stage"].with_user(user).create({"name": "Again"})
            self.category.with_user(user).priority = "2"
            self.team.with_user(user).member_ids = user
            self._create_complaint().with_user(user).unlink()

    def test_portal_reads_own_company_only(self):
        self.assertEqual(self._visible(self.portal_user), self.own)
        self.own.with_user(self.portal_user).read(["name", "stage_id", "confirmed_date"])
        for complaint in self.all - self.own:
            with self.assertRaises(AccessError):
                complaint.with_user(self.portal_user).read(["name"])
        with self.assertRaises(AccessError):
            self.own.with_user(self.portal_user).name = "Changed"
        with self.assertRaises(AccessError):
            self.Complaint.with_user(self.portal_user).create({"name": "New"})
        for model in ("stage", "category", "team"):
            with self.assertRaises(AccessError):
                self.env[f"crm.complaint.{model}"].with_user(self.portal_user).search([])
        for record in (self.customer, self.order):
            with self.assertRaises(AccessError):
                record.with_user(self.portal_user).read(["complaint_count"])

    def test_portal_writes_messages_on_own_only(self):
        values = {
            "body": "Any news?",
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
        }
        self.own.with_user(self.portal_user).message_post(**values)
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.portal_user).message_post(**values)

    def test_public_and_plain_employees_see_nothing(self):
        employee = new_test_user(self.env, "complaint_employee", groups="base.group_user")
        for user in (self.env.ref("base.public_user"), employee):
            for model in ("", ".stage", ".category", ".team"):
                with self.assertRaises(AccessError):
                    self.env[f"crm.complaint{model}"].with_user(user).search([])
        # his customer form opens all the same
        arch = self.env["res.partner"].with_user(employee).get_view(view_type="form")["arch"]
        self.assertNotIn("complaint_count", arch)

    def test_team_of_another_company(self):
        team = self.env["crm.complaint.team"].create(
            {"name": "Far", "company_id": self.other_company.id}
        )
        Team = self.env["crm.complaint.team"].with_user(self.manager)
        self.assertNotIn(team, Team.search([]))
        self.assertIn(self.team, Team.search([]))
