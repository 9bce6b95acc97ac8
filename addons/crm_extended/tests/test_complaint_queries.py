from odoo.tests import tagged

from .complaint_common import ComplaintCommon

KANBAN_FIELDS = {
    "activity_ids": {},
    "activity_state": {},
    "color": {},
    "is_closed": {},
    "is_rotting": {},
    "kanban_state": {},
    "kind": {},
    "name": {},
    "number": {},
    "partner_id": {"fields": {"display_name": {}}},
    "partner_name": {},
    "priority": {},
    "product_id": {"fields": {"display_name": {}}},
    "rating_last_value": {},
    "received_date": {},
    "rotting_days": {},
    "user_id": {"fields": {"display_name": {}}},
}


@tagged("post_install", "-at_install")
class TestComplaintQueries(ComplaintCommon):
    """Opening the kanban costs the same for few complaints and for many."""

    def _fill(self, count):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(count)])
        products = self.env["product.product"].create([{"name": f"Pie {i}"} for i in range(count)])
        complaints = self.Complaint.create(
            [
                {
                    "name": f"Soggy {i}",
                    "partner_id": partners[i].id,
                    "product_id": products[i].id,
                    "stage_id": (self.stage_new | self.stage_declined)[i % 2].id,
                    "user_id": self.service_user.id,
                }
                for i in range(count)
            ]
        )
        complaints.activity_schedule("mail.mail_activity_data_call", user_id=self.service_user.id)

    def _open_kanban(self):
        """The calls of the web client; each column shows its first 80 cards."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        Complaint = self.Complaint.with_user(self.service_user)
        domain = [("stage_id", "in", (self.stage_new | self.stage_declined).ids)]
        result = Complaint.with_context(read_group_expand=True).web_read_group(
            domain,
            ["stage_id"],
            aggregates=[],
            auto_unfold=True,
            unfold_read_specification=KANBAN_FIELDS,
            unfold_read_default_limit=80,
        )
        Complaint.read_progress_bar(
            domain,
            "stage_id",
            {"field": "kanban_state", "colors": {"done": "success", "blocked": "danger"}},
        )
        self.env.flush_all()
        shown = sum(len(group.get("__records", [])) for group in result["groups"])
        return shown, self.env.cr.sql_log_count - before

    def test_kanban_costs_the_same_for_20_and_for_200(self):
        self.team.member_ids = self.service_user
        self.stage_new.rotting_threshold_days = 3
        self._fill(20)
        self._open_kanban()  # fills the caches of the registry, which creating records emptied
        shown, few = self._open_kanban()
        self.assertEqual(shown, 20)
        self._fill(180)
        self._open_kanban()
        shown, many = self._open_kanban()
        self.assertEqual(shown, 160)
        self.assertEqual(few, many)
        self.assertLess(many, 40)
