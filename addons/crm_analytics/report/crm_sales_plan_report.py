from odoo import api, fields, models
from odoo.tools import SQL

from .crm_sales_actual import ID_BITS, Day

# The kinds of ``crm.sales.actual`` are numbers below this one in the last bits of its ids.
PLAN_ID_KIND = 7
ACTUALS = ("ordered", "invoiced", "collected", "bank")


class CrmSalesPlanReport(models.Model):
    """The plan beside what was ordered, invoiced, collected and confirmed by the bank.

    A row is a figure of a plan or a row of ``crm.sales.actual``. What is sold belongs to the
    nearest planned category above its product, and to one customer group: the oldest of the plan
    that the customer is in. So whatever the rows are grouped by, they add up to the whole.
    """

    _name = "crm.sales.plan.report"
    _description = "Sales Plan Analysis"
    _auto = False
    _rec_name = "date"
    _order = "date desc, id desc"
    _depends = {
        "crm.sales.actual": [],
        "crm.sales.plan": [
            "basis",
            "company_id",
            "compared_kind",
            "date_from",
            "date_to",
            "is_in_force",
            "state",
        ],
        "crm.sales.plan.line": [
            "amount",
            "category_id",
            "company_id",
            "country_id",
            "entry",
            "month",
            "plan_id",
            "segment_id",
            "state_id",
            "team_id",
            "user_id",
        ],
        "crm.segment.member": ["partner_id", "segment_id"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id"],
        "product.category": ["parent_path"],
    }

    kind = fields.Selection(
        selection=[
            ("plan", "Plan"),
            ("draft", "Draft"),
            ("unused", "Not Counted"),
            ("ordered", "Ordered"),
            ("invoiced", "Invoiced"),
            ("collected", "Collected"),
            ("bank", "Confirmed by the Bank"),
        ],
        readonly=True,
        help="Draft: of a plan that is not approved yet. Not counted: the bottom-up figures of a"
        " plan whose top-down figures count, or the other way round.",
    )
    date = Day(readonly=True, help="Figures of a plan are on the first day of their month.")
    plan_id = fields.Many2one(comodel_name="crm.sales.plan", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    state_id = fields.Many2one(
        comodel_name="res.country.state", string="Country State", readonly=True
    )
    category_id = fields.Many2one(
        comodel_name="product.category",
        string="Product Category",
        readonly=True,
        help="What is sold belongs to the nearest category above it that is planned.",
    )
    segment_id = fields.Many2one(
        comodel_name="crm.segment",
        string="Customer Group",
        readonly=True,
        help="A customer in several groups of the plan counts for the oldest of them, so that the"
        " groups add up.",
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    order_id = fields.Many2one(comodel_name="sale.order", readonly=True)
    move_id = fields.Many2one(comodel_name="account.move", string="Invoice", readonly=True)
    amount = fields.Monetary(readonly=True, help="What was planned or sold, by kind.")
    planned = fields.Monetary(readonly=True, help="Of the plan in force: the figures that count.")
    bottom_up = fields.Monetary(string="Bottom-up", readonly=True, help="Of the plan in force.")
    top_down = fields.Monetary(string="Top-down", readonly=True, help="Of the plan in force.")
    draft = fields.Monetary(
        readonly=True, help="Of the plan, or the revision, that is being entered."
    )
    ordered = fields.Monetary(readonly=True)
    invoiced = fields.Monetary(readonly=True)
    collected = fields.Monetary(readonly=True)
    bank = fields.Monetary(string="Confirmed by the Bank", readonly=True)
    difference = fields.Monetary(
        readonly=True,
        help="What the plan is compared with (ordered, unless the plan says otherwise) less what"
        " is planned.",
    )

    @property
    def _table_query(self):
        return SQL("(%s) UNION ALL (%s)", self._select_plans(), self._select_actuals())

    @api.model
    def _select_plans(self):
        counts = SQL("line.entry = plan.basis")
        in_force = SQL("CASE WHEN plan.is_in_force AND %s THEN line.amount END", counts)
        return SQL(
            """
            SELECT (line.id::bigint << %(id_bits)s) + %(id_kind)s AS id,
                   (CASE WHEN NOT %(counts)s THEN 'unused'
                         WHEN plan.is_in_force THEN 'plan'
                         ELSE 'draft' END)::varchar AS kind,
                   line.month AS date,
                   line.month::timestamp AS moment,
                   line.plan_id, line.company_id, company.currency_id,
                   line.user_id, line.team_id, line.country_id, line.state_id,
                   line.category_id, line.segment_id,
                   NULL::integer AS partner_id, NULL::integer AS product_id,
                   NULL::integer AS order_id, NULL::integer AS move_id,
                   line.amount,
                   %(planned)s AS planned,
                   CASE WHEN plan.is_in_force AND line.entry = 'bottom_up'
                        THEN line.amount END AS bottom_up,
                   CASE WHEN plan.is_in_force AND line.entry = 'top_down'
                        THEN line.amount END AS top_down,
                   CASE WHEN plan.state = 'draft' AND %(counts)s THEN line.amount END AS draft,
                   %(nothing)s,
                   -%(planned)s AS difference
              FROM crm_sales_plan_line line
              JOIN crm_sales_plan plan ON plan.id = line.plan_id
              JOIN res_company company ON company.id = line.company_id
             WHERE plan.is_in_force OR plan.state = 'draft'
            """,
            id_bits=ID_BITS,
            id_kind=PLAN_ID_KIND,
            planned=in_force,
            counts=counts,
            nothing=SQL(", ").join(
                SQL("NULL::numeric AS %s", SQL.identifier(kind)) for kind in ACTUALS
            ),
        )

    @api.model
    def _select_actuals(self):
        lines = self.env["crm.sales.plan.line"]
        everywhere = SQL("TRUE")
        return SQL(
            """
            SELECT actual.id, actual.kind, actual.date, actual.moment,
                   plan.id, actual.company_id, actual.currency_id,
                   actual.user_id, actual.team_id, actual.country_id, actual.state_id,
                   COALESCE(category.planned_id, actual.categ_id), segment.segment_id,
                   actual.partner_id, actual.product_id, actual.order_id, actual.move_id,
                   actual.amount, NULL, NULL, NULL, NULL, %(amounts)s,
                   CASE WHEN actual.kind = COALESCE(plan.compared_kind, 'ordered')
                        THEN actual.amount END
              FROM %(actuals)s actual
              LEFT JOIN crm_sales_plan plan
                ON plan.company_id = actual.company_id
               AND plan.is_in_force
               AND actual.date BETWEEN plan.date_from AND plan.date_to
              LEFT JOIN %(categories)s category
                ON category.plan_id = plan.id AND category.category_id = actual.categ_id
              LEFT JOIN %(segments)s segment
                ON segment.plan_id = plan.id AND segment.partner_id = actual.partner_id
             WHERE actual.kind IN %(kinds)s
            """,
            amounts=SQL(", ").join(
                SQL("CASE WHEN actual.kind = %s THEN actual.amount END", kind) for kind in ACTUALS
            ),
            actuals=self.env["crm.sales.actual"]._table_sql,
            categories=lines._get_category_map_sql(everywhere),
            segments=lines._get_segment_map_sql(everywhere),
            kinds=ACTUALS,
        )

    def action_open_document(self):
        """The order, the invoice, the payment or the plan a row stems from."""
        self.ensure_one()
        if self.kind not in ACTUALS:
            return self.plan_id._get_form_action()
        return self.env["crm.sales.actual"].browse(self.id)._get_document_action()
