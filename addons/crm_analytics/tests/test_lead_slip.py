from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestLeadSlip(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "slip_seller", "sales_team.group_sale_salesman")
        cls.colleague = new_test_user(cls.env, "slip_colleague", "sales_team.group_sale_salesman")
        cls.manager = new_test_user(cls.env, "slip_manager", "sales_team.group_sale_manager")
        cls.lead = cls.create_lead(date_deadline="2026-03-01", user_id=cls.seller.id)
        cls.Slip = cls.env["crm.lead.slip"]

    @classmethod
    def create_lead(cls, **values):
        return cls.env["crm.lead"].create({"name": "Slip", "type": "opportunity", **values})

    def get_moves(self, leads=None):
        slips = self.Slip.search([("lead_id", "in", (leads or self.lead).ids)], order="id")
        return [(str(slip.date_from), str(slip.date_to or ""), slip.days) for slip in slips]

    def test_each_move_is_kept(self):
        self.assertFalse(self.get_moves())
        self.lead.with_user(self.seller).date_deadline = date(2026, 3, 31)
        self.lead.with_user(self.seller).write({"date_deadline": "2026-03-21", "name": "Sooner"})
        self.assertEqual(
            self.get_moves(), [("2026-03-01", "2026-03-31", 30), ("2026-03-31", "2026-03-21", -10)]
        )
        slips = self.lead.slip_ids
        self.assertEqual(slips.create_uid, self.seller)
        self.assertEqual(slips.user_id, self.seller)
        self.assertEqual((self.lead.slip_count, self.lead.slip_days), (2, 20))
        self.assertEqual(self.Slip.search(self.lead.action_view_slips()["domain"]), slips)

    def test_what_is_no_move(self):
        self.lead.date_deadline = "2026-03-01"
        self.lead.name = "Another name"
        fresh = self.create_lead()
        fresh.date_deadline = "2026-05-01"
        enquiry = self.create_lead(type="lead", date_deadline="2026-05-01")
        enquiry.date_deadline = "2026-06-01"
        self.assertFalse(self.get_moves(self.lead + fresh + enquiry))

    def test_taking_the_date_off_is_no_way_around(self):
        self.lead.date_deadline = False
        self.lead.date_deadline = "2026-04-10"
        self.assertEqual(
            self.get_moves(), [("2026-03-01", "", 0), ("2026-03-01", "2026-04-10", 40)]
        )
        self.lead.date_deadline = "2026-04-11"
        self.assertEqual(self.get_moves()[2:], [("2026-04-10", "2026-04-11", 1)])

    def test_many_at_once_and_by_import(self):
        leads = self.env["crm.lead"].union(
            *(self.create_lead(date_deadline="2026-03-01") for _number in range(20))
        )
        self.env.flush_all()
        counts = []
        for some, day in ((leads[:2], "2026-03-11"), (leads, "2026-03-12")):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.date_deadline = day
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertEqual(len(self.get_moves(leads)), 22)
        lines = [[str(lead.id), "2026-04-01"] for lead in leads[:3]]
        result = self.env["crm.lead"].load([".id", "date_deadline"], lines)
        self.assertFalse(result["messages"])
        self.assertEqual(len(self.get_moves(leads)), 25)

    def test_rights(self):
        self.lead.date_deadline = "2026-03-31"
        slips = self.lead.slip_ids
        self.assertEqual(self.Slip.with_user(self.seller).search([]), slips)
        self.assertFalse(self.Slip.with_user(self.colleague).search([]))
        self.assertIn(slips, self.Slip.with_user(self.manager).search([]))
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                slips.with_user(user).days = 0
            with self.assertRaises(AccessError):
                slips.with_user(user).unlink()
        portal = new_test_user(self.env, "slip_portal", "base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.Slip.with_user(user).search([])
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.create_lead(
            date_deadline="2026-03-01", company_id=company.id, user_id=False, team_id=False
        )
        elsewhere.date_deadline = "2026-03-02"
        self.assertFalse(self.Slip.with_user(self.manager).search([("lead_id", "=", elsewhere.id)]))
