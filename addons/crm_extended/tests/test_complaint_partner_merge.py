from datetime import timedelta

from odoo import fields
from odoo.tests.common import tagged

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintPartnerMerge(ComplaintCommon):
    """What Odoo's merging of contacts, which writes past the fields, does to complaints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls.env["res.partner"].create({"name": "Altan Food", "is_company": True})
        yesterday = fields.Datetime.now() - timedelta(days=1)
        cls.first = cls._create_complaint(
            partner_id=cls.customer.id, product_id=cls.product.id, received_date=yesterday
        )

    def _merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | target).ids, target)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_complaints_of_merged_companies_are_repeats(self):
        second = self._create_complaint(partner_id=self.twin.id, product_id=self.product.id)
        self._merge(self.twin, self.customer)
        self.assertEqual(second.commercial_partner_id, self.customer)
        self.assertEqual(second.repeat_of_id, self.first)
        self.assertEqual(second.recurrence_count, 1)
        self.assertEqual(second.priority, "1")

    def test_complaint_follows_its_contact_to_another_company(self):
        """Or the customer's old company would go on reading it."""
        namesake = self.env["res.partner"].create(
            {"name": "Sarnai", "parent_id": self.other_customer.id}
        )
        second = self._create_complaint(partner_id=self.contact.id, product_id=self.product.id)
        archived = self._create_complaint(partner_id=self.contact.id, active=False)
        self.assertEqual(second.repeat_of_id, self.first)
        self._merge(self.contact, namesake)
        self.assertEqual((second | archived).partner_id, namesake)
        self.assertEqual((second | archived).commercial_partner_id, self.other_customer)
        self.assertFalse(second.repeat_of_id)

    def test_company_merged_into_a_contact_is_the_contact_of_its_company(self):
        second = self._create_complaint(
            partner_id=self.twin.id, product_id=self.product.id, priority="3"
        )
        self._merge(self.twin, self.contact)
        self.assertEqual(second.partner_id, self.contact)
        self.assertEqual(second.commercial_partner_id, self.contact.commercial_partner_id)
        self.assertTrue(self.contact.commercial_partner_id.severe_complaint_warning)
