from odoo.tests import freeze_time, new_test_user, tagged

from .complaint_deadline_common import ComplaintDeadlineCommon


@tagged("post_install", "-at_install")
class TestComplaintEscalationHandedOver(ComplaintDeadlineCommon):
    """Who is to act after the responsible person has changed. The manager leads the team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague_user = new_test_user(
            cls.env, "complaint_colleague", groups="crm_extended.group_crm_complaint_user"
        )

    def _receive_and_escalate(self, date, number=1, **values):
        values = {"user_id": self.service_user.id, **values}
        complaints = self.Complaint.union(
            *(self._receive("2026-01-12 06:00:00", **values) for _number in range(number))
        )
        with freeze_time(date):
            complaints.sudo()._escalate()
            self.env.flush_all()
        return complaints

    def _get_users_with_activity(self, complaint):
        return complaint._get_escalation_activities().user_id

    def test_new_responsible_takes_the_activity_over(self):
        complaint = self._receive_and_escalate("2026-01-12 13:00:00")
        activity = complaint._get_escalation_activities()
        self.assertEqual(activity.user_id, self.service_user)
        complaint.with_user(self.service_user).user_id = self.colleague_user
        self.assertEqual(complaint._get_escalation_activities(), activity)
        self.assertEqual(activity.user_id, self.colleague_user)
        self.assertEqual(complaint.escalation_ids.user_ids, self.service_user | self.colleague_user)

    def test_leader_keeps_the_activity_of_a_breach(self):
        complaint = self._receive_and_escalate("2026-01-12 15:00:00")
        self.assertEqual(self._get_users_with_activity(complaint), self.service_user | self.manager)
        complaint.user_id = self.colleague_user
        self.assertEqual(
            self._get_users_with_activity(complaint), self.colleague_user | self.manager
        )

    def test_leader_who_takes_it_has_one_activity(self):
        complaint = self._receive_and_escalate("2026-01-12 15:00:00")
        complaint.user_id = self.manager
        self.assertEqual(complaint._get_escalation_activities().user_id, self.manager)
        self.assertEqual(len(complaint._get_escalation_activities()), 1)

    def test_leader_is_told_of_what_nobody_deals_with_any_more(self):
        complaint = self._receive_and_escalate("2026-01-12 13:00:00")
        complaint.user_id = False
        self.assertEqual(self._get_users_with_activity(complaint), self.manager)

    def test_first_responsible_is_told_of_what_nobody_was_told(self):
        self.team.user_id = False
        with self.assertLogs("odoo.addons.crm_extended", "WARNING"):
            complaint = self._receive_and_escalate("2026-01-12 15:00:00", user_id=False)
        self.assertFalse(complaint._get_escalation_activities())
        complaint.user_id = self.service_user
        activity = complaint._get_escalation_activities()
        self.assertEqual(activity.user_id, self.service_user)
        self.assertEqual(activity.summary, "First response is overdue")

    def test_who_has_dealt_with_it_is_not_told_again(self):
        complaint = self._receive_and_escalate("2026-01-12 15:00:00")
        complaint._get_escalation_activities().action_done()
        complaint.user_id = self.colleague_user
        self.assertEqual(self._get_users_with_activity(complaint), self.colleague_user)

    def test_category_hands_over_as_well(self):
        complaint = self._receive_and_escalate("2026-01-12 13:00:00")
        self.parent_category.user_id = self.colleague_user
        complaint.category_id = self.category
        self.assertEqual(complaint.user_id, self.colleague_user)
        self.assertEqual(self._get_users_with_activity(complaint), self.colleague_user)

    def test_many_cost_as_many_queries_as_few(self):
        def count_queries(number):
            complaints = self._receive_and_escalate("2026-01-12 13:00:00", number=number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints.with_context(tracking_disable=True).user_id = self.colleague_user
            self.env.flush_all()
            self.assertEqual(self._get_users_with_activity(complaints), self.colleague_user)
            return self.env.cr.sql_log_count - before

        count_queries(2)
        self.assertLessEqual(count_queries(30), count_queries(5) + 3)
