from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class ContractMeasureCommon(AccountTestInvoicingCommon):
    """A contract with orders, invoices and payments under it, each made in one line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.env.user.group_ids |= cls.env.ref("crm_extended.group_crm_contract_manager")
        cls.company = cls.company_data["company"]
        cls.company.partner_id.tz = "UTC"
        cls.today = cls.company._get_today()
        cls.partner = cls.env["res.partner"].create({"name": "Bakery", "is_company": True})
        cls.user = new_test_user(
            cls.env,
            "contract_measurer",
            "crm_extended.group_crm_contract_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.contract = cls._new_contract()
        cls.foreign = cls.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])

    @classmethod
    def _day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def _new_contract(cls, **values):
        return cls.env["crm.contract"].create(
            {
                "name": "Supply",
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                "user_id": cls.user.id,
                "date_start": cls._day(-400),
                "state": "running",
                **values,
            }
        )

    @classmethod
    def _new_term(cls, contract=None, **values):
        return cls.env["crm.contract.term"].create(
            {"contract_id": (contract or cls.contract).id, "name": "Agreed", **values}
        )

    @classmethod
    def _new_volume(cls, contract=None, **values):
        """A hundred in a hundred days, of which eighty have passed."""
        return cls._new_term(
            contract,
            **{
                "name": "Commitment",
                "kind": "volume",
                "target": 100,
                "due_date": cls._day(19),
                "alert_days": False,
                **({} if "recurrence_months" in values else {"period_start": cls._day(-80)}),
                **values,
            },
        )

    def _order(self, amount=100, days=-1, quantity=1, confirm=True, line=None, **values):
        order = self.env["sale.order"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "contract_id": self.contract.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "price_unit": amount,
                            "product_uom_qty": quantity,
                            "tax_ids": [Command.clear()],
                            **(line or {}),
                        }
                    )
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
            order.date_order = f"{self._day(days)} 12:00:00"
        return order

    def _invoice(self, amount=100, days=-1, move_type="out_invoice", line=None, **values):
        post = values.pop("post", True)
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.partner.id,
                "contract_id": self.contract.id,
                "invoice_date": self._day(days),
                "invoice_date_due": self._day(days),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [],
                            **(line or {}),
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def _pay(self, invoice, days, amount=None):
        """Pay an invoice, or a part of it, that many days from today."""
        values = {"payment_date": self._day(days)}
        if amount:
            values["amount"] = amount
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(values)._create_payments()

    def _measure(self, term):
        term.action_measure()
        return term.actual

    def _run_nightly(self, **kwargs):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, su=True)["crm.contract.term"]._cron_raise_alerts(**kwargs)
