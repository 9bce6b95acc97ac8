from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintStages(ComplaintCommon, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Settled",
                "model_id": cls.env["ir.model"]._get_id("crm.complaint"),
                "subject": "{{ object.number }} is settled",
                "body_html": "<p>Thank you.</p>",
                "use_default_to": True,
            }
        )
        cls.stage_closed.mail_template_id = cls.template
        cls.stage_new.rotting_threshold_days = 5

    def _create_tracked(self, **values):
        Complaint = self.Complaint.with_context(tracking_disable=False, mail_notrack=False)
        complaint = Complaint.create({"name": "Soggy", "partner_id": self.contact.id, **values})
        self.flush_tracking()
        return complaint

    def _get_sent(self, complaint):
        return complaint.message_ids.filtered(
            lambda message: message.subject == f"{complaint.number} is settled"
        )

    # The message of a stage

    def test_customer_is_told_once_on_entering(self):
        complaint = self._create_tracked()
        with self.mock_mail_gateway():
            complaint.stage_id = self.stage_closed
            self.flush_tracking()
            complaint.name = "Soggy, and settled"
            self.flush_tracking()
        message = self._get_sent(complaint)
        self.assertEqual(len(message), 1)
        self.assertEqual(message.notified_partner_ids, self.contact)
        self.assertFalse(complaint.first_response_date, "nobody answered it")

    def test_customer_is_told_again_when_it_is_settled_again(self):
        complaint = self._create_tracked(stage_id=self.stage_closed.id)
        self.assertFalse(self._get_sent(complaint), "filed as settled: he knows already")
        for stage in (self.stage_new, self.stage_closed) * 2:
            complaint.stage_id = stage
            self.flush_tracking()
        self.assertEqual(len(self._get_sent(complaint)), 2)

    def test_first_stage_tells_also_when_nobody_chose_it(self):
        self.stage_new.mail_template_id = self.template
        computed = self._create_tracked()
        given = self._create_tracked(stage_id=self.stage_new.id)
        for complaint in (computed, given):
            self.assertEqual(complaint.stage_id, self.stage_new)
            self.assertEqual(len(self._get_sent(complaint)), 1)

    def test_imported_without_tracking_tells_nobody(self):
        self.stage_new.mail_template_id = self.template
        complaint = self._create_complaint(partner_id=self.contact.id)
        complaint.stage_id = self.stage_closed
        self.flush_tracking()
        self.assertFalse(self._get_sent(complaint))

    def test_sender_without_contact_is_told_by_email(self):
        complaint = self._create_tracked(partner_id=False, email="oleh@example.org")
        with self.mock_mail_gateway():
            complaint.stage_id = self.stage_closed
            self.flush_tracking()
        self.assertEqual([mail["email_to"] for mail in self._mails], [["oleh@example.org"]])
        self.assertFalse(self.env["res.partner"].search([("email", "=", "oleh@example.org")]))

    # Days in a stage

    def test_days_begin_with_the_stage(self):
        complaint = self._create_complaint()
        entered = complaint.date_last_stage_update
        self.assertTrue(entered)
        long_ago = entered - timedelta(days=9)
        complaint.date_last_stage_update = long_ago
        complaint.team_id = self.quality_team
        complaint.stage_id = self.stage_new
        self.assertEqual(complaint.date_last_stage_update, long_ago, "it stayed where it was")
        complaint.stage_id = self.stage_declined
        self.assertGreater(complaint.date_last_stage_update, long_ago)

    def test_stage_that_follows_from_the_team_counts_as_well(self):
        self.stage_new.team_ids = self.team
        complaint = self._create_complaint()
        long_ago = complaint.date_last_stage_update - timedelta(days=9)
        complaint.date_last_stage_update = long_ago
        complaint.team_id = self.quality_team
        self.assertEqual(complaint.stage_id, self.stage_closed)
        self.assertGreater(complaint.date_last_stage_update, long_ago)

    def test_rots_when_stuck(self):
        fresh, stuck, closed = (self._create_complaint() for _each in range(3))
        closed.stage_id = self.stage_declined
        self.stage_declined.rotting_threshold_days = 5
        (stuck | closed).date_last_stage_update = fields.Datetime.now() - timedelta(days=6, hours=1)
        complaints = fresh | stuck | closed
        self.env.flush_all()
        self.assertEqual(complaints.filtered("is_rotting"), stuck)
        self.assertEqual(stuck.rotting_days, 6)
        found = self.Complaint.search([("is_rotting", "=", True), ("id", "in", complaints.ids)])
        self.assertEqual(found, stuck)

    def test_negative_threshold_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.stage_new.rotting_threshold_days = -1
            self.stage_new.flush_recordset()

    def test_time_spent_in_each_stage(self):
        complaint = self._create_tracked()
        complaint.stage_id = self.stage_declined
        self.flush_tracking()
        stages = self.stage_new | self.stage_declined
        self.assertEqual(set(complaint.duration_tracking), set(map(str, stages.ids)))
