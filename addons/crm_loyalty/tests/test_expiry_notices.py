from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .expiry_common import ExpiryCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-03-01 12:00:00")
class TestExpiryNotices(ExpiryCommon):
    """Customers are told of points that expire 30 and 7 days before, once each, in one e-mail."""

    def _days_told(self, card=None):
        notices = self.Notice.search([("card_id", "=", (card or self.card).id)])
        return sorted(notices.mapped("days_before"), reverse=True)

    def test_told_30_and_7_days_before_and_once_each(self):
        self._earn(self.card, 10, date(2027, 4, 1))
        self.assertFalse(self._tell(), "31 days before")
        told = {}
        for day in ("2027-03-02", "2027-03-03", "2027-03-25", "2027-03-26", "2027-04-01"):
            with freeze_time(f"{day} 12:00:00"):
                told[day] = len(self._tell())
        self.assertEqual(
            [day for day, mails in told.items() if mails], ["2027-03-02", "2027-03-25"]
        )
        self.assertEqual(self._days_told(), [30, 7])

    def test_one_message_lists_everything(self):
        second = self._create_card(
            self.ada, self._create_program("Club", portal_point_name="Points")
        )
        self._earn(self.card, 10, date(2027, 3, 31))
        self._earn(self.card, 2.5, date(2027, 3, 8))
        self._earn(self.card, 3, date(2027, 3, 8))
        self._earn(second, 40, date(2027, 3, 20))
        self._earn(self.card, 1000, date(2027, 5, 1))
        mail = self._tell()
        self.assertEqual(mail.recipient_ids, self.ada)
        lines = [("5.50", "03/08/2027"), ("40", "03/20/2027"), ("10", "03/31/2027")]
        body = mail.body_html
        places = [body.index(f"{points} Points") for points, _day in lines]
        self.assertEqual(places, sorted(places), "what expires first comes first")
        for _points, day in lines:
            self.assertIn(day, body)
        self.assertIn(second.display_name, body)
        self.assertIn("Dear Ada", " ".join(body.split()))
        self.assertNotIn("1000", body)
        notices = self.Notice.search([("partner_id", "=", self.ada.id)])
        self.assertEqual(len(notices), 3)
        self.assertEqual(len(notices.filtered(lambda notice: not notice.parent_id)), 1)

    def test_each_customer_gets_own_points_only(self):
        self.bob.email = "bob@example.com"
        bobs = self._create_card(self.bob)
        self._earn(self.card, 11, date(2027, 3, 20))
        self._earn(bobs, 22, date(2027, 3, 20))
        mails = self._tell()
        self.assertEqual(len(mails), 2)
        adas = mails.filtered(lambda mail: mail.recipient_ids == self.ada)
        self.assertIn("11 Points", adas.body_html)
        self.assertNotIn("22 Points", adas.body_html)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("crm_loyalty.mail_template_loyalty_expiry_notice")
        template.with_context(lang="fr_FR").subject = "Vos points expirent"
        self.ada.lang = "fr_FR"
        self._earn(self.card, 10, date(2027, 3, 20))
        mail = self._tell()
        self.assertEqual(mail.subject, "Vos points expirent")
        self.assertIn("20/03/2027", mail.body_html)

    def test_whom_nobody_may_write_is_not_told(self):
        self._earn(self.card, 10, date(2027, 3, 20))
        reasons = {
            "archived": (self.ada, "active", False),
            "no address": (self.ada, "email", False),
            "no real address": (self.ada, "email", "ada"),
            "archived card": (self.card, "active", False),
        }
        for reason, (record, field, value) in reasons.items():
            with self.subTest(reason):
                before = record[field]
                record[field] = value
                self.assertFalse(self._tell())
                record[field] = before
        self.env["mail.blacklist"]._add("ada@example.com")
        self.assertFalse(self._tell(), "blacklisted")
        self.assertFalse(self._days_told())
        self.env["mail.blacklist"]._remove("ada@example.com")
        self.assertEqual(len(self._tell()), 1, "told as soon as possible")

    def test_a_blocked_card_is_not_told_of(self):
        self._earn(self.card, 10, date(2027, 3, 20))
        self.card.sudo().write({"state": "blocked", "block_reason": "Lost"})
        self.assertFalse(self._tell())

    def test_after_a_downtime_only_the_last_word_is_sent(self):
        self._earn(self.card, 10, date(2027, 3, 5))
        self.assertEqual(len(self._tell()), 1)
        self.assertEqual(self._days_told(), [7])

    def test_points_that_were_not_there_30_days_before(self):
        self._earn(self.card, 10, date(2027, 3, 20), available_date=date(2027, 3, 1))
        self.assertFalse(self._tell(), "earned with 19 days to go")
        with freeze_time("2027-03-13 12:00:00"):
            self.assertEqual(len(self._tell()), 1)
        self.assertEqual(self._days_told(), [7])

    def test_used_and_expired_points_are_not_told_of(self):
        self._earn(self.card, 10, date(2027, 3, 20))
        self._post(self.card, kind="redeem", used=10)
        self._earn(self.card, 10, date(2027, 2, 28))
        self.assertFalse(self._tell())

    def test_points_that_got_a_later_day_are_told_of_again(self):
        lots = self._earn(self.card, 10, date(2027, 3, 20))
        self._tell()
        lots.expiration_date = date(2027, 6, 1)
        lots.flush_recordset()
        self.assertFalse(self._tell())
        with freeze_time("2027-05-10 12:00:00"):
            self.assertEqual(len(self._tell()), 1)
        self.assertEqual(self._days_told(), [30, 30])

    def test_a_notice_is_unique(self):
        self._earn(self.card, 10, date(2027, 3, 20))
        self._tell()
        notice = self.Notice.search([("card_id", "=", self.card.id)])
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            notice.sudo().copy()
            self.env.flush_all()

    def test_without_its_template_nobody_is_told(self):
        self._earn(self.card, 10, date(2027, 3, 20))
        self.env.ref("crm_loyalty.mail_template_loyalty_expiry_notice").unlink()
        with self.assertLogs("odoo.addons.crm_loyalty.models.loyalty_expiry_notice", "WARNING"):
            self._run_nightly()
        self.assertFalse(self._days_told())

    def test_queries_do_not_grow_with_the_customers(self):
        few = self._count_queries_of_telling(2)
        many = self._count_queries_of_telling(30)
        self.assertLessEqual(many, few + 2)

    def _count_queries_of_telling(self, count):
        cards = self._create_cards(count)
        self._earn(cards, 10, date(2027, 3, 20))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(len(self._tell()), count)
        return self.env.cr.sql_log_count - before

    def test_who_reads_and_who_writes_notices(self):
        self._earn(self.card, 10, date(2027, 3, 20))
        self._tell()
        notice = self.Notice.search([("card_id", "=", self.card.id)])
        self.assertEqual(notice.with_user(self.salesperson).points, 10)
        with self.assertRaises(AccessError):
            notice.with_user(self.manager).write({"points": 1})
        for group in ("base.group_portal", "base.group_public", "base.group_user"):
            user = new_test_user(self.env, f"notice-{group}", groups=group)
            with self.subTest(group), self.assertRaises(AccessError):
                self.Notice.with_user(user).search([])
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "notice-stranger",
            groups="sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.Notice.with_user(stranger).search([("id", "=", notice.id)]))
