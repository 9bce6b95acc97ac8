from datetime import date, datetime, timedelta
from itertools import chain

import pytz
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_loyalty.tools.local_days import (
    get_day_keys,
    get_last_days,
    get_zones_by_day,
)


@tagged("post_install", "-at_install")
class TestLocalDays(BaseCase):
    @given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))
    def test_each_zone_has_its_day(self, now):
        zones = get_zones_by_day(now)
        self.assertIn(len(zones), (2, 3))
        self.assertEqual(sorted(chain.from_iterable(zones.values())), sorted(pytz.all_timezones))
        self.assertLessEqual(max(zones) - min(zones), timedelta(days=2))

    @given(st.integers(1990, 2090), st.dates(date(1950, 1, 1), date(1989, 12, 31)))
    def test_each_day_comes_round_once_a_year(self, year, birthdate):
        key = birthdate.month * 100 + birthdate.day
        start = date(year, birthdate.month, 1) - timedelta(days=2)
        days = [start + timedelta(days=n) for n in range(36)]
        self.assertEqual(sum(key in get_day_keys(day) for day in days), 1)

    def test_last_days(self):
        self.assertEqual(get_last_days(date(2027, 1, 1), 1), [date(2026, 12, 31), date(2027, 1, 1)])
