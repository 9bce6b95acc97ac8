from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .complaint_deadline_common import ComplaintDeadlineCommon


@tagged("post_install", "-at_install")
class TestComplaintSla(ComplaintDeadlineCommon):
    def _create_sla(self, **values):
        return self.Sla.create(
            {"name": "Strict", "company_id": False, "first_response_hours": 1, **values}
        )

    def test_strictest_wins_for_each_clock(self):
        quick = self._create_sla(first_response_hours=2, resolution_hours=0)
        thorough = self._create_sla(first_response_hours=20, resolution_hours=30)
        complaint = self._receive("2026-01-12 06:00:00")
        self.assertEqual(complaint.response_sla_id, quick)
        self.assertEqual(complaint.resolution_sla_id, thorough)
        self.assertDate(complaint.first_response_deadline, "2026-01-12 08:00:00")
        self.assertEqual(complaint.resolution_target_hours, 30)

    def test_criteria(self):
        tag, other_tag = self.env["res.partner.category"].create([{"name": "Key"}, {"name": "No"}])
        tag_below = self.env["res.partner.category"].create({"name": "Gold", "parent_id": tag.id})
        self.customer.category_id = tag_below
        fitting = {
            "kind": "complaint",
            "priority": "2",
            "team_ids": self.team.ids,
            "category_ids": self.parent_category.ids,
            "partner_category_ids": tag.ids,
        }
        values = {"category_id": self.category.id, "priority": "3"}
        for criterion, value, other in (
            ("kind", "complaint", "praise"),
            ("priority", "3", None),
            ("team_ids", self.team.ids, self.quality_team.ids),
            ("category_ids", self.parent_category.ids, self.category.create({"name": "X"}).ids),
            ("partner_category_ids", tag.ids, other_tag.ids),
            ("company_id", self.env.company.id, self.other_company.id),
        ):
            with self.subTest(criterion):
                sla = self._create_sla(**{**fitting, criterion: value})
                complaint = self._receive("2026-01-12 06:00:00", **values)
                self.assertEqual(complaint.response_sla_id, sla)
                if other:
                    sla.write({criterion: [(6, 0, other)] if isinstance(other, list) else other})
                else:
                    complaint.priority = "2"
                self.assertEqual(complaint.response_sla_id, self.sla)
                sla.active = False

    def test_what_changes_the_policy(self):
        tag = self.env["res.partner.category"].create({"name": "Key"})
        complaint = self._receive("2026-01-12 06:00:00")
        for change, values in (
            (lambda: complaint.write({"priority": "3"}), {"priority": "3"}),
            (lambda: complaint.write({"kind": "question"}), {"kind": "question"}),
            (
                lambda: complaint.write({"category_id": self.category.id, "team_id": self.team.id}),
                {"category_ids": self.category.ids},
            ),
            (lambda: self.customer.write({"category_id": tag}), {"partner_category_ids": tag.ids}),
            (
                lambda: complaint.write({"team_id": self.quality_team.id}),
                {"team_ids": self.quality_team.ids},
            ),
        ):
            with self.subTest(values):
                sla = self._create_sla(**values)
                self.assertEqual(complaint.response_sla_id, self.sla)
                change()
                self.assertEqual(complaint.response_sla_id, sla)
                sla.unlink()
                self.assertEqual(complaint.response_sla_id, self.sla)

    def test_changed_policy_applies_to_open_complaints_only(self):
        complaint = self._receive("2026-01-12 06:00:00")
        closed = self._receive("2026-01-12 06:00:00")
        self._move(closed, self.stage_closed, "2026-01-12 09:00:00")
        self.sla.write({"first_response_hours": 4, "at_risk_percent": 50})
        self.assertDate(complaint.first_response_deadline, "2026-01-12 10:00:00")
        self.assertDate(complaint.first_response_risk_date, "2026-01-12 08:00:00")
        self.assertDate(closed.first_response_deadline, "2026-01-12 15:00:00")
        closed.priority = "3"
        self.assertEqual(closed.response_target_hours, 8)
        self.sla.active = False
        self.assertFalse(complaint.sla_state)
        self.assertFalse(complaint.first_response_deadline)
        self.assertEqual(closed.sla_state, "met")

    def test_received_date_changes(self):
        complaint = self._receive("2026-01-12 06:00:00")
        self._move(complaint, self.stage_waiting, "2026-01-12 08:00:00")
        self._move(complaint, self.stage_work, "2026-01-12 10:00:00")
        complaint.received_date = "2026-01-12 07:00:00"
        self.assertDate(complaint.first_response_deadline, "2026-01-13 07:00:00")
        self.assertDate(complaint.resolution_deadline, "2026-01-19 09:00:00")

    def test_form_shows_deadlines_before_saving(self):
        with freeze_time("2026-01-12 06:00:00"):
            form = Form(self.Complaint.with_user(self.service_user))
            form.name = "Too sweet"
            form.team_id = self.team
            self.assertDate(form.sla_deadline, "2026-01-12 15:00:00")
            form.priority = "3"
            complaint = form.save()
        self.assertDate(complaint.sla_deadline, "2026-01-12 15:00:00")

    def test_refused_values(self):
        for values in (
            {"first_response_hours": -1},
            {"resolution_hours": -1},
            {"at_risk_percent": 0},
            {"at_risk_percent": 101},
        ):
            with (
                self.subTest(values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.sla.write(values)
                self.env.flush_all()

    def test_policy_of_one_company(self):
        theirs = self._create_sla(company_id=self.other_company.id)
        there = self._receive(
            "2026-01-12 06:00:00", company_id=self.other_company.id, partner_id=False
        )
        here = self._receive("2026-01-12 06:00:00")
        self.assertEqual(there.response_sla_id, theirs)
        self.assertEqual(here.response_sla_id, self.sla)
        self.assertNotIn(theirs, self.Sla.with_user(self.manager).search([]))

    def test_rights(self):
        self.assertEqual(self.sla.with_user(self.service_user).name, "Standard")
        with self.assertRaises(AccessError):
            self.sla.with_user(self.service_user).first_response_hours = 100
        self.sla.with_user(self.manager).first_response_hours = 100
        with self.assertRaises(AccessError):
            self.sla.with_user(self.portal_user).check_access("read")
        # A customer's complaint has its deadlines nevertheless, and they are not his to read.
        complaint = self._receive("2026-01-12 06:00:00")
        for field_name in ("sla_state", "sla_remaining"):
            self.assertTrue(complaint.with_user(self.service_user)[field_name])
            with self.assertRaises(AccessError):
                complaint.with_user(self.portal_user).read([field_name])
