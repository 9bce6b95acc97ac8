from odoo.tests import tagged

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintCounts(ComplaintCommon):
    def test_company_counts_its_contacts(self):
        self._create_complaint(partner_id=self.contact.id)
        self._create_complaint(partner_id=self.contact.id)
        self._create_complaint(partner_id=self.customer.id)
        self._create_complaint(partner_id=self.other_customer.id)
        partners = self.customer | self.contact | self.colleague | self.other_customer
        self.assertEqual(partners.mapped("complaint_count"), [3, 2, 0, 1])
        for partner in partners:
            action = partner.action_view_complaints()
            self.assertEqual(self.Complaint.search_count(action["domain"]), partner.complaint_count)
        self.assertEqual(len(self.contact.complaint_ids), 2)

    def test_archived_are_not_counted(self):
        self._create_complaint(partner_id=self.contact.id, active=False)
        self.assertEqual(self.customer.complaint_count, 0)

    def test_contact_that_changes_its_company(self):
        complaint = self._create_complaint(partner_id=self.contact.id)
        self.contact.parent_id = self.other_customer
        self.assertEqual(complaint.commercial_partner_id, self.other_customer)
        self.assertEqual(self.other_customer.complaint_count, 1)

    def test_new_complaint_from_the_customer(self):
        action = self.contact.action_view_complaints()
        complaint = self.Complaint.with_context(**action["context"]).create({"name": "New"})
        self.assertEqual(complaint.partner_id, self.contact)
        self.contact.is_guest = True
        self.assertEqual(self.contact.action_view_complaints()["context"], {})

    def test_new_complaint_from_the_order(self):
        action = self.order.with_user(self.salesperson).sudo().action_view_complaints()
        complaint = self.Complaint.with_context(**action["context"]).create({"name": "New"})
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.partner_id, self.contact)
        self.assertEqual(self.Complaint.search(action["domain"]), complaint)
        self.assertEqual((self.order | self.other_order).mapped("complaint_count"), [1, 0])

    def test_other_complaints_of_the_same_customer(self):
        first = self._create_complaint(partner_id=self.contact.id)
        second = self._create_complaint(partner_id=self.colleague.id)
        nobody = self._create_complaint()
        complaints = first | second | nobody
        self.assertEqual(complaints.mapped("customer_complaint_count"), [2, 2, 0])
        action = first.action_view_customer_complaints()
        self.assertEqual(self.Complaint.search(action["domain"]), first | second)

    def _count_queries(self, records, field_name):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        records.mapped(field_name)
        return self.env.cr.sql_log_count - before

    def test_counts_take_the_same_queries_for_one_and_fifty(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(50)])
        orders = self.env["sale.order"].create([{"partner_id": p.id} for p in partners])
        complaints = self.Complaint.create(
            [{"name": "Late", "order_id": order.id} for order in orders]
        )
        for records, field_name in (
            (partners, "complaint_count"),
            (orders, "complaint_count"),
            (complaints, "customer_complaint_count"),
        ):
            one = self._count_queries(records[0], field_name)
            fifty = self._count_queries(records, field_name)
            self.assertEqual(one, fifty, records._name)
            self.assertEqual(set(records.mapped(field_name)), {1})

    def test_numbers_and_proposals_take_the_same_queries_for_one_and_fifty(self):
        def create(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Complaint.create(
                [
                    {
                        "name": f"Too sweet {i}",
                        "order_id": self.order.id,
                        "category_id": self.category.id,
                    }
                    for i in range(count)
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        create(1)  # fills the caches of the registry
        self.assertEqual(create(1), create(50))
