from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .expiry_common import ExpiryCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-03-10 12:00:00")
class TestExpiry(ExpiryCommon):
    """Points whose last day has passed leave the card at night, with a line that says so."""

    def test_points_can_be_used_on_their_last_day(self):
        self._earn(self.card, 30, date(2027, 3, 10))
        self._earn(self.card, 20, date(2027, 3, 9))
        self._expire()
        self.assertEqual(self.card.points, 30)
        self.assertEqual(self.card.lot_ids.mapped("state"), ["expired", "available"])
        self.assertEqual(self.card.lot_ids.mapped("remaining"), [0, 30])

    def test_points_without_a_last_day_stay(self):
        self._earn(self.card, 30, False)
        self._expire()
        self.assertEqual(self.card.points, 30)

    def test_one_line_of_history_for_each_card(self):
        other = self._create_card(self.bob)
        self._earn(self.card, 30, date(2027, 3, 1))
        self._earn(self.card, 20, date(2027, 3, 9))
        self._earn(self.card, 5, date(2027, 3, 20))
        self._earn(other, 7, date(2027, 3, 9))
        self._expire()
        line = self.card.history_ids.filtered(lambda line: line.kind == "expire")
        self.assertEqual((line.used, line.issued, line.partner_id), (50, 0, self.ada))
        self.assertEqual(line.description, "Points expired")
        uses = self.env["loyalty.lot.use"].search([("history_id", "=", line.id)])
        self.assertEqual(uses.lot_id, self.card.lot_ids.filtered(lambda lot: lot.points > 5))
        self.assertEqual(sum(uses.mapped("points")), 50)
        self.assertEqual((self.card.points, other.points), (5, 0))

    def test_only_what_is_left_expires(self):
        self._earn(self.card, 30, date(2027, 3, 9))
        with freeze_time("2027-03-09 12:00:00"):
            self._post(self.card, kind="redeem", used=12.5)
        self._expire()
        line = self.card.history_ids.filtered(lambda line: line.kind == "expire")
        self.assertEqual((line.used, self.card.points), (17.5, 0))

    def test_waiting_points_do_not_expire(self):
        self._post(self.card, kind="earn", issued=10, pending=True)
        self._expire()
        self.assertEqual(self.card.points_pending, 10)

    def test_nothing_happens_twice(self):
        self._earn(self.card, 30, date(2027, 3, 9))
        self._expire()
        self._expire()
        self.assertEqual(len(self.card.history_ids.filtered(lambda line: line.kind == "expire")), 1)

    def test_the_day_is_that_of_the_company(self):
        """Noon in Greenwich is one hour past midnight of the next day in Auckland."""
        self._earn(self.card, 30, date(2027, 3, 10))
        self.card.company_id.partner_id.tz = "Pacific/Auckland"
        self._expire()
        self.assertEqual(self.card.points, 0)

    def test_points_of_no_company_last_until_the_day_is_over_everywhere(self):
        self.program.company_id = False
        other = self.env["res.company"].create({"name": "Far West"})
        other.partner_id.tz = "Pacific/Auckland"
        self._earn(self.card, 30, date(2027, 3, 10))
        self._expire()
        self.assertEqual(self.card.points, 30)

    def test_the_history_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        descriptions = self.env["loyalty.lot"]._get_expiry_descriptions()
        self.assertLessEqual({"en_US", "fr_FR"}, set(descriptions))

    def test_queries_do_not_grow_with_the_cards(self):
        few = self._count_queries_of_expiring(2)
        many = self._count_queries_of_expiring(40)
        self.assertLessEqual(many, few + 2)

    def _count_queries_of_expiring(self, count):
        cards = self._create_cards(count)
        self._earn(cards, 10, date(2027, 3, 9))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._expire()
        self.assertEqual(set(cards.mapped("points")), {0})
        return self.env.cr.sql_log_count - before

    def test_the_nightly_action(self):
        self._earn(self.card, 30, date(2027, 3, 9))
        self._earn(self.card, 10, date(2027, 3, 12))
        self.card.lot_ids.available_date = date(2027, 1, 1)
        self._run_nightly()
        self.assertEqual(self.card.points, 10)
        notice = self.env["loyalty.expiry.notice"].search([("card_id", "=", self.card.id)])
        self.assertEqual((notice.points, notice.days_before), (10, 7))

    def test_salespeople_do_not_write_lots(self):
        self._earn(self.card, 30, date(2027, 3, 9))
        with self.assertRaises(AccessError):
            self.card.lot_ids.with_user(self.salesperson).write({"remaining": 1})

    def test_a_program_says_when_points_expire(self):
        self.program.write({"lot_expiry": "months", "lot_expiry_months": 6})
        self._post(self.card, kind="earn", issued=10)
        self.assertEqual(self.card.lot_ids.expiration_date, date(2027, 9, 10))
