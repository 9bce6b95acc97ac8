import pytz

from odoo import fields, models

from ..tools import period as periods
from ..tools.working_days import WorkingDays


class ResCompany(models.Model):
    """The days a company works, its public holidays left out."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def _get_figures_now(self):
        """The moment by the clock of the company, naive."""
        self.ensure_one()
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(self._get_figures_timezone()).replace(tzinfo=None)

    def _get_figures_today(self):
        return self._get_figures_now().date()

    def _get_working_days(self, start, end):
        """The arithmetic of working days between ``[start, end)``."""
        self.ensure_one()
        zone = self._get_figures_timezone()
        calendar_sudo = self.sudo().resource_calendar_id  # when a company works is no secret
        intervals = calendar_sudo._read_work_intervals(
            self, periods.utc(start, zone), periods.utc(end, zone)
        )
        return WorkingDays(
            tuple(
                pytz.utc.localize(date).astimezone(zone).replace(tzinfo=None) for date in interval
            )
            for interval in intervals
        )
