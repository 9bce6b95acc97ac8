from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.local_days import get_day_keys, get_last_days, get_zones_by_day


def get_key_sql(date):
    """What get_day_keys returns, in SQL, as the indexes have it."""
    return SQL("(EXTRACT(MONTH FROM %(date)s) * 100 + EXTRACT(DAY FROM %(date)s))", date=date)


ISSUE_KEY = get_key_sql(SQL("card.issue_date"))


class LoyaltyGreeting(models.Model):
    """Whose day it is, in the customer's own time zone, and who was greeted already."""

    _inherit = "loyalty.greeting"  # pylint: disable=consider-merging-classes-inherited

    def _get_due_domain(self):
        """The customers to greet now, as a domain on res.partner without any ids."""
        self.ensure_one()
        days = self._get_days()
        if not any(days.values()):
            return Domain.FALSE
        self._flush_days()

        def is_due(_model, alias, _query):
            partner = SQL.identifier(alias)
            return SQL(
                "(%s AND %s IS NOT NULL)",
                self._get_narrowing_sql(partner, days),
                self._get_due_date_sql(partner, days),
            )

        return Domain.custom(to_sql=is_due) & self._get_audience_domain()

    def _find_due_dates(self, partners):
        """Return {id: the day that is celebrated} of those of `partners` who are to be greeted."""
        self.ensure_one()
        self._flush_days()
        days = self._get_days()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner.id, %s FROM res_partner partner WHERE partner.id = ANY(%s)",
                self._get_due_date_sql(SQL.identifier("partner"), days),
                partners.ids,
            )
        )
        return {partner_id: date for partner_id, date in rows if date}

    def _flush_days(self):
        self.env["res.partner"].flush_model(["birthdate_date", "tz"])
        self.env["loyalty.greeting.log"].flush_model()

    def _get_days(self):
        """Return the days that may be celebrated now, by where it is which day.

        :return: {(names of time zones): [dates]}
        """
        self.ensure_one()
        zones = get_zones_by_day(fields.Datetime.now())
        days = {
            tuple(names): get_last_days(today, self.catch_up_days) for today, names in zones.items()
        }
        if self.occasion != "holiday":
            return days
        years = {day.year for some in days.values() for day in some}
        holidays = self.holiday_id._get_dates(years) if self.holiday_id else []
        return {names: [day for day in some if day in holidays] for names, some in days.items()}

    def _get_due_date_sql(self, partner, days):
        """The day of a customer that is celebrated now and was not yet, or NULL."""
        cases = [
            SQL(
                "CASE WHEN COALESCE(%(partner)s.tz, %(own)s) = ANY(%(zones)s) THEN %(date)s END",
                partner=partner,
                own=self.company_id._get_tz().zone,
                zones=list(names),
                date=self._get_date_sql(partner, dates),
            )
            for names, dates in days.items()
            if dates
        ]
        return SQL("COALESCE(%s)", SQL(", ").join(cases)) if cases else SQL("NULL::date")

    def _get_date_sql(self, partner, dates):
        """The last of `dates` that is a day of this customer and was not celebrated yet."""
        pairs = [(date, key) for date in dates for key in get_day_keys(date)]
        return SQL(
            """(
            SELECT max(due.date)
              FROM unnest(%(dates)s::date[], %(keys)s::numeric[]) AS due (date, key)
             WHERE %(is_day)s
               AND NOT EXISTS (
                   SELECT FROM loyalty_greeting_log log
                    WHERE log.partner_id = %(partner)s.id
                      AND log.occasion = %(occasion)s
                      AND COALESCE(log.holiday_id, 0) = %(holiday)s
                      AND log.year = EXTRACT(YEAR FROM due.date)
                   )
            )""",
            dates=[date for date, _key in pairs],
            keys=[key for _date, key in pairs],
            is_day=self._get_is_day_sql(partner),
            partner=partner,
            occasion=self.occasion,
            holiday=self._get_holiday_key(),
        )

    def _get_is_day_sql(self, partner):
        """Whether a `due` day is one of this customer: not the day of birth, but those after it."""
        if self.occasion == "birthday":
            birthdate = SQL("%s.birthdate_date", partner)
            return SQL("due.key = %s AND due.date > %s", get_key_sql(birthdate), birthdate)
        if self.occasion == "anniversary":
            return SQL(
                "EXISTS (SELECT FROM %s AND card.partner_id = %s.id AND due.key = %s"
                " AND due.date > card.issue_date)",
                self._get_cards_sql(),
                partner,
                ISSUE_KEY,
            )
        return SQL("TRUE")

    def _get_narrowing_sql(self, partner, days):
        """What an index finds among all customers before the rest is asked."""
        keys = sorted(
            {key for dates in days.values() for date in dates for key in get_day_keys(date)}
        )
        if self.occasion == "birthday":
            key = get_key_sql(SQL("%s.birthdate_date", partner))
            return SQL("%s = ANY(%s::numeric[])", key, keys)
        if self.occasion == "anniversary":
            return SQL(
                "%s.id IN (SELECT card.partner_id FROM %s AND %s = ANY(%s::numeric[]))",
                partner,
                self._get_cards_sql(),
                ISSUE_KEY,
                keys,
            )
        return SQL("TRUE")

    def _get_holiday_key(self):
        return self.holiday_id.id or 0 if self.occasion == "holiday" else 0
