from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .referral_common import ReferralCommon


@tagged("post_install", "-at_install")
class TestReferral(ReferralCommon):
    """Who counts as a friend, and when both are rewarded."""

    def _get_friend_card(self, friend=None):
        return self.env["loyalty.card"].search(
            [("partner_id", "=", (friend or self.bob).id), ("program_id", "=", self.program.id)]
        )

    def _create_friends(self, count, **values):
        return self.env["res.partner"].create(
            [{"name": f"F {n}", "email": f"f{n}@example.com"} | values for n in range(count)]
        )

    # Rewards

    def test_both_are_rewarded_after_the_return_window_and_once(self):
        referral = self._register(self.bob)
        self._run()
        self.assertEqual(referral.state, "pending", "nothing was bought")
        invoice = self._invoice(self.bob, days_ago=29)
        self._run()
        self.assertEqual(referral.state, "pending", "the goods may still come back")
        self.assertEqual(referral.invoice_id, invoice)
        self.program.referral_return_days = 29
        self._run()
        self.assertEqual(referral.state, "rewarded")
        self.assertEqual(self.card.points, 100)
        friend_card = self._get_friend_card()
        self.assertEqual(friend_card.points, 100)
        cards = self.card | friend_card
        self.assertEqual(cards.history_ids.mapped("kind"), ["referral"] * 2)
        self.assertEqual(cards.lot_ids.mapped("kind"), ["referral"] * 2)
        self._run()
        self._invoice(self.bob, days_ago=31)
        self._run()
        self.assertEqual((self.card.points, friend_card.points), (100, 100))

    def test_unpaid_and_returned_invoices_bring_nothing(self):
        referral = self._register(self.bob)
        self._invoice(self.bob, paid=False)
        returned = self._invoice(self.bob, days_ago=45)
        refund = returned._reverse_moves([{"invoice_date": self.today}])
        refund.action_post()
        self._run()
        self.assertEqual(referral.state, "pending")
        kept = self._invoice(self.bob, days_ago=35)
        part = kept._reverse_moves([{"invoice_date": self.today}])
        part.invoice_line_ids.price_unit = 30
        part.action_post()
        self._run()
        self.assertEqual((referral.state, referral.invoice_id), ("rewarded", kept))

    def test_an_order_from_before_does_not_count(self):
        referral = self._register(self.bob, days_ago=20)
        self._invoice(self.bob, days_ago=40)
        self.program.referral_return_days = 10
        self._run()
        self.assertEqual(referral.state, "pending")

    def test_both_are_told_in_their_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("crm_loyalty.mail_template_referral_friend")
        template.with_context(lang="fr_FR").subject = "Votre cadeau"
        self.bob.lang = "fr_FR"
        referral = self._register(self.bob)
        self._invoice(self.bob)
        self._run()
        self._run()
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("model", "=", "loyalty.referral"), ("res_id", "=", referral.id)], order="id")
        )
        self.assertEqual(mails.mapped("recipient_ids"), self.ada | self.bob)
        self.assertEqual(mails[1].subject, "Votre cadeau")
        self.assertIn("Dear Ada", mails[0].body_html)
        self.assertIn("100", mails[0].body_html)
        self.assertNotIn("Bob", mails[0].body_html, "who came is nobody's business")

    def test_vouchers_for_both(self):
        coupons = self._create_program("coupons", "Thank you")
        self.program.write({"referral_reward": "voucher", "referral_program_id": coupons.id})
        referral = self._register(self.bob)
        self._invoice(self.bob)
        self._run()
        vouchers = referral.voucher_id | referral.friend_voucher_id
        self.assertEqual(vouchers.partner_id, self.ada | self.bob)
        self.assertEqual(coupons.coupon_count, 2)
        self.assertEqual(self.card.points, 0)

    def test_a_replaced_card_hands_on_its_friends(self):
        referral = self._register(self.bob)
        new_card = self._replace(self.card)
        self._invoice(self.bob)
        self._run()
        self.assertEqual(referral.state, "rewarded")
        self.assertEqual(new_card.points, 100)
        self.assertEqual(self.Referral._register_friend(new_card.sudo(), self.bob), referral)
        found = self.env["loyalty.card"].sudo()._find_by_referral_code(self.card.referral_code)
        self.assertEqual(found, new_card, "the old link goes on working")

    def _replace(self, card):
        return card._replace("Lost", False)

    def test_a_blocked_card_waits(self):
        referral = self._register(self.bob)
        self._invoice(self.bob)
        self.card._block("Lost")
        self._run()
        self.assertEqual(referral.state, "pending")
        self.card.sudo().write({"state": "active", "block_reason": False})
        self._run()
        self.assertEqual(referral.state, "rewarded")

    def test_cap_of_a_year(self):
        self.program.referral_yearly_cap = 2
        friends = self._create_friends(4)
        referrals = self.Referral.union(*(self._register(friend) for friend in friends))
        self._invoice(friends[:3])
        self._run()
        self._invoice(friends[3])
        self._run()
        self.assertEqual(referrals.sorted("id").mapped("state"), ["rewarded"] * 2 + ["refused"] * 2)
        self.assertEqual(set(referrals.mapped("refusal")), {False, "cap"})
        self.assertEqual(self.card.points, 200)
        self.assertFalse(self._get_friend_card(friends[3]))
        referrals[:2].rewarded_date = self.today - timedelta(days=366)
        late = self._create_friends(1, email="late@example.com")
        self._register(late)
        self._invoice(late)
        self._run()
        self.assertEqual(self.card.points, 300, "a new year")

    def test_as_many_queries_for_many(self):
        friends = self._create_friends(10)
        referrals = self.Referral.union(*(self._register(friend) for friend in friends))
        self.program.referral_yearly_cap = 0
        self._invoice(friends)
        self.env.flush_all()
        referrals = referrals.sorted("id")
        referrals[:1]._reward()
        self.env.invalidate_all()
        with self.assertQueryCount(300):
            start = self.cr.sql_log_count
            referrals[1:4]._reward()
            self.env.flush_all()
            few = self.cr.sql_log_count - start
        self.env.invalidate_all()
        with self.assertQueryCount(few + 4):  # what a mail leaves behind is cached by chance
            referrals[4:]._reward()
            self.env.flush_all()
        self.assertEqual(set(referrals.mapped("state")), {"rewarded"})

    # Who does not count

    def test_nobody_brings_himself(self):
        company = self.env["res.partner"].create({"name": "Bakery", "is_company": True})
        self.ada.write(
            {"parent_id": company.id, "street": "Main Road 5", "zip": "1050", "type": "other"}
        )
        self.ada.email = "Ada@Example.com"
        cases = {
            "company": {"parent_id": company.id},
            "email": {"email": "ada+friend@example.com"},
            "phone": {"phone": "001 (212) 555-0101"},
            "address": {"street": "MAIN ROAD, 5", "zip": "1050", "email": "else@example.com"},
        }
        for reason, values in cases.items():
            with self.subTest(reason):
                friend = self.env["res.partner"].create({"name": reason} | values)
                referral = self._register(friend)
                self.assertEqual((referral.state, referral.refusal), ("refused", reason))
        self.assertEqual(self._register(self.ada).refusal, "company")
        self.assertEqual(self._register(self.bob).state, "pending")

    def test_likeness_that_shows_later(self):
        referral = self._register(self.bob)
        self._invoice(self.bob)
        self.bob.phone = self.ada.phone
        self._run()
        self.assertEqual((referral.state, referral.refusal), ("refused", "phone"))
        self.assertFalse(self.card.points)

    def test_whoever_bought_before_is_no_new_customer(self):
        self._invoice(self.bob, paid=False)
        self.assertEqual(self._register(self.bob).refusal, "customer")
        colleague = self.env["res.partner"].create({"name": "C", "parent_id": self.bob.id})
        self.assertEqual(self._register(colleague).refusal, "customer")

    def test_the_first_code_wins(self):
        carl = self.env["res.partner"].create({"name": "Carl", "email": "carl@example.com"})
        other_card = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": carl.id}
        )
        first = self._register(self.bob)
        self.assertEqual(self._register(self.bob), first, "twice by the same code is once")
        self.assertEqual(self._register(self.bob, other_card).refusal, "referred")
        twin = self.env["res.partner"].create({"name": "Bob", "email": "BOB+x@example.com"})
        self.assertEqual(self._register(twin, other_card).refusal, "referred")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            first.copy({"card_id": other_card.id})

    def test_a_card_that_is_not_valid(self):
        self.card._block("Lost")
        self.assertEqual(self._register(self.bob).refusal, "card")
        self.card.sudo().write({"state": "active", "block_reason": False})
        self.program.referral_active = False
        self.assertEqual(self._register(self.bob).refusal, "card")

    # Codes

    def test_codes(self):
        self.assertRegex(self.card.referral_code, "^[A-HJKMNP-Z2-9]{10}$")
        self.assertTrue(self.card.referral_url.endswith(f"/loyalty/join/{self.card.referral_code}"))
        cards = self.env["loyalty.card"].sudo()
        typed = f" {self.card.referral_code[:5].lower()} {self.card.referral_code[5:]} "
        self.assertEqual(cards._find_by_referral_code(typed), self.card)
        self.assertFalse(cards._find_by_referral_code(""))
        self.assertFalse(cards._find_by_referral_code(self.card.referral_code[:9]))
        coupons = self._create_program("coupons", "Coupons")
        self.assertFalse(cards.create({"program_id": coupons.id}).referral_code)

    def test_cards_from_before_get_codes(self):
        others = self.env["loyalty.card"].create([{"program_id": self.program.id}] * 30)
        cards = others | self.card
        self.env.flush_all()
        self.cr.execute("UPDATE loyalty_card SET referral_code = NULL")
        cards._init_column("referral_code")
        cards.invalidate_recordset()
        self.assertEqual(len(set(cards.mapped("referral_code"))), 31)
        self.assertRegex(self.card.referral_code, "^[A-HJKMNP-Z2-9]{10}$")

    # On a sales order

    def _create_order(self, user=None, **values):
        orders = self.env["sale.order"].with_user(user or self.env.user)
        return orders.create(
            {
                "partner_id": self.bob.id,
                "order_line": [
                    fields.Command.create(
                        {"product_id": self.product_a.id, "price_unit": 50, "tax_ids": False}
                    )
                ],
            }
            | values
        )

    def test_a_colleague_names_the_code(self):
        salesperson = new_test_user(
            self.env,
            "seller",
            groups="sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        order = self._create_order(salesperson, referral_code=self.card.referral_code)
        self.assertFalse(self.Referral.search([("friend_id", "=", self.bob.id)]))
        order.action_confirm()
        referral = self.Referral.search([("friend_id", "=", self.bob.id)])
        self.assertEqual((referral.state, referral.order_id), ("pending", order))
        self.assertEqual(self._register(self.bob, days_ago=0), referral)

    def test_a_colleague_is_told_what_is_wrong(self):
        with self.assertRaisesRegex(ValidationError, "no card with the referral code"):
            self._create_order(referral_code="ABCDEFGHJK")
        self.bob.email = "ada@example.com"
        with self.assertRaisesRegex(UserError, "same e-mail"):
            self._create_order(referral_code=self.card.referral_code)
        self.bob.email = "bob@example.com"
        self._create_order().action_confirm()
        with self.assertRaisesRegex(UserError, "bought before"):
            self._create_order(referral_code=self.card.referral_code)

    # Set-up and rights

    def test_a_program_that_promises_nothing(self):
        with self.assertRaisesRegex(ValidationError, "Enter the points"):
            self.program.write({"referral_points": 0, "referral_friend_points": 0})
        with self.assertRaisesRegex(ValidationError, "Choose the voucher"):
            self.program.referral_reward = "voucher"

    def test_rights(self):
        referral = self._register(self.bob)
        referral.sudo().copy({"friend_id": self.ada.id, "friend_email": False})
        users = {
            groups: new_test_user(
                self.env,
                groups,
                groups=groups,
                company_id=self.company.id,
                company_ids=self.company.ids,
            )
            for groups in ("crm_loyalty.group_crm_loyalty_user", "base.group_user")
        }
        by_user = referral.with_user(users["crm_loyalty.group_crm_loyalty_user"])
        self.assertEqual(by_user.friend_id, self.bob)
        with self.assertRaises(AccessError):
            by_user.state = "rewarded"
        with self.assertRaises(AccessError):
            referral.with_user(users["base.group_user"]).read(["state"])
        with self.assertRaises(AccessError):
            referral.with_user(self.env.ref("base.public_user")).read(["state"])
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=other.ids,
        )
        self.assertFalse(self.env["loyalty.referral"].with_user(stranger).search([]))

    def test_a_portal_user_sees_his_own_but_not_who_came(self):
        referral = self._register(self.bob)
        holders = {}
        for partner in self.ada | self.bob:
            holders[partner] = (
                self.env["res.users"]
                .sudo()
                .with_context(no_reset_password=True)
                .create(
                    {
                        "login": partner.email,
                        "partner_id": partner.id,
                        "company_id": self.company.id,
                        "company_ids": self.company.ids,
                        "group_ids": [fields.Command.set(self.env.ref("base.group_portal").ids)],
                    }
                )
            )
        referrals = self.env["loyalty.referral"]
        own = referrals.with_user(holders[self.ada]).search([])
        self.assertEqual(own, referral)
        self.assertEqual(own.read(["state", "date"])[0]["state"], "pending")
        for name in ("friend_id", "friend_email", "refusal", "invoice_id"):
            with self.assertRaises(AccessError):
                own.read([name])
        with self.assertRaises(AccessError):
            own.state = "rewarded"
        self.assertFalse(referrals.with_user(holders[self.bob]).search([]))
