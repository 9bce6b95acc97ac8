import logging
from datetime import timezone

import pytz

from odoo import fields, models

_logger = logging.getLogger(__name__)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_today(self):
        """The day it is at the company: by the time zone of its contact, or its working hours."""
        self.ensure_one()
        name = self.partner_id.tz or self.resource_calendar_id.tz or "UTC"
        try:
            tz = pytz.timezone(name)
        except pytz.UnknownTimeZoneError:
            # Data of another system may bring it; it must not stop the other companies.
            _logger.warning("Company %s has the unknown time zone %s: UTC is used.", self.id, name)
            tz = pytz.utc
        return fields.Datetime.now().replace(tzinfo=timezone.utc).astimezone(tz).date()

    def _get_companies_by_today(self):
        """All companies by the day it is there: {date: companies}; two days, three at most."""
        # Dates are no secret, and a nightly action serves every company.
        companies = self.sudo().search([("active", "=", True)])
        return companies.grouped(lambda company: company._get_today())
