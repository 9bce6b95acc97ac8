import logging
from datetime import datetime, time, timedelta, timezone

import pytz

from odoo import SUPERUSER_ID, fields, models

_logger = logging.getLogger(__name__)


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_reopen_days = fields.Integer(
        string="Reopen Within",
        default=14,
        help="Days after its closing in which a word of the customer opens a complaint again. "
        "Later it is shown to the person responsible. 0 leaves closed complaints closed.",
    )
    complaint_repeat_days = fields.Integer(
        string="Repeats Within",
        default=90,
        help="Days in which a second complaint of a customer about the same product or cause is "
        "a repeat. 0 looks for no repeats.",
    )

    complaint_form_enabled = fields.Boolean(
        string="Public Form",
        default=True,
        help="Everybody can write to you on the page /complaint, without signing in.",
    )
    complaint_form_limit = fields.Integer(
        string="Messages an Hour",
        default=5,
        help="What one address on the internet may send by the public form in an hour. "
        "An office or a shop often has one address for everybody.",
    )

    _complaint_form_limit_positive = models.Constraint(
        "CHECK (complaint_form_limit > 0)",
        "The public form takes at least one message an hour. To take none, switch it off.",
    )
    _complaint_reopen_days_positive = models.Constraint(
        "CHECK (complaint_reopen_days >= 0)",
        "The days in which a complaint is opened again cannot be negative.",
    )
    _complaint_repeat_days_positive = models.Constraint(
        "CHECK (complaint_repeat_days >= 0)",
        "The days in which complaints are repeats cannot be negative.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["crm.complaint"]._refresh_deadlines([("company_id", "in", self.ids)])
        return result

    def _get_tz(self):
        """The time zone of the company's contact, or of its working hours."""
        self.ensure_one()
        name = self.partner_id.tz or self.resource_calendar_id.tz or "UTC"
        try:
            return pytz.timezone(name)
        except pytz.UnknownTimeZoneError:
            # Data of another system may bring it; it must not stop the other companies.
            _logger.warning("Company %s has the unknown time zone %s: UTC is used.", self.id, name)
            return pytz.utc

    def _get_today(self):
        """The day it is at the company."""
        self.ensure_one()
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        return now.astimezone(self._get_tz()).date()

    def _get_companies_by_today(self):
        """All companies by the day it is there: {date: companies}; two days, three at most."""
        # Dates are no secret, and a nightly action serves every company.
        companies = self.sudo().search([("active", "=", True)])
        return companies.grouped(lambda company: company._get_today())

    def _get_day_after_working_days(self, day, working_days):
        """The day on which that many working days have begun after `day`, holidays left out."""
        self.ensure_one()
        calendar = self.resource_calendar_id
        start = datetime.combine(day + timedelta(days=1), time.min)
        end = calendar and calendar.plan_days(
            working_days,
            pytz.timezone(calendar.tz or "UTC").localize(start),
            compute_leaves=True,
            # As superuser the holidays of other companies would count as well.
            domain=[("time_type", "=", "leave"), ("company_id", "in", [False, self.id])],
        )
        # A company that never works is told by the calendar.
        return end.date() if end else day + timedelta(days=working_days)

    def _get_contract_managers(self):
        """The contracts administrators who work in this company, the longest known first."""
        self.ensure_one()
        # sudo: who reads alerts need not read users; only the nightly action tells them
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    (
                        "all_group_ids",
                        "in",
                        self.env.ref("crm_extended.group_crm_contract_manager").ids,
                    ),
                    ("company_ids", "in", self.ids),
                    ("share", "=", False),
                    ("id", "!=", SUPERUSER_ID),
                ],
                order="id",
            )
        )
