from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class ComplaintCommon(BaseCommon):
    """A customer company with two contacts, another customer, and a user of every kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint = cls.env["crm.complaint"]
        cls.customer, cls.other_customer = cls.env["res.partner"].create(
            [
                {"name": "Altan Foods", "is_company": True},
                {"name": "Steppe Textiles", "is_company": True},
            ]
        )
        cls.contact, cls.colleague = cls.env["res.partner"].create(
            [
                {
                    "name": "Sarnai",
                    "parent_id": cls.customer.id,
                    "email": "sarnai@altan.example.com",
                    "phone": "+976 9911 2233",
                },
                {"name": "Bold", "parent_id": cls.customer.id},
            ]
        )
        cls.product = cls.env["product.product"].create({"name": "Strawberry Pie"})
        cls.order, cls.other_order = cls.env["sale.order"].create(
            [{"partner_id": cls.contact.id}, {"partner_id": cls.other_customer.id}]
        )
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        # Fields and rules of users, as a fresh install gives them
        cls.service_user = new_test_user(
            cls.env, "complaint_service", groups="crm_extended.group_crm_complaint_user"
        )
        cls.manager = new_test_user(
            cls.env, "complaint_manager", groups="crm_extended.group_crm_complaint_manager"
        )
        cls.salesperson = new_test_user(
            cls.env, "complaint_sales", groups="sales_team.group_sale_salesman"
        )
        cls.portal_user = new_test_user(cls.env, "complaint_portal", groups="base.group_portal")
        cls.portal_user.partner_id.parent_id = cls.customer

        # Stages, teams and categories of their own: those of the database may have been changed
        cls.env["crm.complaint.team"].search([]).active = False
        Stage = cls.env["crm.complaint.stage"]
        Stage.search([]).team_ids = cls.env["crm.complaint.team"].create({"name": "Elsewhere"})
        cls.stage_new, cls.stage_closed, cls.stage_declined = Stage.create(
            [
                {"name": "Heard", "sequence": 1},
                {"name": "Settled", "sequence": 2, "is_closed": True},
                {"name": "Turned Down", "sequence": 3, "is_closed": True},
            ]
        )
        cls.team, cls.quality_team = cls.env["crm.complaint.team"].create(
            [
                {"name": "Care", "sequence": 1, "company_id": False},
                {"name": "Quality", "sequence": 2, "company_id": False},
            ]
        )
        cls.parent_category, cls.category = cls.env["crm.complaint.category"].create(
            [
                {
                    "name": "Taste",
                    "team_id": cls.quality_team.id,
                    "user_id": cls.manager.id,
                    "priority": "1",
                },
                {"name": "Too Sweet", "priority": "3"},
            ]
        )
        cls.category.parent_id = cls.parent_category

    @classmethod
    def _create_complaint(cls, **values):
        return cls.Complaint.create({"name": "The pie was too sweet", **values})
