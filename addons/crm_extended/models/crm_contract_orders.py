from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

# Invoices and vendor bills count, what they take back counts against them.
MOVE_TYPES = {"customer": ("out_invoice", "out_refund"), "supplier": ("in_invoice", "in_refund")}
REFUNDS = ("out_refund", "in_refund")


class CrmContract(models.Model):
    """What has been ordered, invoiced and paid under a contract."""

    _inherit = "crm.contract"  # pylint: disable=consider-merging-classes-inherited

    move_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="contract_id",
        string="Invoices",
        groups="account.group_account_invoice",
    )
    amount_ordered = fields.Monetary(
        string="Ordered",
        compute="_compute_amounts",
        help="Confirmed orders under the contract, with taxes.",
    )
    amount_invoiced = fields.Monetary(
        string="Invoiced",
        compute="_compute_amounts",
        help="Posted invoices under the contract less credit notes, with taxes.",
    )
    amount_paid = fields.Monetary(
        string="Paid",
        compute="_compute_amounts",
        help="What has been paid of the amount invoiced.",
    )
    amount_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_amounts",
        help="What is still open of invoices past their due date.",
    )
    invoice_count = fields.Integer(
        compute="_compute_invoice_count", groups="account.group_account_invoice"
    )

    @api.depends_context("uid")
    def _compute_amounts(self):
        amounts = self._get_amounts()
        for contract in self:
            values = amounts[contract._origin]
            contract.amount_ordered = values["ordered"]
            contract.amount_invoiced = values["invoiced"]
            contract.amount_paid = values["invoiced"] - values["residual"]
            contract.amount_overdue = values["overdue"]

    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.invoice_count = counts.get(contract._origin, 0)

    def action_view_invoices(self):
        self.ensure_one()
        xmlid = "account.action_move_out_invoice_type"
        if self.kind == "supplier":
            xmlid = "account.action_move_in_invoice_type"
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {
            "default_contract_id": self.id,
            "default_partner_id": self.partner_id.id,
            "default_move_type": MOVE_TYPES[self.kind][0],
        }
        return action

    def _get_amounts(self, date_from=None, date_to=None):
        """Sum up orders and invoices of a period, in the currency of each contract.

        Amounts in another currency are converted at the date of their document.

        :param date_from: first day counted, or None for all
        :param date_to: last day counted, or None for all
        :return: {contract: {"ordered", "invoiced", "residual", "overdue"}} with a row for each
        """
        names = ("ordered", "invoiced", "residual", "overdue")
        amounts = defaultdict(lambda: dict.fromkeys(names, 0.0))
        rows = [
            *self._read_ordered(date_from, date_to),
            *self._read_invoiced(date_from, date_to),
        ]
        rates = self.env["res.currency"]._get_rates_on(
            {
                (currency, contract.company_id, date)
                for contract, document_currency, date, _values in rows
                for currency in (document_currency, contract.currency_id)
                if document_currency != contract.currency_id
            }
        )
        for contract, currency, date, values in rows:
            factor = 1.0
            if currency != contract.currency_id:
                # 1.0 where there is no rate at all, as Odoo converts
                factor = rates.get((contract.currency_id, contract.company_id, date), 1.0)
                factor /= rates.get((currency, contract.company_id, date), 1.0)
            for name, amount in values.items():
                amounts[contract][name] += amount * factor
        for contract in self:
            for name, amount in amounts[contract._origin].items():
                amounts[contract._origin][name] = contract.currency_id.round(amount)
        return amounts

    def _read_ordered(self, date_from, date_to):
        """Yield (contract, currency, day, {"ordered": sum}) of the confirmed orders."""
        domain = Domain("contract_id", "in", self.ids) & Domain("state", "=", "sale")
        if date_from:
            domain &= Domain("date_order", ">=", fields.Datetime.to_datetime(date_from))
        if date_to:
            next_day = fields.Datetime.to_datetime(date_to) + relativedelta(days=1)
            domain &= Domain("date_order", "<", next_day)
        # sudo: the sums of a contract are for everybody who may read it, its orders may be not
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                domain, ["contract_id", "currency_id", "date_order:day"], ["amount_total:sum"]
            )
        )
        for contract, currency, day, amount in groups:
            yield contract.with_env(self.env), currency, day.date(), {"ordered": amount}

    def _read_invoiced(self, date_from, date_to):
        """Yield (contract, currency, day, sums) of the posted invoices and credit notes."""
        types = [move_type for types in MOVE_TYPES.values() for move_type in types]
        domain = (
            Domain("contract_id", "in", self.ids)
            & Domain("state", "=", "posted")
            & Domain("move_type", "in", types)
        )
        if date_from:
            domain &= Domain("invoice_date", ">=", date_from)
        if date_to:
            domain &= Domain("invoice_date", "<=", date_to)
        # sudo: as for the orders
        Move = self.env["account.move"].sudo()
        groupby = ["contract_id", "currency_id", "invoice_date:day", "move_type"]
        aggregates = ["amount_total:sum", "amount_residual:sum"]
        for contract, currency, day, move_type, total, residual in Move._read_group(
            domain, groupby, aggregates
        ):
            sign = -1 if move_type in REFUNDS else 1
            values = {"invoiced": sign * total, "residual": sign * residual}
            yield contract.with_env(self.env), currency, day, values
        late = Domain("invoice_date_due", "<", fields.Date.context_today(self))
        unpaid = Domain("amount_residual", ">", 0) & Domain("move_type", "not in", REFUNDS)
        for contract, currency, day, _type, _total, residual in Move._read_group(
            domain & late & unpaid, groupby, aggregates
        ):
            yield contract.with_env(self.env), currency, day, {"overdue": residual}

    def _get_last_12_months(self):
        """Return {contract: amounts} of the twelve months up to today, see `_get_amounts`."""
        today = fields.Date.context_today(self)
        return self._get_amounts(today - relativedelta(years=1), today)
