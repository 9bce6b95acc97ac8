from datetime import datetime, timedelta

from odoo.tests.common import tagged

from .complaint_common import ComplaintCommon

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, 9)


@tagged("post_install", "-at_install")
class TestComplaintRepeats(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause, cls.other_cause = cls.env["crm.complaint.cause"].create(
            [{"name": "Oven too hot"}, {"name": "Label"}]
        )
        cls.other_product = cls.env["product.product"].create({"name": "Cherry Pie"})
        cls.team.user_id = cls.manager

    def _complain(self, day=0, **values):
        values = {
            "partner_id": self.contact.id,
            "product_id": self.product.id,
            "team_id": self.team.id,
            **values,
        }
        return self._create_complaint(received_date=START + day * DAY, **values)

    def _get_activities(self, complaints):
        return complaints.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("crm_extended.mail_activity_type_complaint_repeat")
            )
        )

    def test_repeat_is_linked_counted_raised_and_shown(self):
        first = self._complain()
        second = self._complain(10, partner_id=self.colleague.id)
        third = self._complain(20, product_id=False, cause_id=self.cause.id)
        self.assertFalse(third.repeat_of_id)
        second.cause_id = self.cause
        self.assertEqual(third.repeat_of_id, second)
        self.assertEqual(second.repeat_of_id, first)
        self.assertEqual((first | second | third).mapped("recurrence_count"), [0, 1, 1])
        self.assertEqual((first | second | third).mapped("priority"), ["0", "1", "1"])
        self.assertEqual(self._get_activities(second).user_id, self.manager)
        self.assertIn(self.manager.partner_id, second.message_partner_ids)
        self.assertTrue(any(first.number in (m.body or "") for m in second.message_ids))
        self.assertEqual((first | second | third).mapped("repeat_count"), [2, 2, 2])
        action = first.action_view_repeats()
        shown = self.Complaint.search(action["domain"])
        self.assertEqual(shown, first | second | third)

    def test_the_last_one_before_is_linked_and_all_are_counted(self):
        first, second, third = (self._complain(day) for day in (0, 10, 20))
        self.assertEqual(third.repeat_of_id, second)
        self.assertEqual(third.recurrence_count, 2)
        self.assertEqual(first.recurrence_count, 0)

    def test_what_is_no_repeat(self):
        self._complain()
        for values in (
            {"partner_id": self.other_customer.id},
            {"partner_id": False},
            {"product_id": self.other_product.id},
            {"product_id": False},
            {"kind": "question"},
            {"day": 91},
            {"company_id": self.other_company.id, "partner_id": self.contact.id},
        ):
            with self.subTest(**values):
                complaint = self._complain(**{"day": 5, **values})
                self.assertFalse(complaint.repeat_of_id)
                self.assertFalse(complaint.recurrence_count)
                self.assertEqual(complaint.priority, "0")
        question = self._complain(1, kind="question", product_id=self.other_product.id)
        after = self._complain(2, product_id=self.other_product.id)
        self.assertNotEqual(after.repeat_of_id, question)

    def test_guests_are_many_people(self):
        guest = self.env["res.partner"].create({"name": "Shop", "is_guest": True})
        self._complain(partner_id=guest.id)
        second = self._complain(1, partner_id=guest.id)
        self.assertFalse(second.recurrence_count)
        guest.is_guest = False
        self.assertEqual(second.recurrence_count, 1)

    def test_days_are_those_of_the_company(self):
        self.env.company.complaint_repeat_days = 100
        self._complain()
        self.assertTrue(self._complain(99).repeat_of_id)
        self.env.company.complaint_repeat_days = 0
        self.assertFalse(self._complain(99).repeat_of_id)

    def test_earlier_one_entered_later(self):
        later = self._complain(10)
        earlier = self._complain(3)
        self.assertEqual(later.repeat_of_id, earlier)
        self.assertEqual(later.priority, "1")
        self.assertFalse(earlier.recurrence_count)

    def test_priority_is_raised_once_and_not_past_the_highest(self):
        self._complain()
        urgent = self._complain(1, priority="3")
        self.assertEqual(urgent.priority, "3")
        repeat = self._complain(2)
        self.assertEqual(repeat.priority, "1")
        repeat.priority = "0"
        repeat.cause_id = self.cause
        urgent.cause_id = self.cause
        self.assertEqual(repeat.priority, "0", "a colleague lowered it")
        self.assertEqual(len(self._get_activities(repeat)), 1)

    def test_category_does_not_lower_a_repeat(self):
        self._complain()
        repeat = self._complain(1)
        repeat.write({"priority": "2"})
        repeat.category_id = self.parent_category  # proposes 1
        self.assertEqual(repeat.priority, "2")
        repeat.category_id = self.category  # proposes 3
        self.assertEqual(repeat.priority, "3")

    def test_correction_recounts_and_lowers_nothing(self):
        first = self._complain()
        second, third = self._complain(1), self._complain(2)
        self.assertEqual(third.recurrence_count, 2)
        second.product_id = self.other_product
        self.assertFalse(second.repeat_of_id)
        self.assertFalse(second.recurrence_count)
        self.assertEqual(second.priority, "1")
        self.assertIn("No longer a repeat", second.message_ids[0].body)
        self.assertEqual(third.repeat_of_id, first)
        self.assertEqual(third.recurrence_count, 1)
        first.unlink()
        self.assertFalse(third.repeat_of_id)
        self.assertFalse(third.recurrence_count)

    def test_contact_that_moves_to_another_customer_takes_its_complaints_along(self):
        first = self._complain()
        second = self._complain(1, partner_id=self.colleague.id)
        self.assertEqual(second.repeat_of_id, first)
        self.colleague.parent_id = self.other_customer
        self.assertFalse(second.repeat_of_id)
        self.contact.parent_id = self.other_customer
        self.assertEqual(second.repeat_of_id, first)

    def test_closed_ones_are_linked_without_alarm(self):
        self._complain(stage_id=self.stage_closed.id)
        second = self._complain(1, stage_id=self.stage_closed.id)
        self.assertEqual(second.recurrence_count, 1)
        self.assertEqual(second.priority, "0")
        self.assertFalse(self._get_activities(second))

    def test_user_repeats_what_another_team_heard(self):
        self.quality_team.member_ids = self.manager
        first = self._complain(team_id=self.quality_team.id)
        own = self.Complaint.with_user(self.service_user).create(
            {
                "name": "Once more",
                "partner_id": self.contact.id,
                "product_id": self.product.id,
                "team_id": self.team.id,
                "received_date": START + DAY,
            }
        )
        self.assertEqual(own.sudo().repeat_of_id, first)
        self.assertEqual(own.recurrence_count, 1)

    def test_a_batch_repeats_itself_in_a_fixed_number_of_queries(self):
        def count_queries(number):
            customer = self.env["res.partner"].create({"name": "Many"})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints = self.Complaint.create(
                [
                    {
                        "name": "Once more",
                        "partner_id": customer.id,
                        "product_id": self.product.id,
                        "team_id": self.team.id,
                    }
                    for _number in range(number)
                ]
            )
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            self.assertEqual(complaints.mapped("recurrence_count"), list(range(number)))
            self.assertEqual(complaints[1:].repeat_of_id, complaints[:-1])
            return queries

        count_queries(2)
        self.assertLessEqual(count_queries(200), count_queries(20) + 15)
