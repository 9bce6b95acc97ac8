from datetime import date, datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .greeting_common import GreetingCommon


@tagged("post_install", "-at_install")
class TestGreetings(GreetingCommon):
    def test_once_with_a_personal_voucher_by_name(self):
        logs = self._run()
        self.assertEqual(logs.partner_id, self.ada + self.bob)
        self.assertEqual(set(logs.mapped("year")), {2026})
        self.assertEqual(set(logs.mapped("date")), {date(2026, 5, 10)})
        cards = logs.card_id
        self.assertEqual(cards.partner_id, self.ada + self.bob)
        self.assertEqual(cards.program_id, self.coupons)
        self.assertEqual(set(cards.mapped("expiration_date")), {date(2026, 6, 9)})
        mail = self._get_mails(self.ada)
        self.assertEqual(mail.subject, "Happy birthday, Ada!")
        self.assertIn(logs.filtered(lambda log: log.partner_id == self.ada).card_id.code, mail.body)
        self.assertFalse(self._run(), "nobody is greeted twice")
        self.assertFalse(self._run(self.NOON + timedelta(days=1)))
        self.assertEqual(len(self.coupons.coupon_ids), 2)
        again = self._run(datetime(2027, 5, 10, 12))
        self.assertEqual(again.partner_id, self.ada + self.bob, "next year again")

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.lang = "fr_FR"
        template = self.greeting.mail_template_id
        template.with_context(
            lang="fr_FR"
        ).subject = "Joyeux anniversaire {{ object.partner_id.name }}"
        self._run()
        self.assertEqual(self._get_mails(self.ada).subject, "Joyeux anniversaire Ada")
        self.assertEqual(self._get_mails(self.bob).subject, "Happy birthday, Bob!")

    def test_the_day_of_the_time_zone(self):
        self.ada.tz = "Pacific/Auckland"
        self.bob.tz = "America/Los_Angeles"
        self.assertEqual(self._run(datetime(2026, 5, 9, 13)).partner_id, self.ada)
        self.assertFalse(self._run(datetime(2026, 5, 10, 6)))
        self.assertEqual(self._run(datetime(2026, 5, 10, 8)).partner_id, self.bob)

    def test_without_time_zone_that_of_the_company(self):
        self.env.company.partner_id.tz = "Asia/Tokyo"
        self.assertEqual(self._run(datetime(2026, 5, 9, 16)).partner_id, self.ada + self.bob)

    def test_born_on_29_february(self):
        (self.ada + self.bob).birthdate_date = False
        self.ada.birthdate_date = "1992-02-29"
        self.greeting.catch_up_days = 0
        self.assertFalse(self._run(datetime(2028, 2, 28, 12)), "a leap year has the day")
        self.assertEqual(self._run(datetime(2028, 2, 29, 12)).partner_id, self.ada)
        self.assertEqual(self._run(datetime(2027, 2, 28, 12)).date, date(2027, 2, 28))
        self.assertFalse(self._run(datetime(2027, 3, 1, 12)))

    def test_nobody_is_greeted_on_the_day_of_birth(self):
        self.ada.birthdate_date = "2026-05-10"
        self.assertEqual(self._run().partner_id, self.bob)

    def test_caught_up_within_days_and_not_later(self):
        self.assertFalse(self._run(self.NOON + timedelta(days=4)))
        late = self._run(self.NOON + timedelta(days=3))
        self.assertEqual(late.partner_id, self.ada + self.bob)
        self.assertEqual(set(late.mapped("date")), {date(2026, 5, 10)})

    def test_caught_up_over_new_year(self):
        self.ada.birthdate_date = "1990-12-30"
        self.assertEqual(self._run(datetime(2027, 1, 1, 12)).year, 2026)
        self.assertFalse(self._run(datetime(2027, 1, 2, 12)))
        self.assertEqual(self._run(datetime(2027, 12, 30, 12)).year, 2027)

    def test_only_who_wants_it_and_can_be_reached(self):
        values = [
            ("Refused", {"crm_consent": "refused"}),
            ("Not asked", {"crm_consent": False}),
            ("No mail", {"email": False}),
            ("Guest", {"is_guest": True}),
            ("Archived", {"active": False}),
            ("Blacklisted", {"email": "black@example.com"}),
            ("Other", {"company_id": self.env["res.company"].create({"name": "Other"}).id}),
        ]
        self.env["mail.blacklist"]._add("Black@example.com")
        self.env["res.partner"].create(
            [self._get_customer_values(name, **more) for name, more in values]
        )
        self.assertEqual(self._run().partner_id, self.ada + self.bob)

    def test_held_back_while_a_complaint_is_severe(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.ada.parent_id = firm
        complaint = self.env["crm.complaint"].create(
            {"name": "Mould in the bread", "partner_id": firm.id, "priority": "3"}
        )
        self.assertEqual(self._run().partner_id, self.bob)
        closed = self.env["crm.complaint.stage"].search([("is_closed", "=", True)], limit=1)
        complaint.write({"stage_id": closed.id, "resolution": "New bread"})
        self.assertEqual(self._run(self.NOON + timedelta(days=1)).partner_id, self.ada)

    def test_by_sms_beside_the_mail_or_alone(self):
        self.greeting.sms_template_id = self.env.ref("crm_loyalty.sms_template_greeting_birthday")
        country = self.env.ref("base.us").id
        self.ada.write({"phone": "+16505550111", "country_id": country})
        eve, joe = self.env["res.partner"].create(
            [
                self._get_customer_values(name, email=False, phone=phone, country_id=country)
                for name, phone in (("Eve", "+16505550112"), ("Joe", "+16505550113"))
            ]
        )
        self.env["phone.blacklist"]._add([joe.phone_sanitized])
        logs = self._run()
        self.assertEqual(logs.partner_id, self.ada + self.bob + eve)
        self.assertEqual(logs.filtered("is_texted").partner_id, self.ada + eve)
        self.assertEqual(logs.filtered("is_mailed").partner_id, self.ada + self.bob)
        texts = self.env["sms.sms"].search([("partner_id", "in", logs.partner_id.ids)])
        self.assertEqual(texts.partner_id, self.ada + eve)
        [text] = texts.filtered(lambda sms: sms.partner_id == eve)
        self.assertEqual((text.number, text.state), ("+16505550112", "outgoing"))
        code = logs.filtered(lambda log: log.partner_id == eve).card_id.code
        self.assertIn("Dear Eve, happy birthday!", text.body)
        self.assertIn(code, text.body)

    def test_holiday_of_each_year_and_one_that_moves(self):
        spring, moon = self.env["loyalty.holiday"].create(
            [
                {"name": "Spring", "month": "5", "day": 10},
                {"name": "Moon", "date_ids": [(0, 0, {"date": "2026-05-10"})]},
            ]
        )
        self.greeting.write({"occasion": "holiday", "holiday_id": spring.id})
        self.assertEqual(self.greeting.mail_template_id.name, "Greeting: Holiday")
        moving = self._create_greeting(occasion="holiday", holiday_id=moon.id)
        (self.ada + self.bob).birthdate_date = False
        mine = self.ada + self.bob
        logs = self._run().filtered(lambda log: log.partner_id in mine)
        self.assertEqual(
            [(log.greeting_id, log.partner_id) for log in logs.sorted("id")],
            [
                (greeting, partner)
                for greeting in (self.greeting, moving)
                for partner in (self.ada, self.bob)
            ],
        )
        self.assertIn("Spring", self._get_mails(self.ada).mapped("subject")[-1])
        next_year = self._run(datetime(2027, 5, 10, 12))
        self.assertEqual(next_year.greeting_id, self.greeting, "the other needs its day entered")

    def test_card_anniversary(self):
        self.greeting.write({"occasion": "anniversary", "card_program_id": self.program.id})
        self._create_card(self.ada, issue_date="2024-05-10")
        self._create_card(self.bob, issue_date="2026-05-10")
        self.assertEqual(self._run().partner_id, self.ada)
        other = self._create_program("Other")
        self.greeting.card_program_id = other
        self.assertFalse(self._run(datetime(2028, 5, 10, 12)))

    def test_blocked_cards_have_no_anniversary(self):
        self.greeting.occasion = "anniversary"
        card = self._create_card(self.ada, issue_date="2024-05-10")
        card.sudo().state = "blocked"
        self.assertFalse(self._run())

    def test_holders_and_segments_only(self):
        self._create_card(self.ada)
        self.greeting.card_program_id = self.program
        segment = self.env["crm.segment"].create(
            {
                "name": "Chosen",
                "kind": "manual",
                "member_ids": [(0, 0, {"partner_id": self.bob.id})],
            }
        )
        second = self._create_greeting(segment_ids=segment.ids)
        logs = self._run()
        self.assertEqual(
            {(log.greeting_id, log.partner_id) for log in logs},
            {(self.greeting, self.ada), (second, self.bob)},
        )

    def test_two_greetings_of_an_occasion_give_one(self):
        self._create_greeting(sequence=20)
        logs = self._run()
        self.assertEqual(len(logs), 2)
        self.assertEqual(logs.greeting_id, self.greeting)

    def test_the_database_refuses_a_second(self):
        log = self._run()[0]
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            log.copy()
            self.env.flush_all()

    def test_one_bad_customer_stops_nobody(self):
        template = self.greeting.mail_template_id
        template.subject = "{{ object.partner_id.name if object.partner_id.ref != 'x' else 1/0 }}"
        self.ada.ref = "x"
        with mute_logger(
            "odoo.addons.crm_extended.tools.batches", "odoo.addons.mail.models.mail_render_mixin"
        ):
            logs = self._run()
        self.assertEqual(logs.partner_id, self.bob)
        self.assertFalse(self.coupons.coupon_ids.filtered(lambda card: card.partner_id == self.ada))

    def test_voucher_program_that_ended_is_told_on_the_greeting(self):
        self.coupons.write({"date_from": "2020-01-01", "date_to": "2020-12-31"})
        with mute_logger("odoo.addons.crm_loyalty.models.loyalty_greeting_sending"):
            self.assertFalse(self._run())
        self.assertIn("has ended", self.greeting.error)
        self.coupons.date_to = "2026-12-31"
        self.assertEqual(len(self._run()), 2)
        self.assertFalse(self.greeting.error)

    def test_due_count_is_what_is_sent(self):
        with freeze_time(self.NOON):
            self.assertEqual(self.greeting.due_count, 2)
            self._run()
            self.greeting.invalidate_recordset()
            self.assertEqual(self.greeting.due_count, 0)
            self.assertEqual(self.greeting.sent_count, 2)
            self.assertEqual(self.env["loyalty.greeting"].new({}).due_count, 0)

    def test_bad_settings_are_told(self):
        for values, words in (
            ({"occasion": "holiday"}, "Choose the holiday"),
            ({"mail_template_id": False}, "Choose an e-mail or an SMS"),
            (
                {"mail_template_id": self.env.ref("loyalty.mail_template_loyalty_card").id},
                "not made for greetings",
            ),
        ):
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                self._create_greeting(**values)
        with self.assertRaisesRegex(UserError, "gives no vouchers"):
            self._create_greeting(voucher_program_id=self.program.id)
        with self.assertRaisesRegex(ValidationError, "has no day 31"):
            self.env["loyalty.holiday"].create({"name": "Never", "month": "4", "day": 31})

    def test_as_many_queries_for_many_customers(self):
        def count(number):
            partners = self.env["res.partner"].create(
                [self._get_customer_values(f"C{number}-{n}") for n in range(number)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(self.NOON):
                self.greeting._greet(partners)
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        few = count(3)
        self.assertLessEqual(count(45), few + 2)

    def test_rights(self):
        log = self._run()[0]
        user = new_test_user(self.env, "greet-user", "crm_loyalty.group_crm_loyalty_user")
        manager = new_test_user(self.env, "greet-manager", "crm_loyalty.group_crm_loyalty_manager")
        portal = new_test_user(self.env, "greet-portal", "base.group_portal")
        self.assertEqual(self.greeting.with_user(user).name, "Greeting")
        self.assertTrue(log.with_user(user).date)
        with self.assertRaises(AccessError):
            self.greeting.with_user(user).name = "Mine"
        self.greeting.with_user(manager).name = "Managed"
        with self.assertRaises(AccessError):
            log.with_user(manager).unlink()
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._create_greeting(company_id=other.id)
        self.assertNotIn(foreign, self.greeting.with_user(manager).search([]))
        for model in ("loyalty.greeting", "loyalty.greeting.log", "loyalty.holiday"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])

    def test_results(self):
        logs = self._run()
        product = self.env["product.product"].create({"name": "Tea", "list_price": 100})
        order = self.env["sale.order"].create(
            {"partner_id": self.ada.id, "order_line": [(0, 0, {"product_id": product.id})]}
        )
        card = logs.filtered(lambda log: log.partner_id == self.ada).card_id
        with freeze_time(self.NOON):
            status = order._try_apply_code(card.code)
            order._apply_program_reward(status[card], card)
            order.action_confirm()
        self.env.flush_all()
        [row] = self.env["loyalty.greeting.report"]._read_group(
            [("greeting_id", "=", self.greeting.id)],
            [],
            ["mailed:sum", "vouchers:sum", "redeemed:sum", "redeemed_rate:avg", "revenue:sum"],
        )
        self.assertEqual(row[:4], (2, 2, 1, 50.0))
        self.assertAlmostEqual(row[4], order.amount_untaxed)
        fields = self.env["loyalty.greeting.report"].fields_get(["revenue"], ["aggregator"])
        self.assertEqual(fields["revenue"]["aggregator"], "sum", "the pivot adds it up")

    def test_merged_customers_keep_one_row(self):
        self._run()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.ada + self.bob).ids, self.ada)
        self.env.invalidate_all()
        logs = self.env["loyalty.greeting.log"].search([("greeting_id", "=", self.greeting.id)])
        self.assertEqual(logs.partner_id, self.ada)
        self.assertEqual(len(logs), 1)
        self.assertFalse(self._run())
