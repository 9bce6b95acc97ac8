from datetime import datetime

from odoo.tests import freeze_time

from .common import LoyaltyCardCommon


class GreetingCommon(LoyaltyCardCommon):
    """Customers who were born on 10 May, and a greeting with a voucher, on 10 May 2026 at noon."""

    NOON = datetime(2026, 5, 10, 12)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.greeting"].search([]).active = False
        cls.env["res.partner"].search([("birthdate_date", "!=", False)]).birthdate_date = False
        cls.env.company.partner_id.tz = "UTC"
        cls.coupons = cls._create_program("Presents", "coupons")
        cls.greeting = cls._create_greeting(voucher_program_id=cls.coupons.id)
        cls.ada, cls.bob = cls.env["res.partner"].create(
            [cls._get_customer_values(name) for name in ("Ada", "Bob")]
        )

    @classmethod
    def _get_customer_values(cls, name, **values):
        return {
            "name": name,
            "email": f"{name}@example.com",
            "birthdate_date": "1990-05-10",
            "crm_consent": "given",
            "tz": False,
        } | values

    @classmethod
    def _create_greeting(cls, **values):
        values.setdefault("name", "Greeting")
        return cls.env["loyalty.greeting"].create(values)

    def _run(self, now=NOON, greeting=None, batch_size=500):
        """Run the nightly action at a time in UTC."""
        self.env.flush_all()  # what was prepared was prepared today
        before = self.env["loyalty.greeting.log"].search([])
        with freeze_time(now), self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)["loyalty.greeting"]._cron_send(batch_size=batch_size)
        self.env.invalidate_all()
        logs = self.env["loyalty.greeting.log"].search([]) - before
        return logs.filtered(lambda log: not greeting or log.greeting_id == greeting)

    def _get_mails(self, partner):
        return self.env["mail.mail"].search([("recipient_ids", "in", partner.ids)])
