from odoo import fields

from .common import LoyaltyCardCommon


class ExpiryCommon(LoyaltyCardCommon):
    """A customer with a card, whose points the tests give and let expire."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada.email = "ada@example.com"
        cls.program.portal_point_name = "Points"
        cls.card = cls._create_card(cls.ada)
        cls.Notice = cls.env["loyalty.expiry.notice"]

    def _post(self, cards, **movement):
        return cards.sudo()._post_points(
            [{"card_id": card.id, "description": "Test", **movement} for card in cards]
        )

    def _earn(self, cards, points, expiration_date, available_date=None):
        """Give points with a last day; they were there long before it, unless said otherwise."""
        lines = self._post(cards, kind="earn", issued=points, expiration_date=expiration_date)
        lots = self.env["loyalty.lot"].sudo().search([("history_id", "in", lines.ids)])
        lots.available_date = available_date or fields.Date.to_date("2026-01-01")
        lots.flush_recordset()
        return lots

    def _create_cards(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}", "email": f"c{n}@example.com"} for n in range(count)]
        )
        return self.env["loyalty.card"].create(
            [{"program_id": self.program.id, "partner_id": partner.id} for partner in partners]
        )

    def _expire(self):
        """Take what has expired, as one batch of the nightly action does."""
        self.env.flush_all()
        lots = self.env["loyalty.lot"].sudo()
        due = lots.search(lots._get_expired_domain())
        if due:
            due._expire()

    def _tell(self):
        """Tell of what will expire, as one batch of the nightly action does; return the mails."""
        self.env.flush_all()
        notices = self.Notice.sudo()
        due = self.env["loyalty.lot"].sudo().search(notices._get_lots_domain())
        before = self.env["mail.mail"].sudo().search([])
        if due:
            template = self.env.ref("crm_loyalty.mail_template_loyalty_expiry_notice")
            notices._send(due, template.sudo())
        return self.env["mail.mail"].sudo().search([]) - before

    def _run_nightly(self):
        """Run the scheduled action, with the commits of its batches."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            self.env(cr=cursor)["loyalty.lot"]._cron_expire_points(batch_size=10)
        self.env.invalidate_all()
