from datetime import datetime
from pathlib import Path
from runpy import run_path

from odoo.tests import freeze_time
from odoo.tests.common import tagged
from odoo.tools import SQL

from .complaint_common import ComplaintCommon

MIGRATIONS = Path(__file__).parents[1] / "migrations"
NEW_COLUMNS = (
    "date_last_stage_update",
    "closed_date",
    "reopened_date",
    "reopen_count",
    "clock_stopped_date",
    "recurrence_count",
    "repeat_of_id",
)


@tagged("post_install", "-at_install")
class TestComplaintUpgrade(ComplaintCommon):
    """What the first release kept of complaints says where they stand in the second one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False, mail_notrack=False))
        cls.stage_waiting = cls.env["crm.complaint.stage"].create(
            {"name": "Waiting", "is_waiting": True}
        )

    def _file(self, *moves, **values):
        """File a complaint on 1 January and move it to one stage a day."""
        days = (datetime(2026, 1, day, 9) for day in range(1, 28))
        with freeze_time(next(days)):
            complaint = self.Complaint.with_env(self.env).create(
                {"name": "The pie was too sweet", "partner_id": self.contact.id, **values}
            )
            self.flush_tracking()
        for stage in moves:
            day = next(days)
            with freeze_time(day):
                complaint.stage_id = stage
                self.flush_tracking()
            complaint.message_ids[:1].date = day
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_complaint SET create_date = received_date")
        return complaint

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.flush()

    def _upgrade(self, script):
        if script.startswith("pre"):
            nothing = SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in NEW_COLUMNS)
            self.env.cr.execute(SQL("UPDATE crm_complaint SET %s", nothing))
        run_path(str(MIGRATIONS / "19.0.1.1.0" / script))["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def assertDay(self, date, day):
        self.assertEqual(date, day and datetime(2026, 1, day, 9))

    def test_log_of_stages(self):
        new, closed, declined = self.stage_new, self.stage_closed, self.stage_declined
        untouched = self._file()
        waiting = self._file(self.stage_waiting)
        solved = self._file(closed, declined)
        reopened = self._file(closed, new)
        reclosed = self._file(closed, new, declined)
        expected = {
            # in stage since, closed, reopened, times reopened, clock stopped
            untouched: (1, False, False, 0, False),
            waiting: (2, False, False, 0, 2),
            solved: (3, 2, False, 0, 2),
            reopened: (3, False, 3, 1, False),
            reclosed: (4, 4, 3, 1, 4),
        }
        self._upgrade("pre-complaint-clock.py")
        for complaint, (moved, closing, reopening, count, stopped) in expected.items():
            self.assertDay(complaint.date_last_stage_update, moved)
            self.assertDay(complaint.closed_date, closing)
            self.assertDay(complaint.reopened_date, reopening)
            self.assertEqual(complaint.reopen_count, count)
            self.assertDay(complaint.clock_stopped_date, stopped)

    def test_without_a_log(self):
        solved, reopened = self._file(self.stage_closed), self._file(self.stage_closed)
        (solved | reopened).message_ids.sudo().unlink()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_complaint SET stage_id = %s WHERE id = %s",
            [self.stage_new.id, reopened.id],
        )
        self._upgrade("pre-complaint-clock.py")
        self.assertDay(solved.closed_date, 2)
        self.assertEqual(solved.reopen_count, 0)
        self.assertFalse(reopened.closed_date)
        self.assertEqual(reopened.reopen_count, 1)

    def test_repeats_are_counted_and_alarm_nobody(self):
        first, second = (self._file(product_id=self.product.id) for _twice in range(2))
        self.env.cr.execute(
            "UPDATE crm_complaint SET repeat_of_id = NULL, recurrence_count = NULL, priority = '0'"
        )
        self.env.invalidate_all()
        self._upgrade("post-complaint-repeats.py")
        self.assertEqual(second.repeat_of_id, first)
        self.assertEqual(second.recurrence_count, 1)
        self.assertEqual(second.priority, "0")
