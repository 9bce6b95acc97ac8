from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, models
from odoo.fields import Domain

from ..tools.working_time import WorkingTimes


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if not {"tz", "two_weeks_calendar", "schedule_type", "hours_per_day"}.isdisjoint(vals):
            self._refresh_complaint_deadlines()
        return result

    @api.model
    def _get_working_times(self):
        """Return the arithmetic of working hours; its keys are (calendar, company).

        The company says whose holidays count: those of another company, or of a single person,
        never do. Intervals are read once for each key and question, however many records ask.
        """
        return WorkingTimes(
            lambda key, start, stop: key[0]._read_work_intervals(key[1], start, stop)
        )

    def _read_work_intervals(self, company, start, stop):
        """Return the work intervals between naive UTC datetimes, as naive UTC datetimes.

        Whole weeks are read, because a flexible calendar spreads its hours from the first day on:
        from Monday they fall on the same days whatever was asked for.
        """
        if not self:
            return []
        # sudo: whoever files a complaint gets its deadlines, a customer too
        calendar = self.sudo()
        tz = timezone(calendar.tz)
        first = utc.localize(start).astimezone(tz).date()
        last = utc.localize(stop).astimezone(tz).date()
        first -= timedelta(days=first.weekday())
        last += timedelta(days=7 - last.weekday())
        intervals = calendar._work_intervals_batch(
            tz.localize(datetime.combine(first, time.min)),
            tz.localize(datetime.combine(last, time.min)),
            domain=[("time_type", "=", "leave"), ("company_id", "in", [False, company.id])],
        )[False]
        return [
            tuple(date.astimezone(utc).replace(tzinfo=None) for date in (begin, end))
            for begin, end, _attendance in intervals
        ]

    def _refresh_complaint_deadlines(self):
        """Work out once more the deadlines of open complaints that count these hours."""
        if self:
            self.env["crm.complaint"]._refresh_deadlines(
                Domain("response_sla_id.resource_calendar_id", "in", self.ids)
                | Domain("resolution_sla_id.resource_calendar_id", "in", self.ids)
                | Domain("team_id.resource_calendar_id", "in", self.ids)
                | Domain("company_id.resource_calendar_id", "in", self.ids)
            )
