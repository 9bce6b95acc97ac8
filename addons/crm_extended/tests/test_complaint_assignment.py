from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintAssignment(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.members = cls.env["res.users"].union(
            *(
                new_test_user(cls.env, f"care_{i}", groups="crm_extended.group_crm_complaint_user")
                for i in range(4)
            )
        )
        cls.team.member_ids = cls.members

    def _create_batch(self, count, **values):
        return self.Complaint.create([{"name": f"Soggy {i}", **values} for i in range(count)])

    def _take_leave(self, user):
        resource = self.env["resource.resource"].create({"name": user.name, "user_id": user.id})
        now = fields.Datetime.now()
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "resource_id": resource.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
            }
        )

    def test_by_hand_nobody_gets_it(self):
        self.assertFalse(self._create_complaint().user_id)

    def test_in_turn_shares_evenly_over_batches_and_single_ones(self):
        self.team.assignment_method = "in_turn"
        complaints = self._create_batch(10) | self._create_complaint() | self._create_batch(9)
        self.assertEqual(set(Counter(each.user_id for each in complaints).values()), {5})

    def test_turns_of_teams_do_not_mix(self):
        self.quality_team.member_ids = self.members
        (self.team | self.quality_team).assignment_method = "in_turn"
        ours, theirs = [], []
        for _round in range(4):
            ours.append(self._create_complaint(team_id=self.team.id).user_id)
            theirs.append(self._create_complaint(team_id=self.quality_team.id).user_id)
        self.assertEqual(set(ours), set(self.members))
        self.assertEqual(set(theirs), set(self.members))

    def test_fewest_open_evens_out(self):
        self._create_batch(3, user_id=self.members[0].id)
        self._create_batch(2, user_id=self.members[1].id, stage_id=self.stage_closed.id)
        self.team.assignment_method = "least_open"
        complaints = self._create_batch(9)
        count = Counter(each.user_id for each in complaints)
        self.assertEqual([count[member] for member in self.members], [0, 3, 3, 3])

    def test_thousand_at_once_cost_the_same_queries_and_share_evenly(self):
        def create(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints = self._create_batch(count)
            self.env.flush_all()
            return complaints, self.env.cr.sql_log_count - before

        for method in ("in_turn", "least_open"):
            self.team.assignment_method = method
            create(4)
            _few, queries_of_few = create(4)
            hundred, queries_of_hundred = create(100)
            self.assertLessEqual(queries_of_hundred, queries_of_few + 2, method)
            # Odoo inserts and updates a hundred rows a statement
            thousand, queries_of_thousand = create(1000)
            self.assertLessEqual(queries_of_thousand, queries_of_few + 2 * 9, method)
            for complaints in (hundred, thousand):
                count = Counter(each.user_id for each in complaints)
                self.assertEqual(set(count.values()), {len(complaints) // 4}, method)

    def test_explicit_person_and_category_come_first(self):
        self.team.assignment_method = "in_turn"
        named = self._create_complaint(user_id=self.service_user.id)
        self.assertEqual(named.user_id, self.service_user)
        self.category.team_id = self.team
        self.assertEqual(self._create_complaint(category_id=self.category.id).user_id, self.manager)

    def test_form_that_names_nobody_gets_a_member(self):
        self.team.assignment_method = "in_turn"
        form_values = {"name": "Soggy", "user_id": False, "team_id": self.team.id}
        self.assertIn(self.Complaint.create(form_values).user_id, self.members)
        new = self.Complaint.new({"name": "Typed, not saved", "team_id": self.team.id})
        self.assertFalse(new.user_id, "looking at a form takes nobody's turn")

    def test_assigned_person_follows(self):
        self.team.assignment_method = "least_open"
        complaint = self.Complaint.with_context(
            tracking_disable=False, mail_create_nosubscribe=False
        ).create({"name": "Soggy"})
        self.assertIn(complaint.user_id.partner_id, complaint.message_partner_ids)

    def test_archived_absent_and_foreign_people_are_passed_over(self):
        self.team.assignment_method = "in_turn"
        self.members[0].active = False
        self._take_leave(self.members[1])
        self.members[2].write(
            {"company_ids": self.other_company.ids, "company_id": self.other_company.id}
        )
        self.assertEqual(self._create_batch(6).user_id, self.members[3])
        self._take_leave(self.members[3])
        self.assertFalse(self._create_complaint().user_id)

    def test_absent_person_of_the_category_is_replaced_by_the_team(self):
        self.category.write({"user_id": self.members[0].id, "team_id": self.team.id})
        leave = self._take_leave(self.members[0])
        self.assertFalse(self._create_complaint(category_id=self.category.id).user_id)
        self.team.assignment_method = "least_open"
        replaced = self._create_complaint(category_id=self.category.id)
        self.assertIn(replaced.user_id, self.members[1:])
        leave.unlink()
        back = self._create_complaint(category_id=self.category.id)
        self.assertEqual(back.user_id, self.members[0])

    def test_closed_ones_are_nobodys_turn(self):
        self.team.assignment_method = "in_turn"
        self.assertFalse(self._create_complaint(stage_id=self.stage_closed.id).user_id)

    def test_unassigned_gets_somebody_of_the_team_it_is_moved_to(self):
        complaint = self._create_complaint(team_id=self.quality_team.id)
        self.assertFalse(complaint.user_id)
        self.team.assignment_method = "in_turn"
        complaint.team_id = self.team
        self.assertIn(complaint.user_id, self.members)
        user = complaint.user_id
        complaint.team_id = self.quality_team
        self.assertEqual(complaint.user_id, user, "it stays with who has it")

    def test_copied_team_takes_turns_of_its_own(self):
        self.team.assignment_method = "in_turn"
        copy = self.team.copy({"member_ids": self.members.ids})
        self.assertTrue(copy.turn_sequence_id)
        self.assertNotEqual(copy.turn_sequence_id, self.team.turn_sequence_id)
        counter = copy.turn_sequence_id
        copy.unlink()
        self.assertFalse(counter.exists())

    def test_manager_of_complaints_may_choose_the_method(self):
        self.team.with_user(self.manager).assignment_method = "in_turn"
        complaint = self.Complaint.with_user(self.service_user).create(
            {"name": "Soggy", "team_id": self.team.id}
        )
        self.assertIn(complaint.user_id, self.members)
