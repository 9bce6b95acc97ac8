from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# A row's id is made of the id of what it stems from and of its place among the rows of that, so
# that a row is found by its id without computing the others. Below 2 ** 53, as JavaScript counts.
ID_BITS = 22
KINDS = {  # kind: number within the id
    "ordered": 0,
    "invoiced": 1,
    "collected": 2,
    "bank": 3,
    "transit": 4,
}
COLUMNS = (
    "id",
    "source_id",
    "kind",
    "date",
    "moment",
    "company_id",
    "currency_id",
    "user_id",
    "team_id",
    "partner_id",
    "country_id",
    "state_id",
    "categ_id",
    "product_id",
    "order_id",
    "move_id",
    "payment_move_id",
    "share",
    "amount",
    "payment_amount",
)


class Day(fields.Date):
    """The day of a row in the time zone of its company.

    No index knows the day of an order. The moment it stems from has one: it lies less than two
    days from the beginning of that day in UTC, which cuts the orders before any day is computed.
    """

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):  # noqa: PLR0917
        condition = super().condition_to_sql(field_expr, operator, value, model, alias, query)
        if field_expr != self.name or not value:
            return condition
        days = [self.to_date(day) for day in (value if operator == "in" else [value])]
        if not days or not all(days):
            return condition
        moment = SQL.identifier(alias, "moment")
        wide = timedelta(days=2)
        bounds = []
        if operator in ("in", ">", ">="):
            bounds.append(SQL("%s >= %s::timestamp", moment, min(days) - wide))
        if operator in ("in", "<", "<="):
            bounds.append(SQL("%s < %s::timestamp", moment, max(days) + wide))
        return SQL("(%s)", SQL(" AND ").join([condition, *bounds])) if bounds else condition


class CrmSalesActual(models.Model):
    """What was sold, in the four ways a plan is held against: a row a document line and share.

    - ordered: lines of confirmed orders, on the day of the order in the company's time zone;
    - invoiced: lines of posted customer invoices, credit notes deducted, on the accounting date;
    - collected: see ``crm_sales_actual_collected.py``;
    - confirmed by the bank, in transit: see ``crm_sales_actual_bank.py``.

    Amounts are without taxes in the currency of the document's company. A line of an order whose
    credit is split (``sale.order.credit``) makes a row for each salesperson, also when invoiced
    and paid; together they are the line.

    Ask for a kind (``kind``) and a span of days (``date``): the other kinds are left out of the
    plan of the query, and the days are looked up in indexes.
    """

    _name = "crm.sales.actual"
    _description = "Sales Actuals"
    _auto = False
    _rec_name = "kind"
    _order = "date desc, id desc"
    _depends = {
        "account.move": [
            "amount_total",
            "commercial_partner_id",
            "invoice_user_id",
            "move_type",
            "state",
            "team_id",
        ],
        "account.move.line": [
            "amount_currency",
            "balance",
            "company_id",
            "date",
            "display_type",
            "journal_id",
            "move_id",
            "parent_state",
            "product_id",
            "sale_line_ids",
        ],
        "crm.team": [],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
        "res.company": ["currency_id", "resource_calendar_id"],
        "res.partner": ["commercial_partner_id", "country_id", "state_id"],
        "res.users": ["sale_team_id"],
        "resource.calendar": ["tz"],
        "sale.order": [
            "company_id",
            "currency_rate",
            "date_order",
            "partner_id",
            "state",
            "team_id",
            "user_id",
        ],
        "sale.order.credit": ["order_id", "share", "user_id"],
        "sale.order.line": ["display_type", "order_id", "price_subtotal", "product_id"],
    }

    kind = fields.Selection(
        selection=[
            ("ordered", "Ordered"),
            ("invoiced", "Invoiced"),
            ("collected", "Collected"),
            ("bank", "Confirmed by the Bank"),
            ("transit", "In Transit"),
        ],
        string="Actual",
        readonly=True,
        help="Ordered: confirmed orders. Invoiced: posted invoices less credit notes. Collected: "
        "payments of invoices. Confirmed by the bank: payments found on a bank statement. "
        "In transit: payments that no bank statement shows yet.",
    )
    date = Day(
        readonly=True,
        help="The day of the order, of the invoice or of the payment; of the bank's statement "
        "where the bank has confirmed it.",
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    state_id = fields.Many2one(comodel_name="res.country.state", readonly=True)
    categ_id = fields.Many2one(
        comodel_name="product.category", string="Product Category", readonly=True
    )
    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    order_id = fields.Many2one(comodel_name="sale.order", readonly=True)
    move_id = fields.Many2one(comodel_name="account.move", string="Invoice", readonly=True)
    payment_move_id = fields.Many2one(
        comodel_name="account.move", string="Payment Entry", readonly=True
    )
    share = fields.Float(
        string="Share (%)",
        readonly=True,
        aggregator=None,
        help="How much of the line counts for this salesperson.",
    )
    amount = fields.Monetary(
        string="Untaxed Amount",
        readonly=True,
        help="Without taxes, in the currency of the company.",
    )
    payment_amount = fields.Monetary(
        string="Amount Paid",
        readonly=True,
        help="The part of the payment, taxes included, that this line has a share in.",
    )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Look rows up by their ids, as reading does, in the documents they stem from."""
        domain = Domain(domain)
        # The kinds that are not asked for are left out: planning their joins takes longer than
        # reading the rows.
        actuals = self.with_context(crm_sales_actual_kinds=self._get_asked_kinds(domain))
        query = super(CrmSalesActual, actuals)._search(domain, *args, **kwargs)
        if getattr(domain, "field_expr", None) == "id" and domain.operator in ("=", "in"):
            ids = domain.value if domain.operator == "in" else [domain.value]
            sources = [record_id >> ID_BITS for record_id in ids if record_id]
            source = SQL.identifier(self._table, "source_id")
            query.add_where(SQL("%s = ANY(%s::integer[])", source, sources))
        return query

    @api.model
    def _get_asked_kinds(self, domain):
        """The kinds that records of the domain may have."""
        domain = domain.optimize(self)
        kinds = tuple(kind for kind in KINDS if not self._at_kind(domain, kind).is_false())
        return kinds or tuple(KINDS)

    @api.model
    def _at_kind(self, domain, kind):
        """The domain as records of a kind meet it."""

        def replace(condition):
            if condition.field_expr == "kind" and condition.operator == "in":
                return Domain.TRUE if kind in condition.value else Domain.FALSE
            if condition.field_expr == "id" and condition.operator == "in":
                numbers = {record_id & 7 for record_id in condition.value if record_id}
                return condition if KINDS[kind] in numbers else Domain.FALSE
            return condition

        return domain.map_conditions(replace)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            SQL("(%s)", branch) for branch in self._get_branches() if branch
        )

    @api.model
    def _get_branches(self):
        """The queries that make up the rows, each giving ``COLUMNS`` (see :meth:`_select`)."""
        return []

    @api.model
    def _is_asked(self, kind):
        """Whether rows of a kind are wanted: the queries of the others are not even built."""
        return kind in self.env.context.get("crm_sales_actual_kinds", KINDS)

    @api.model
    def _select(self, kind, columns, tables, conditions):
        """A branch: ``columns`` by name, in the order and with the types all branches share.

        Nothing where the kind is not asked for.
        """
        if not self._is_asked(kind):
            return None
        columns = {
            "kind": SQL("%s::varchar", kind),
            "id": SQL(
                "((%s)::bigint << %s) + ((%s)::bigint %% %s << 3) + %s",
                columns["source_id"],
                ID_BITS,
                columns.pop("place"),
                1 << (ID_BITS - 3),
                KINDS[kind],
            ),
            **columns,
        }
        return SQL(
            "SELECT %(columns)s FROM %(tables)s WHERE %(conditions)s",
            columns=SQL(", ").join(
                SQL("%s AS %s", columns[name], SQL.identifier(name)) for name in COLUMNS
            ),
            tables=tables,
            conditions=conditions,
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_document(self):
        return self._get_document_action()

    def _get_document_action(self):
        """Open the order, the invoice or the payment a row stems from.

        The invoice stands for its payment to those who may not see payments.
        """
        self.ensure_one()
        if self.kind == "ordered":
            return self.order_id.action_open_business_doc()
        payment = self.payment_move_id
        if payment and payment.has_access("read"):
            action = payment.action_open_business_doc()
            if self.env[action["res_model"]].has_access("read"):
                return action
        return self.move_id.action_open_business_doc()
