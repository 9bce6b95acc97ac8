from datetime import timedelta

from odoo import Command
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class TierCommon(AccountTestInvoicingCommon):
    """A program with Silver (100), Gold (1,000) and Platinum (5,000), and one customer's card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.env["loyalty.program"].search([]).active = False
        cls.company = cls.company_data["company"]
        cls.company.partner_id.tz = "UTC"
        cls.today = cls.company._get_today()
        cls.program = cls._create_program("Regulars", company_id=cls.company.id)
        cls.silver = cls._create_tier("Silver", 100)
        cls.gold = cls._create_tier("Gold", 1000, multiplier=1.5)
        cls.platinum = cls._create_tier("Platinum", 5000, multiplier=2)
        cls.program.tier_review_needed = False
        cls.ada = cls.env["res.partner"].create(
            {"name": "Ada", "email": "ada@example.com", "lang": "en_US"}
        )
        cls.card = cls._create_card(cls.ada)

    @classmethod
    def _create_program(cls, name, **values):
        programs = cls.env["loyalty.program"]
        defaults = programs._program_type_default_values()["loyalty"]
        return programs.create({"name": name, "program_type": "loyalty"} | defaults | values)

    @classmethod
    def _create_tier(cls, name, threshold, program=None, **values):
        program = program or cls.program
        return cls.env["loyalty.tier"].create(
            {
                "name": name,
                "threshold": threshold,
                "program_id": program.id,
                "sequence": 10 * len(program.tier_ids) + 10,
            }
            | values
        )

    @classmethod
    def _create_card(cls, partner, program=None, **values):
        return cls.env["loyalty.card"].create(
            {"program_id": (program or cls.program).id, "partner_id": partner.id} | values
        )

    @classmethod
    def _day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def _invoice(cls, amount, days=-1, partner=None, paid=1, **values):
        """Post an invoice of so many days from today, and pay that share of it."""
        day = cls._day(days)
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.ada).id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product_a.id,
                            "price_unit": amount,
                            "tax_ids": [
                                Command.set(values.pop("taxes", cls.env["account.tax"]).ids)
                            ],
                        }
                    )
                ],
            }
            | values
        )
        invoice.action_post()
        if paid and invoice.move_type == "out_invoice":
            cls._pay(invoice, paid * invoice.amount_total)
        return invoice

    @classmethod
    def _pay(cls, invoice, amount):
        cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": amount, "payment_date": cls.today})._create_payments()

    @classmethod
    def _credit(cls, invoice, amount=None, days=-1, **values):
        """Post a credit note for an invoice, of its full amount or another one."""
        day = cls._day(days)
        credit_note = invoice._reverse_moves([{"invoice_date": day, "date": day, **values}])
        if amount:
            credit_note.invoice_line_ids.price_unit = amount
        credit_note.action_post()
        return credit_note

    def _rate(self, cards=None, days=0, **kwargs):
        """Rate the cards as of so many days from today, and return the moves this makes."""
        before = self.env["loyalty.tier.move"].search([])
        self.env.flush_all()
        self.program.sudo()._rate_cards(cards or self.card, self._day(days), **kwargs)
        return self.env["loyalty.tier.move"].search([], order="id") - before

    def _measure(self, card=None):
        """Return what the card has reached, by the threshold of its lowest tier."""
        card = card or self.card
        measure = self.program._get_tier_measures(self.today)[self.silver]
        query = self.program._get_measured_cards_sql(SQL("%s", tuple(card.ids)), self.today)
        self.env.cr.execute(query)
        [row] = self.env.cr.dictfetchall()
        return float(row[measure.value])
