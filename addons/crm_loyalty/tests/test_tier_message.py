from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierMessage(TierCommon):
    """Each customer who moves is told once, in the own language."""

    def _mails(self, partner=None):
        partner = partner or self.ada
        return self.env["mail.mail"].sudo().search([("recipient_ids", "in", partner.ids)])

    def _run_nightly(self, **kwargs):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, su=True)["loyalty.program"]._cron_rate_tiers(**kwargs)
        self.env.invalidate_all()

    def test_nightly_action_moves_and_tells_once(self):
        self._invoice(1200)
        self._run_nightly()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.card.tier_move_ids.message_state, "sent")
        [mail] = self._mails()
        self.assertEqual(mail.subject, "Welcome to Gold")
        self.assertIn("Dear Ada", mail.body_html)
        self.assertIn("1.5", mail.body_html)
        self.assertIn("more to Platinum by", mail.body_html)
        self._run_nightly()
        self.assertEqual(self._mails(), mail)

    def test_in_small_batches(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(7)]
        )
        cards = self.card
        for partner in partners:
            self._invoice(1200, partner=partner)
            cards |= self._create_card(partner)
        self._run_nightly(batch_size=3)
        self.assertEqual((cards - self.card).tier_id, self.gold)
        self.assertEqual(len(self._mails(partners)), 7)
        rating = self.env["loyalty.tier.rating"].search([("program_id", "=", self.program.id)])
        self.assertEqual((rating.last_card_id, rating.is_done), (cards[-1].id, True))

    def test_program_that_waits_for_a_review_is_left_alone(self):
        self._invoice(1200)
        self.gold.threshold = 1100
        self._run_nightly()
        self.assertFalse(self.card.tier_id)
        self.program.action_review_tiers()
        review = self.env["loyalty.tier.review"].search([], limit=1, order="id desc")
        review.action_apply()
        self.assertEqual(self.card.tier_id, self.gold)
        self._run_nightly()
        self.assertEqual(len(self._mails()), 1)

    def test_review_after_the_rating_of_the_day_rates_again(self):
        self._run_nightly()
        self._invoice(1200)
        self._run_nightly()
        self.assertFalse(self.card.tier_id, "once a day")
        rating = self.env["loyalty.tier.rating"].sudo()._get_of_day(self.program, self.today)
        rating._restart()
        self._run_nightly()
        self.assertEqual(self.card.tier_id, self.gold)

    def test_lower_tier(self):
        self.gold.grace_months = 0
        invoice = self._invoice(1200)
        self._rate()
        self._credit(invoice, 1000)
        self._rate()
        self._run_nightly()
        subjects = self._mails().sorted("id").mapped("subject")
        self.assertEqual(subjects, ["Welcome to Gold", "Your level in Regulars"])
        self.assertIn("You are now", self._mails().sorted("id")[1].body_html)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.lang = "fr_FR"
        self.gold.with_context(lang="fr_FR").name = "Or"
        template = self.env.ref("crm_loyalty.mail_template_tier_up").sudo()
        template.with_context(lang="fr_FR").subject = "Bienvenue, {{ object.tier_id.name }}"
        self._invoice(1200)
        self._run_nightly()
        self.assertEqual(self._mails().subject, "Bienvenue, Or")

    def test_who_cannot_be_told_still_moves(self):
        bob, eva = self.env["res.partner"].create(
            [{"name": "Bob"}, {"name": "Eva", "email": "eva@example.com"}]
        )
        self.env["mail.blacklist"].sudo()._add("eva@example.com")
        cards = self._create_card(bob) + self._create_card(eva)
        for partner in (bob, eva):
            self._invoice(1200, partner=partner)
        self._run_nightly()
        self.assertEqual(cards.tier_id, self.gold)
        self.assertEqual(cards.mapped("tier_move_ids.message_state"), ["no_address", "blacklisted"])
        self.assertFalse(self._mails(bob + eva))
