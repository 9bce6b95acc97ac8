from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.rating.models.rating_data import RATING_LIMIT_SATISFIED

from ..models.crm_complaint_assignment import PRIORITIES


class CrmComplaintReport(models.Model):
    """One row a complaint, with what is averaged or added up.

    A measure is NULL where it says nothing about a complaint (no answer yet, no deadline, no
    rating), so that an average leaves that complaint out instead of counting a zero. Shares are
    0 or 100 for each complaint: their average is a percentage in every view and export.
    """

    _name = "crm.complaint.report"
    _description = "Complaints Analysis"
    _auto = False
    _rec_name = "complaint_id"
    _order = "received_date desc, id desc"
    _depends = {
        "crm.complaint": [
            "active",
            "category_id",
            "cause_id",
            "channel",
            "closed_date",
            "commercial_partner_id",
            "company_id",
            "cost",
            "first_response_date",
            "first_response_deadline",
            "first_response_hours",
            "first_response_sla_met",
            "kind",
            "merged_into_id",
            "name",
            "number",
            "order_id",
            "outcome",
            "partner_id",
            "priority",
            "product_id",
            "rating_last_value",
            "received_date",
            "reopen_count",
            "repeat_of_id",
            "resolution_deadline",
            "resolution_hours",
            "resolution_sla_met",
            "resolved_date",
            "stage_id",
            "team_id",
            "user_id",
        ],
        "crm.complaint.stage": ["is_closed"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
        "res.company": ["currency_id"],
        "res.partner": ["country_id", "industry_id"],
        "sale.order": ["user_id"],
    }

    complaint_id = fields.Many2one(comodel_name="crm.complaint", readonly=True)
    number = fields.Char(readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    active = fields.Boolean(readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)

    # When
    received_date = fields.Datetime(string="Received On", readonly=True)
    resolved_date = fields.Datetime(
        string="Resolved On", readonly=True, help="Closed for the first time."
    )
    closed_date = fields.Datetime(
        string="Closed On", readonly=True, help="Closed for the last time. Empty while it is open."
    )

    # Who deals with it, and how far it is
    team_id = fields.Many2one(comodel_name="crm.complaint.team", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Responsible", readonly=True)
    filed_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    stage_id = fields.Many2one(comodel_name="crm.complaint.stage", readonly=True)
    is_closed = fields.Boolean(string="Closed", readonly=True)
    priority = fields.Selection(selection=PRIORITIES, readonly=True)

    # What it is about
    kind = fields.Selection(
        selection=lambda self: self._get_complaint_selection("kind"), readonly=True
    )
    channel = fields.Selection(
        selection=lambda self: self._get_complaint_selection("channel"), readonly=True
    )
    category_id = fields.Many2one(comodel_name="crm.complaint.category", readonly=True)
    cause_id = fields.Many2one(comodel_name="crm.complaint.cause", readonly=True)
    outcome = fields.Selection(
        selection=lambda self: self._get_complaint_selection("outcome"), readonly=True
    )
    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    product_category_id = fields.Many2one(comodel_name="product.category", readonly=True)
    order_id = fields.Many2one(comodel_name="sale.order", string="Sales Order", readonly=True)
    salesperson_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        help="Of the sales order that the complaint is about.",
    )

    # Whose it is
    partner_id = fields.Many2one(comodel_name="res.partner", string="Contact", readonly=True)
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    customer_tag_ids = fields.Many2many(
        related="commercial_partner_id.category_id",
        string="Customer Group",
        help="The customer's tags. One with two tags counts in both groups, and once in total.",
    )
    industry_id = fields.Many2one(
        comodel_name="res.partner.industry", string="Customer Industry", readonly=True
    )
    country_id = fields.Many2one(
        comodel_name="res.country", string="Customer Country", readonly=True
    )

    # How fast
    first_response_hours = fields.Float(
        string="Hours to First Response",
        readonly=True,
        aggregator="avg",
        help="Working hours. Complaints without an answer are left out.",
    )
    first_response_met = fields.Float(
        string="First Response in Time (%)",
        readonly=True,
        aggregator="avg",
        help="Of those with a deadline. An answer that is overdue counts as late before it comes.",
    )
    resolution_hours = fields.Float(
        string="Hours to Resolution",
        readonly=True,
        aggregator="avg",
        help="Working hours, without the time spent waiting for the customer. "
        "Open complaints are left out.",
    )
    resolution_met = fields.Float(
        string="Resolved in Time (%)",
        readonly=True,
        aggregator="avg",
        help="Of those with a deadline. What is overdue counts as late before it is resolved.",
    )

    # What came of it
    solved_first_time = fields.Float(
        string="Solved First Time (%)",
        readonly=True,
        aggregator="avg",
        help="Of those closed at least once: how many were never opened again.",
    )
    reopened = fields.Float(
        string="Reopened (%)",
        readonly=True,
        aggregator="avg",
        help="Of those closed at least once: how many were opened again.",
    )
    reopen_count = fields.Integer(string="Times Reopened", readonly=True)
    repeated = fields.Float(
        string="Repeats (%)",
        readonly=True,
        aggregator="avg",
        help="How many came from a customer who had complained of the same before.",
    )
    rating = fields.Float(
        string="Rating (1-5)",
        readonly=True,
        aggregator="avg",
        help="The customer's last rating. Complaints that nobody rated are left out.",
    )
    satisfied = fields.Float(
        string="Satisfied (%)",
        readonly=True,
        aggregator="avg",
        help="Of those rated: how many got 4 or 5.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    cost = fields.Monetary(
        readonly=True,
        help="In your company's currency, at the rate of the day it was received.",
    )

    @api.model
    def _get_complaint_selection(self, field_name):
        return self.env["crm.complaint"]._fields[field_name]._description_selection(self.env)

    @property
    def _table_query(self):
        columns = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._select().items()
        )
        return SQL("SELECT %s FROM %s WHERE %s", columns, self._from(), self._where())

    def _select(self):
        """``{field: SQL expression}``; extend it to add a column.

        The tables are those of ``_from``.
        """
        complaint = (
            *("id", "number", "name", "active", "company_id"),
            *("received_date", "resolved_date", "closed_date"),
            *("team_id", "user_id", "stage_id", "priority", "kind", "channel", "category_id"),
            *("cause_id", "outcome", "product_id", "order_id"),
            *("partner_id", "commercial_partner_id"),
        )
        return {
            **{name: SQL.identifier("complaint", name) for name in complaint},
            "complaint_id": SQL("complaint.id"),
            "filed_by_id": SQL("complaint.create_uid"),
            "is_closed": SQL("stage.is_closed"),
            "product_category_id": SQL("template.categ_id"),
            "salesperson_id": SQL("orders.user_id"),
            "industry_id": SQL("customer.industry_id"),
            "country_id": SQL("customer.country_id"),
            **self._select_measures(),
        }

    def _select_measures(self):
        """The part of ``_select`` that is averaged or added up."""
        # Closing once more changes neither: whoever was opened again stays so.
        was_closed = SQL("(stage.is_closed OR complaint.reopen_count > 0)")
        was_reopened = SQL("COALESCE(complaint.reopen_count, 0) > 0")
        rating = SQL("NULLIF(complaint.rating_last_value, 0)")
        return {
            "first_response_hours": SQL(
                "CASE WHEN complaint.first_response_date IS NOT NULL "
                "THEN complaint.first_response_hours END"
            ),
            "first_response_met": self._share_in_time(
                "first_response", SQL("complaint.first_response_date IS NULL")
            ),
            "resolution_hours": SQL(
                "CASE WHEN complaint.closed_date IS NOT NULL THEN complaint.resolution_hours END"
            ),
            "resolution_met": self._share_in_time("resolution", SQL("TRUE")),
            "solved_first_time": self._share(SQL("NOT (%s)", was_reopened), was_closed),
            "reopened": self._share(was_reopened, was_closed),
            "reopen_count": SQL("complaint.reopen_count"),
            "repeated": self._share(SQL("complaint.repeat_of_id IS NOT NULL"), SQL("TRUE")),
            "rating": rating,
            "satisfied": self._share(
                SQL("%s >= %s", rating, RATING_LIMIT_SATISFIED), SQL("%s IS NOT NULL", rating)
            ),
            "currency_id": SQL("%s", self.env.company.currency_id.id),
            "cost": SQL("%s * COALESCE(complaint.cost, 0)", self._currency_rate()),
        }

    @api.model
    def _share(self, condition, among):
        """100 where a condition holds and 0 where not, NULL for complaints it says nothing of."""
        return SQL("CASE WHEN %s THEN CASE WHEN %s THEN 100.0 ELSE 0 END END", among, condition)

    def _share_in_time(self, clock, unsettled):
        """Of the deadlines that were met or missed, and of those that have passed unheeded."""
        met = SQL.identifier("complaint", f"{clock}_sla_met")
        overdue = SQL(
            "(%s AND stage.is_closed IS NOT TRUE AND %s < %s)",
            unsettled,
            SQL.identifier("complaint", f"{clock}_deadline"),
            fields.Datetime.now(),
        )
        # no value but "met" and "missed": a comparison with none is neither true nor false
        among = SQL("(%s IS NOT NULL OR %s)", met, overdue)
        return self._share(SQL("%s = 'met'", met), among)

    def _currency_rate(self):
        """From the currency of the complaint's company to that of the user's, at that day."""
        ours = self.env.company.currency_id
        if self.env.companies.currency_id <= ours:
            return SQL("1")
        return SQL(
            "%s / %s",
            self._rate_of(SQL("%s", ours.id)),
            self._rate_of(SQL("company.currency_id")),
        )

    def _rate_of(self, currency):
        """As ``res.currency._get_rates``: the rate of the day, else the first one ever known."""
        known = SQL(
            """
            SELECT rate.rate
              FROM res_currency_rate rate
             WHERE rate.currency_id = %s
               AND (rate.company_id IS NULL OR rate.company_id = %s)
            """,
            currency,
            self.env.company.root_id.id,
        )
        return SQL(
            """
            COALESCE(
                (%(known)s AND rate.name <= complaint.received_date::date
                 ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                (%(known)s ORDER BY rate.company_id, rate.name LIMIT 1),
                1
            )
            """,
            known=known,
        )

    def _from(self):
        return SQL(
            """
            crm_complaint complaint
            JOIN res_company company ON company.id = complaint.company_id
            LEFT JOIN crm_complaint_stage stage ON stage.id = complaint.stage_id
            LEFT JOIN res_partner customer ON customer.id = complaint.commercial_partner_id
            LEFT JOIN sale_order orders ON orders.id = complaint.order_id
            LEFT JOIN product_product product ON product.id = complaint.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            """
        )

    def _where(self):
        """Leave out what was merged: it is counted where it went."""
        return SQL("complaint.merged_into_id IS NULL")

    def action_open_complaint(self):
        self.ensure_one()
        return self.complaint_id.get_formview_action()
