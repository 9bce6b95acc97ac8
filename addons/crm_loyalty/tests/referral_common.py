from datetime import timedelta

from odoo import fields

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class ReferralCommon(AccountTestInvoicingCommon):
    """A program that invites friends, a card, and friends who buy and pay."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.env.ref("sales_team.group_sale_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.company = cls.env.company
        cls.today = cls.company._get_today()
        cls.program = cls._create_program("loyalty", "Regulars", referral_active=True)
        cls.program.rule_ids.active = False  # orders bring no points that hide those of referrals
        cls.ada, cls.bob = cls.env["res.partner"].create(
            [
                {"name": "Ada", "email": "ada@example.com", "phone": "+1 212 555 0101"},
                {"name": "Bob", "email": "bob@example.com"},
            ]
        )
        cls.card = cls.env["loyalty.card"].create(
            {"program_id": cls.program.id, "partner_id": cls.ada.id}
        )
        # as the page and the scheduled action do
        cls.Referral = cls.env["loyalty.referral"].sudo()

    @classmethod
    def _create_program(cls, program_type, name, **values):
        programs = cls.env["loyalty.program"]
        defaults = programs._program_type_default_values()[program_type]
        return programs.create({"name": name, "program_type": program_type} | defaults | values)

    @classmethod
    def _invoice(cls, partners, days_ago=40, paid=True):
        """An invoice for each of the partners."""
        line = {"name": "Kettle", "price_unit": 100, "tax_ids": False}
        invoices = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": cls.today - timedelta(days=days_ago),
                    "invoice_line_ids": [fields.Command.create(line)],
                }
                for partner in partners
            ]
        )
        invoices.action_post()
        if paid:
            wizard = cls.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoices.ids
            )
            wizard.create({"group_payment": False})._create_payments()
        return invoices

    @classmethod
    def _register(cls, friend, card=None, days_ago=50):
        referral = cls.Referral._register_friend((card or cls.card).sudo(), friend.sudo())
        if referral.state == "pending":
            referral.date = cls.today - timedelta(days=days_ago)
        return referral

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_loyalty.ir_cron_loyalty_referral").method_direct_trigger()
        self.assertFalse(self.env.ref("crm_loyalty.ir_cron_loyalty_referral").failure_count)
        self.env.invalidate_all()
