from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.term_periods import get_period_start

# The kinds that can be compared with what happened in Odoo, where something was agreed on.
MEASURED_KINDS = ("volume", "payment")


class CrmContractTerm(models.Model):
    """What is agreed on by a term of each kind."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    currency_id = fields.Many2one(related="contract_id.currency_id")
    contract_kind = fields.Selection(related="contract_id.kind")
    note = fields.Text(
        string="Clause", help="The words of the contract. Quotations outside it are shown them."
    )
    is_measured = fields.Boolean(
        compute="_compute_is_measured",
        help="Compared every night with what has been ordered, invoiced, paid or delivered. "
        "Other terms are met by hand.",
    )
    # Volume
    limit_kind = fields.Selection(
        selection=[("minimum", "At Least"), ("maximum", "At Most")],
        string="Limit",
        required=True,
        default="minimum",
    )
    measure = fields.Selection(
        selection=[("amount", "Amount"), ("quantity", "Quantity")],
        required=True,
        default="amount",
        help="Amounts are without taxes, in the currency of the contract; quantities in the unit "
        "of measure of each product.",
    )
    basis = fields.Selection(
        selection=[("invoiced", "Invoiced"), ("ordered", "Ordered")],
        string="Counted When",
        required=True,
        default="invoiced",
        help="Credit notes and returns count negative.",
    )
    product_ids = fields.Many2many(
        comodel_name="product.product",
        string="Products",
        check_company=True,
        help="Leave products and categories empty for everything under the contract.",
    )
    categ_ids = fields.Many2many(
        comodel_name="product.category",
        string="Product Categories",
        help="Their subcategories are included.",
    )
    period_start = fields.Date(
        compute="_compute_period_start",
        store=True,
        readonly=False,
        copy=False,
        help="The period lasts from here to the due date. That of a repeated term begins after "
        "the due date before.",
    )
    period_end = fields.Date(related="due_date", string="Period End")
    pace_tolerance = fields.Integer(
        string="Tell When Behind By (%)",
        default=10,
        help="Somebody is told, once in a period, when the volume is off its pace by more than "
        "this part of what was agreed.",
    )
    # Payment
    payment_days = fields.Integer(
        string="Agreed Days",
        help="Days from the invoice to its full payment, on average. Leave 0 to agree on an "
        "amount that has to be paid by the due date.",
    )
    amount_overdue = fields.Monetary(
        readonly=True, copy=False, help="Open on invoices past their due date."
    )
    # Price review
    discount_max = fields.Float(
        string="Highest Discount (%)", help="0: the contract does not limit discounts."
    )
    # Document
    document_file = fields.Binary(string="Document", copy=False, attachment=True)
    document_file_name = fields.Char(copy=False)

    actual_count = fields.Integer(
        string="Rests On",
        readonly=True,
        copy=False,
        aggregator=None,
        help="The invoices or deliveries that have been measured.",
    )
    actual_date = fields.Date(related="evaluated_on", string="Measured On")
    is_behind = fields.Boolean(
        string="Behind",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Off its pace by more than is tolerated, though the period is not over yet.",
    )
    period_ids = fields.One2many(
        comodel_name="crm.contract.term.period",
        inverse_name="term_id",
        string="Closed Periods",
        readonly=True,
    )

    _target_positive = models.Constraint(
        "CHECK (target >= 0)", "What was agreed by a term cannot be negative."
    )
    _payment_days_in_range = models.Constraint(
        "CHECK (payment_days BETWEEN 0 AND 3660)",
        "The agreed days have to be between 0 and 3660.",
    )
    _discount_max_in_range = models.Constraint(
        "CHECK (discount_max BETWEEN 0 AND 100)",
        "The highest discount has to be between 0 and 100 %.",
    )
    _pace_tolerance_in_range = models.Constraint(
        "CHECK (pace_tolerance BETWEEN 0 AND 100)",
        "A term can be behind by 0 to 100 % before somebody is told.",
    )
    _period_in_order = models.Constraint(
        "CHECK (period_start <= due_date)",
        "The period of a term cannot start after its due date.",
    )

    @api.depends("kind", "target", "payment_days")
    def _compute_is_measured(self):
        for term in self:
            term.is_measured = term._has_measured_target()

    @api.depends(
        "kind",
        "due_on",
        "due_date",
        "recurrence_months",
        "recurrence_day",
        "contract_id.date_start",
    )
    def _compute_period_start(self):
        """Periods of repeated terms follow each other; the first begins with the contract."""
        for term in self:
            contract_start = term.contract_id.date_start
            start = term.period_start
            if term._is_recurring():
                start = get_period_start(
                    term.due_date,
                    term.recurrence_months,
                    term.recurrence_day or term.due_date.day,
                )
                if contract_start and start < contract_start <= term.due_date:
                    start = contract_start
            elif term.kind == "volume" and term.due_date and term.due_on != "date":
                closed = term.period_ids[:1].due_date
                start = closed + timedelta(days=1) if closed else start or contract_start
            elif term.kind == "volume" and term.due_date:
                start = start or contract_start
            elif term.kind not in ("volume", "payment", "delivery"):
                start = False
            if start and term.due_date and start > term.due_date and not term._origin.period_start:
                start = False
            term.period_start = start

    @api.constrains("basis", "kind", "contract_id")
    def _check_basis(self):
        for term in self:
            if (
                term.kind == "volume"
                and term.basis == "ordered"
                and term.contract_id.kind == "supplier"
            ):
                raise ValidationError(
                    self.env._(
                        "The term “%s” of a vendor contract is measured by vendor bills: count it "
                        "when invoiced.",
                        term.name,
                    )
                )

    def _is_recurring(self):
        self.ensure_one()
        return bool(self.recurrence_months and self.due_date and self.due_on == "date")

    @api.model
    def _get_measured_kinds(self):
        """The kinds that are compared with what happened; extended where more is installed."""
        return MEASURED_KINDS

    def _has_measured_target(self):
        """Whether something has been agreed on that can be measured."""
        self.ensure_one()
        return self.kind in self._get_measured_kinds() and bool(
            self.target or (self.kind == "payment" and self.payment_days)
        )
