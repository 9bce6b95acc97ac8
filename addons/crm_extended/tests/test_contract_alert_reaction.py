"""What people do about alerts, and what happens when they do nothing."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time
from odoo.tests.common import tagged

from .contract_common import ContractCommon

MONDAY = "2031-03-03 12:00:00"


@tagged("post_install", "-at_install")
class TestContractAlertReaction(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls._new_user("contract_leader")
        cls.leader.email = "leader@example.com"
        cls.env["crm.team"].create(
            {
                "name": "Contract Team",
                "user_id": cls.leader.id,
                "company_id": cls.company.id,
                "member_ids": [(6, 0, cls.user.ids)],
            }
        )

    def _raise(self, **values):
        """A term due in 30 days of which the responsible person has been told."""
        term = self._new_term(**values)
        self._run_nightly()
        return term, term.alert_ids.filtered(lambda alert: alert.state == "raised")

    # ---------------------------------------------------------------------------------------------
    # Acknowledging
    # ---------------------------------------------------------------------------------------------
    def test_acknowledging_stops_the_rest_of_the_ladder(self):
        term, alert = self._raise(repeat_days_after=1)
        alert.with_user(self.user).action_acknowledge()
        self.assertEqual((alert.state, alert.acknowledged_by_id), ("acknowledged", self.user))
        self.assertFalse(self._get_activities(term.contract_id))
        self.assertFalse(term.next_alert_date)
        for day in (23, 29, 31, 35):
            with freeze_time(self._day(day)):
                self._run_nightly()
        self.assertEqual(len(term.alert_ids), 2)
        term.due_date = self._day(90)
        self.assertEqual(term.next_alert_date, self._day(30), "another date is watched anew")

    def test_doing_the_activity_acknowledges(self):
        term, alert = self._raise()
        activity = self._get_activities(term.contract_id)
        activity.with_user(self.user).action_feedback(feedback="Seen to")
        self.assertEqual((alert.state, alert.acknowledged_by_id), ("acknowledged", self.user))
        self.assertFalse(term.next_alert_date)

    def test_meeting_the_term_acknowledges(self):
        term, alert = self._raise()
        term.action_met()
        self.assertEqual(alert.state, "acknowledged")

    def test_acknowledging_needs_the_contract(self):
        _term, alert = self._raise()
        for user in (self._new_user("contract_stranger", "base.group_user"),):
            with self.assertRaises(AccessError):
                alert.with_user(user).action_acknowledge()
        self.assertEqual(alert.state, "raised")

    def test_several_are_acknowledged_at_once(self):
        terms = [self._new_term() for _number in range(5)]
        self._run_nightly()
        alerts = self.env["crm.contract.alert"].search(
            [("user_id", "=", self.user.id), ("state", "=", "raised")]
        )
        self.assertEqual(len(alerts), 5)
        alerts.with_user(self.user).action_acknowledge()
        self.assertEqual(set(alerts.mapped("state")), {"acknowledged"})
        self.assertFalse(any(term.next_alert_date for term in terms))

    # ---------------------------------------------------------------------------------------------
    # Escalation
    # ---------------------------------------------------------------------------------------------
    def _run_from_monday(self, days):
        """Run the action on each of so many days from a Monday on; return the term."""
        with freeze_time(MONDAY) as clock:
            term = self._new_term(
                self._new_contract(date_start="2031-01-01", date_end="2031-12-31"),
                due_date="2031-03-20",
                alert_days="30",
                repeat_days_after=0,
            )
            for _day in range(days):
                self._run_nightly()
                clock.tick(timedelta(days=1))
        return term

    def test_what_nobody_reacted_to_goes_to_the_manager_once(self):
        term = self._run_from_monday(3)
        self.assertFalse(term.alert_ids.escalated_to_id, "Monday, and two working days after")
        term = self._run_from_monday(7)
        alert = term.alert_ids
        self.assertEqual(
            (alert.escalated_to_id, str(alert.escalated_at)[:10]), (self.leader, "2031-03-06")
        )
        self.assertEqual(alert.escalation_activity_id.user_id, self.leader)
        self.assertIn(f"{self.user.name} has not reacted", alert.escalation_activity_id.summary)
        self.assertEqual(len(self._get_activities(term.contract_id)), 1, "the first stays open")
        mails = self._get_mails(self.leader)
        self.assertEqual(len(mails), 1)
        self.assertIn("Nobody has reacted to", mails.body_html)

    def test_weekends_and_holidays_are_no_working_days(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2031-03-05 00:00:00",
                "date_to": "2031-03-05 23:59:59",
            }
        )
        days = self.company._get_day_after_working_days
        monday = self._run_from_monday(1).alert_ids.raised_at.date()
        self.assertEqual(str(days(monday, 1)), "2031-03-04")
        self.assertEqual(str(days(monday, 3)), "2031-03-07")
        self.assertEqual(str(days(monday, 4)), "2031-03-10")

    def test_reacting_in_time_keeps_it_from_the_manager(self):
        with freeze_time(MONDAY):
            term = self._run_from_monday(1)
            term.alert_ids.action_acknowledge()
        with freeze_time("2031-03-13"):
            self._run_nightly()
        self.assertFalse(term.alert_ids.escalated_to_id)

    def test_manager_s_reaction_counts(self):
        term = self._run_from_monday(5)
        alert = term.alert_ids
        alert.escalation_activity_id.with_user(self.leader).action_feedback()
        self.assertEqual((alert.state, alert.acknowledged_by_id), ("acknowledged", self.leader))
        self.assertFalse(self._get_activities(term.contract_id))

    def test_later_steps_do_not_put_the_manager_off(self):
        with freeze_time(MONDAY) as clock:
            term = self._new_term(
                self._new_contract(date_start="2031-01-01", date_end="2031-12-31"),
                due_date="2031-03-02",
                alert_days="0",
                repeat_days_after=1,
            )
            for _day in range(10):
                self._run_nightly()
                clock.tick(timedelta(days=1))
        told = term.alert_ids.filtered("escalated_to_id")
        activities = term.contract_id.activity_ids
        self.assertEqual(len(activities), 2, "one of the responsible, one of the manager")
        self.assertEqual(told.escalation_activity_id, activities - told.activity_id)
        self.assertEqual(len(self._get_mails(self.leader)), 1)

    def test_without_a_leader_an_administrator_is_told(self):
        self.env["crm.team"].search([("user_id", "=", self.leader.id)]).user_id = self.user
        term = self._run_from_monday(5)
        managers = self.company._get_contract_managers()
        self.assertEqual(term.alert_ids.escalated_to_id, managers[0])

    def test_type_says_when_or_never(self):
        never = self.env["crm.contract.type"].create({"name": "Quiet", "escalation_days": 0})
        contract = self._new_contract(type_id=never.id)
        term, alert = self._raise(contract=contract)
        with freeze_time(self._day(20)):
            self._run_nightly()
        self.assertFalse(term.alert_ids.escalated_to_id)
        self.assertFalse(alert.escalation_date)

    def test_queries_do_not_grow_with_the_escalations(self):
        def count_queries(number):
            for _number in range(number):
                self._new_term(alert_days="30")
            self._run_nightly()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(self._day(10)):
                self._run_nightly()
            return self.env.cr.sql_log_count - before

        count_queries(2)
        few = count_queries(2)
        self.assertLessEqual(count_queries(40), few + 2)
