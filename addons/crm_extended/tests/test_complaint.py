from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaint(ComplaintCommon):
    # Numbers

    def test_numbers_of_a_batch_are_unique_and_ascending(self):
        complaints = self.Complaint.create([{"name": f"No {i}"} for i in range(20)])
        numbers = complaints.mapped("number")
        self.assertEqual(len(set(numbers)), 20)
        self.assertEqual(numbers, sorted(numbers))

    def test_same_values_for_several(self):
        numbers = self.Complaint.create([{"name": "The same"}] * 3).mapped("number")
        self.assertEqual(len(set(numbers)), 3)

    def test_number_comes_from_the_sequence_of_the_company(self):
        self.env["ir.sequence"].create(
            {
                "name": "Second Company Complaints",
                "code": "crm.complaint",
                "prefix": "SC",
                "padding": 3,
                "company_id": self.other_company.id,
            }
        )
        complaints = self.Complaint.create(
            [{"name": "Here"}, {"name": "There", "company_id": self.other_company.id}]
        )
        self.assertEqual(complaints[1].number, "SC001")
        self.assertFalse(complaints[0].number.startswith("SC"))
        by_context = self.Complaint.with_context(default_company_id=self.other_company.id).create(
            {"name": "There again"}
        )
        self.assertEqual(by_context.number, "SC002")

    def test_same_number_once_a_company(self):
        first = self._create_complaint(number="OLD-1")
        other = self._create_complaint(number="OLD-1", company_id=self.other_company.id)
        self.assertEqual(first.number, other.number)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_complaint(number="OLD-1")

    def test_other_kinds_of_sequence(self):
        sequence = self.env["ir.sequence"].create(
            {
                "name": "Without Gaps",
                "code": "crm.complaint",
                "implementation": "no_gap",
                "prefix": "NG%(range_year)s-",
                "use_date_range": True,
                "company_id": self.env.company.id,
            }
        )
        complaints = self.Complaint.create([{"name": "One"}, {"name": "Two"}])
        year = fields.Date.today().year
        self.assertEqual(complaints.mapped("number"), [f"NG{year}-1", f"NG{year}-2"])
        sequence.use_date_range = False
        sequence.prefix = "NG"
        self.assertTrue(self._create_complaint().number.startswith("NG"))

    def test_no_sequence_says_what_to_do(self):
        self.env["ir.sequence"].search([("code", "=", "crm.complaint")]).active = False
        with self.assertRaisesRegex(UserError, "crm.complaint.*administrator"):
            self._create_complaint()

    def test_copy_starts_afresh(self):
        complaint = self._create_complaint(
            stage_id=self.stage_closed.id,
            received_date="2026-01-05 10:00:00",
            first_response_date="2026-01-06 10:00:00",
        )
        copy = complaint.copy()
        self.assertGreater(copy.received_date, complaint.received_date)
        self.assertFalse(copy.first_response_date)
        self.assertNotEqual(copy.number, complaint.number)
        self.assertEqual(copy.stage_id, self.stage_new)
        self.assertFalse(copy.resolved_date)

    # Who and what

    def test_order_fills_in_the_customer(self):
        complaint = self._create_complaint(order_id=self.order.id)
        self.assertEqual(complaint.partner_id, self.contact)
        self.assertEqual(complaint.commercial_partner_id, self.customer)
        self.assertEqual(complaint.partner_name, "Sarnai")
        self.assertEqual(complaint.email, "sarnai@altan.example.com")
        self.assertEqual(complaint.phone, "+976 9911 2233")

    def test_order_of_a_colleague_keeps_the_customer(self):
        complaint = self._create_complaint(partner_id=self.colleague.id, order_id=self.order.id)
        self.assertEqual(complaint.partner_id, self.colleague)

    def test_order_of_a_guest_names_nobody(self):
        guest = self.env["res.partner"].create({"name": "Counter", "is_guest": True})
        order = self.env["sale.order"].create({"partner_id": guest.id})
        complaint = self._create_complaint(order_id=order.id, partner_name="Bold")
        self.assertFalse(complaint.partner_id)
        complaint.partner_id = self.contact
        self.assertEqual(complaint.partner_name, "Sarnai")

    def test_order_of_somebody_else_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Steppe Textiles, not to"):
            self._create_complaint(partner_id=self.contact.id, order_id=self.other_order.id)

    def test_typed_contact_details_stay(self):
        complaint = self._create_complaint(partner_name="Oleh", phone="044 555", email="o@x.org")
        self.assertEqual(complaint.partner_name, "Oleh")
        complaint.partner_id = self.colleague  # has neither phone nor e-mail
        self.assertEqual(complaint.partner_name, "Bold")
        self.assertEqual((complaint.phone, complaint.email), ("044 555", "o@x.org"))
        complaint.partner_id = False
        self.assertEqual(complaint.partner_name, "Bold")

    def test_form_fills_in_from_order_and_category(self):
        form = Form(self.Complaint.with_user(self.salesperson))
        form.name = "Too sweet"
        form.order_id = self.order
        self.assertEqual(form.partner_id, self.contact)
        form.category_id = self.category
        self.assertEqual(form.team_id, self.quality_team)
        self.assertEqual(form.user_id, self.manager)
        self.assertEqual(form.priority, "3")
        complaint = form.save()
        self.assertTrue(complaint.number)

    def test_display_name_and_name_search(self):
        complaint = self._create_complaint(number="NS-77", partner_id=self.contact.id)
        self.assertEqual(complaint.display_name, "NS-77 The pie was too sweet")
        for text in ("NS-77", "pie was", "Sarnai", "Altan"):
            found = [item[0] for item in self.Complaint.name_search(text)]
            self.assertIn(complaint.id, found, text)

    def test_search_by_phone_order_product(self):
        complaint = self._create_complaint(
            order_id=self.order.id, product_id=self.product.id, phone="+976 (9911) 2233"
        )
        other = self._create_complaint(phone="+380 44 555 01 27")
        for domain in (
            [("phone_mobile_search", "ilike", "99112233")],
            [("order_id", "ilike", self.order.name)],
            [("product_id", "ilike", "strawberry")],
            [("partner_id", "child_of", self.customer.id)],
            [("email", "ilike", "@altan.example")],
        ):
            found = self.Complaint.search([*domain, ("id", "in", (complaint | other).ids)])
            self.assertEqual(found, complaint, domain)

    # Category, team, responsible

    def test_category_proposes_and_explicit_values_win(self):
        proposed = self._create_complaint(category_id=self.category.id)
        self.assertEqual(proposed.team_id, self.quality_team)
        self.assertEqual(proposed.user_id, self.manager)
        self.assertEqual(proposed.priority, "3")
        explicit = self._create_complaint(
            category_id=self.category.id,
            team_id=self.team.id,
            user_id=self.service_user.id,
            priority="0",
        )
        self.assertEqual(explicit.team_id, self.team)
        self.assertEqual(explicit.user_id, self.service_user)
        self.assertEqual(explicit.priority, "0")

    def test_category_without_proposal_keeps_what_is_there(self):
        complaint = self._create_complaint(user_id=self.service_user.id, priority="2")
        complaint.category_id = self.env["crm.complaint.category"].create({"name": "Other"})
        self.assertEqual(complaint.user_id, self.service_user)
        self.assertEqual(complaint.priority, "2")
        self.assertEqual(complaint.team_id, self.team)

    def test_nobody_is_proposed_who_cannot_take_it(self):
        elsewhere = self._create_complaint(
            category_id=self.category.id, company_id=self.other_company.id
        )
        self.assertFalse(elsewhere.user_id, "the manager does not belong to that company")
        self.manager.active = False
        self.assertFalse(self._create_complaint(category_id=self.category.id).user_id)

    def test_archived_team_is_not_proposed(self):
        self.quality_team.active = False
        complaint = self._create_complaint(category_id=self.category.id)
        self.assertEqual(complaint.team_id, self.team)

    def test_default_team_is_the_users_own(self):
        self.assertEqual(self._create_complaint().team_id, self.team)
        self.quality_team.member_ids = self.service_user
        complaint = self.Complaint.with_user(self.service_user).create({"name": "Mine"})
        self.assertEqual(complaint.team_id, self.quality_team)

    def test_team_of_another_company_is_not_proposed(self):
        self.quality_team.company_id = self.other_company
        self.assertEqual(self._create_complaint(category_id=self.category.id).team_id, self.team)

    def test_category_cannot_stand_below_itself(self):
        with self.assertRaisesRegex(ValidationError, "below itself"):
            self.parent_category.parent_id = self.category

    def test_category_shows_its_parents(self):
        self.assertEqual(self.category.display_name, "Taste / Too Sweet")
        self.parent_category.name = "Flavour"
        self.assertEqual(self.category.display_name, "Flavour / Too Sweet")

    # Stages and dates

    def test_first_stage_of_the_team(self):
        self.stage_new.team_ids = self.team
        self.assertEqual(self._create_complaint().stage_id, self.stage_new)
        complaint = self._create_complaint(team_id=self.quality_team.id)
        self.assertEqual(complaint.stage_id, self.stage_closed)
        complaint.team_id = self.team
        self.assertEqual(complaint.stage_id, self.stage_closed, "still a stage of the team")

    def test_kanban_shows_empty_stages(self):
        self.stage_new.team_ids = self.quality_team
        self._create_complaint(stage_id=self.stage_closed.id)

        def shown(**context):
            Complaint = self.Complaint.with_context(read_group_expand=True, **context)
            groups = Complaint.web_read_group([], ["stage_id"])["groups"]
            return {group["stage_id"][0] for group in groups if group["stage_id"]}

        self.assertLessEqual({self.stage_closed.id, self.stage_declined.id}, shown())
        self.assertNotIn(self.stage_new.id, shown())
        self.assertIn(self.stage_new.id, shown(default_team_id=self.quality_team.id))

    def test_first_closing_is_kept(self):
        now = fields.Datetime.now().replace(microsecond=0)
        with freeze_time(now):
            complaint = self._create_complaint(received_date=now - timedelta(days=1))
            self.assertFalse(complaint.resolved_date)
            complaint.stage_id = self.stage_closed
            self.assertEqual(complaint.resolved_date, now)
        with freeze_time(now + timedelta(days=3)):
            complaint.stage_id = self.stage_new
            complaint.flush_recordset()
            self.assertFalse(complaint.is_closed)
            self.assertEqual(complaint.resolved_date, now)
            complaint.stage_id = self.stage_declined
            self.assertEqual(complaint.resolved_date, now)

    def test_old_complaints_are_entered_with_their_dates(self):
        received = fields.Datetime.now() - timedelta(days=900)
        resolved = received + timedelta(days=2)
        complaint = self._create_complaint(
            stage_id=self.stage_closed.id, received_date=received, resolved_date=resolved
        )
        self.assertEqual(complaint.resolved_date, resolved)

    def test_stage_that_becomes_closing_closes_nothing(self):
        complaint = self._create_complaint()
        self.stage_new.is_closed = True
        self.assertFalse(complaint.resolved_date)

    def test_new_stage_resets_the_status(self):
        complaint = self._create_complaint()
        complaint.kanban_state = "blocked"
        complaint.stage_id = self.stage_closed
        self.assertEqual(complaint.kanban_state, "normal")

    def test_received_in_the_future_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "future"):
            self._create_complaint(received_date=fields.Datetime.now() + timedelta(days=1))

    def test_date_of_receipt_cannot_be_emptied(self):
        complaint = self._create_complaint()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            complaint.received_date = False
            complaint.flush_recordset()

    def test_answered_before_received_is_refused(self):
        complaint = self._create_complaint()
        with self.assertRaisesRegex(ValidationError, "before it was received"):
            complaint.first_response_date = fields.Datetime.now() - timedelta(days=1)

    def test_assign_to_me(self):
        complaints = self._create_complaint() | self._create_complaint()
        complaints.with_user(self.service_user).action_assign_to_me()
        self.assertEqual(complaints.user_id, self.service_user)
