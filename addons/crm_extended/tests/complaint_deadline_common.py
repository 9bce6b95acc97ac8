from odoo import fields
from odoo.tests import freeze_time

from .complaint_common import ComplaintCommon


class ComplaintDeadlineCommon(ComplaintCommon):
    """A team that works in Kyiv from 8 to 12 and 13 to 17, and one policy of 8 and 40 hours.

    Dates are UTC: in winter the working day is from 06:00 to 15:00, in summer from 05:00 to 14:00.
    Monday is 12 January 2026.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Sla = cls.env["crm.complaint.sla"]
        cls.Sla.search([]).active = False
        cls.calendar = cls._create_calendar("Kyiv", "Europe/Kyiv", company_id=False)
        cls.team.write({"resource_calendar_id": cls.calendar.id, "user_id": cls.manager.id})
        (cls.stage_closed | cls.stage_declined).sequence = 10
        cls.stage_work, cls.stage_waiting = cls.env["crm.complaint.stage"].create(
            [
                {"name": "At Work", "sequence": 5},
                {"name": "Waiting", "sequence": 6, "is_waiting": True},
            ]
        )
        cls.sla = cls.Sla.create(
            {
                "name": "Standard",
                "company_id": False,
                "first_response_hours": 8,
                "resolution_hours": 40,
            }
        )

    @classmethod
    def _create_calendar(cls, name, tz, days="01234", hours=((8, 12), (13, 17)), **values):
        return cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": tz,
                "attendance_ids": [
                    (5, 0, 0),
                    *(
                        (
                            0,
                            0,
                            {
                                "name": "Work",
                                "dayofweek": day,
                                "hour_from": hour_from,
                                "hour_to": hour_to,
                                "day_period": "morning" if hour_from < 12 else "afternoon",
                            },
                        )
                        for day in days
                        for hour_from, hour_to in hours
                    ),
                ],
                **values,
            }
        )

    @classmethod
    def _receive(cls, date, **values):
        """File a complaint on the day it was received."""
        with freeze_time(date):
            values = {"team_id": cls.team.id, "partner_id": cls.contact.id, **values}
            return cls._create_complaint(**values)

    @classmethod
    def _add_holiday(cls, date_from, date_to, **values):
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": cls.calendar.id,
                "date_from": date_from,
                "date_to": date_to,
                **values,
            }
        )

    def _move(self, complaints, stage, date):
        with freeze_time(date):
            complaints.stage_id = stage
            self.env.flush_all()

    def _post(self, complaint, now, author=None, **values):
        """Post a message of the customer, or of another author."""
        author = self.contact if author is None else author
        with freeze_time(now):
            message = complaint.with_user(self.service_user).message_post(
                **{
                    "body": "Well?",
                    "author_id": author.id,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    **values,
                }
            )
            self.env.flush_all()
        return message

    def _answer(self, complaint, date):
        return self._post(
            complaint, date, author=self.service_user.partner_id, partner_ids=self.contact.ids
        )

    def _get_state(self, complaint, date):
        with freeze_time(date):
            complaint.invalidate_recordset(["sla_state"])
            return complaint.sla_state

    def assertDate(self, date, expected):
        self.assertEqual(fields.Datetime.to_string(date), expected)
