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
    - collected, confirmed by the bank, in transit: see ``crm_sales_actual_collected.py``.

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
        return [self._select_ordered(), self._select_invoiced()]

    @api.model
    def _select(self, kind, columns, tables, conditions):
        """A branch: ``columns`` by name, in the order and with the types all branches share.

        Nothing where the kind is not asked for.
        """
        if kind not in self.env.context.get("crm_sales_actual_kinds", KINDS):
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

    @api.model
    def _select_ordered(self):
        amount = SQL("line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1)")
        return self._select(
            "ordered",
            {
                **self._get_credit_columns(SQL("sale.user_id"), SQL("sale.team_id")),
                **self._get_partner_columns(),
                **self._get_product_columns(),
                "source_id": SQL("line.id"),
                "date": SQL(
                    "(sale.date_order AT TIME ZONE 'UTC'"
                    " AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date"
                ),
                "moment": SQL("sale.date_order"),
                "company_id": SQL("sale.company_id"),
                "currency_id": SQL("company.currency_id"),
                "order_id": SQL("sale.id"),
                "move_id": SQL("NULL::integer"),
                "payment_move_id": SQL("NULL::integer"),
                "amount": self._split(amount),
                "payment_amount": SQL("NULL::numeric"),
            },
            SQL(
                """
                sale_order AS sale
                JOIN sale_order_line AS line ON line.order_id = sale.id
                LEFT JOIN res_company AS company ON company.id = sale.company_id
                LEFT JOIN res_currency AS currency ON currency.id = company.currency_id
                LEFT JOIN resource_calendar AS calendar
                  ON calendar.id = company.resource_calendar_id
                LEFT JOIN res_partner AS contact ON contact.id = sale.partner_id
                LEFT JOIN res_partner AS customer ON customer.id = contact.commercial_partner_id
                LEFT JOIN sale_order_credit AS credit ON credit.order_id = sale.id
                LEFT JOIN res_users AS credited ON credited.id = credit.user_id
                %s
                """,
                self._join_product(),
            ),
            SQL("sale.state = 'sale' AND line.display_type IS NULL"),
        )

    @api.model
    def _select_invoiced(self):
        return self._select(
            "invoiced",
            {
                **self._get_credit_columns(*self._get_invoice_credit()),
                **self._get_partner_columns(),
                **self._get_product_columns(),
                "source_id": SQL("line.id"),
                "date": SQL("line.date"),
                "moment": SQL("line.date::timestamp"),
                "company_id": SQL("line.company_id"),
                "currency_id": SQL("line.company_currency_id"),
                "order_id": SQL("sale.id"),
                "move_id": SQL("move.id"),
                "payment_move_id": SQL("NULL::integer"),
                "amount": self._split(SQL("-line.balance")),
                "payment_amount": SQL("NULL::numeric"),
            },
            SQL(
                """
                account_move_line AS line
                JOIN account_move AS move ON move.id = line.move_id
                LEFT JOIN res_currency AS currency ON currency.id = line.company_currency_id
                %s
                %s
                """,
                self._join_invoice(),
                self._join_product(),
            ),
            SQL(
                """
                line.parent_state = 'posted'
                AND line.display_type IN ('product', 'rounding')
                AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                """
            ),
        )

    # ------------------------------------------------------------------
    # What the branches share
    # ------------------------------------------------------------------

    @api.model
    def _get_credit_columns(self, user, team):
        """Whose row it is: of the credited, with the team they sell in, or of the salesperson."""
        return {
            "user_id": SQL("COALESCE(credit.user_id, %s)", user),
            "team_id": SQL(
                """CASE WHEN credit.user_id <> COALESCE(%(user)s, 0)
                        THEN COALESCE(credited.sale_team_id, %(team)s) ELSE %(team)s END""",
                user=user,
                team=team,
            ),
            "share": SQL("COALESCE(credit.share, 100)"),
            "place": SQL(
                """CASE WHEN credit.id IS NULL THEN 0 ELSE
                   (SELECT count(*) FROM sale_order_credit AS other
                     WHERE other.order_id = credit.order_id AND other.id < credit.id) END"""
            ),
        }

    @api.model
    def _get_partner_columns(self):
        return {
            "partner_id": SQL("customer.id"),
            "country_id": SQL("customer.country_id"),
            "state_id": SQL("customer.state_id"),
        }

    @api.model
    def _get_product_columns(self):
        return {"product_id": SQL("line.product_id"), "categ_id": SQL("template.categ_id")}

    @api.model
    def _join_product(self):
        return SQL(
            """
            LEFT JOIN product_product AS product ON product.id = line.product_id
            LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
            """
        )

    @api.model
    def _get_invoice_credit(self):
        """The salesperson and the team of an invoice line: those of its order where it has one."""
        return (
            SQL("CASE WHEN sale.id IS NULL THEN move.invoice_user_id ELSE sale.user_id END"),
            SQL("CASE WHEN sale.id IS NULL THEN move.team_id ELSE sale.team_id END"),
        )

    @api.model
    def _join_invoice(self):
        """What an invoice (``move``) and its ``line`` say of the customer and of the order.

        A line that invoices several order lines belongs to the first.
        """
        return SQL(
            """
            LEFT JOIN res_partner AS customer ON customer.id = move.commercial_partner_id
            LEFT JOIN sale_order_line_invoice_rel AS sold
              ON sold.invoice_line_id = line.id
             AND NOT EXISTS (
                    SELECT FROM sale_order_line_invoice_rel AS earlier
                     WHERE earlier.invoice_line_id = sold.invoice_line_id
                       AND earlier.order_line_id < sold.order_line_id
                 )
            LEFT JOIN sale_order_line AS order_line ON order_line.id = sold.order_line_id
            LEFT JOIN sale_order AS sale ON sale.id = order_line.order_id
            LEFT JOIN sale_order_credit AS credit ON credit.order_id = sale.id
            LEFT JOIN res_users AS credited ON credited.id = credit.user_id
            """
        )

    @api.model
    def _split(self, amount):
        """The credited part of an amount; the parts of all add up to it, to the last cent."""
        return SQL(
            """
            CASE WHEN credit.id IS NULL THEN %(amount)s
                 ELSE round(%(amount)s * (%(before)s + credit.share) / 100, %(digits)s)
                      - round(%(amount)s * %(before)s / 100, %(digits)s)
             END
            """,
            amount=amount,
            before=self._get_share_before(),
            digits=SQL("currency.decimal_places"),
        )

    @api.model
    def _get_share_before(self):
        """The shares of an order that come before that of the row."""
        return SQL(
            """COALESCE((SELECT sum(other.share) FROM sale_order_credit AS other
                          WHERE other.order_id = credit.order_id AND other.id < credit.id), 0)"""
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
