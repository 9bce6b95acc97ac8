from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .expiry_common import ExpiryCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-03-10 12:00:00")
class TestExpiryOfExistingPoints(ExpiryCommon):
    """A program that begins to let points expire: those without a last day may get one."""

    def _apply(self, **rule):
        self.program.write(rule)
        return self.program.with_user(self.manager).action_date_existing_points()

    def test_as_the_rule_says_of_new_points(self):
        days = (date(2026, 6, 30), date(2026, 8, 31), date(2027, 2, 28))
        for rule, months in (("months", 18), ("months", 13), ("year_end", 12)):
            with self.subTest(rule, months=months):
                lots = [self._earn(self.card, 10, False, day) for day in days]
                self._apply(lot_expiry=rule, lot_expiry_months=months)
                for lot, day in zip(lots, days, strict=True):
                    self.assertEqual(lot.expiration_date, self.program._get_lot_expiration(day))

    def test_nobody_loses_points_before_being_told(self):
        lot = self._earn(self.card, 10, False, date(2025, 1, 1))
        self._apply(lot_expiry="months", lot_expiry_months=12)
        self.assertEqual(lot.expiration_date, date(2027, 4, 10))
        with freeze_time("2027-03-11 12:00:00"):
            self.assertEqual(len(self._tell()), 1)

    def test_by_inactivity_the_time_begins_today(self):
        lot = self._earn(self.card, 10, False, date(2025, 1, 1))
        self._apply(lot_expiry="inactivity", lot_expiry_months=12)
        self.assertEqual(lot.expiration_date, date(2028, 3, 10))

    def test_a_last_day_is_kept(self):
        lot = self._earn(self.card, 10, date(2027, 3, 20))
        other = self._earn(self._create_card(self.ada, self._create_program("Club")), 5, False)
        message = self._apply(lot_expiry="months", lot_expiry_months=12)["params"]["message"]
        self.assertEqual(message, "All points have a last day already.")
        self.assertEqual(lot.expiration_date, date(2027, 3, 20))
        self.assertFalse(other.expiration_date, "another program")

    def test_a_program_without_expiry_says_so(self):
        with self.assertRaisesRegex(UserError, "never expire"):
            self._apply(lot_expiry="none")

    def test_only_administrators(self):
        self.program.lot_expiry = "months"
        with self.assertRaises(AccessError):
            self.program.with_user(self.salesperson).action_date_existing_points()
