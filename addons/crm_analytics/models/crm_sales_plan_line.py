from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

# What a figure may be about; any of them may be empty.
DIMENSIONS = ("user_id", "team_id", "country_id", "state_id", "category_id", "segment_id")


class CrmSalesPlanLine(models.Model):
    """One figure of a plan: a month, and of whom, where or what it is."""

    _name = "crm.sales.plan.line"
    _description = "Sales Plan Figure"
    _order = "plan_id, month, id"
    _rec_name = "month"
    _check_company_auto = True

    plan_id = fields.Many2one(
        comodel_name="crm.sales.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(related="plan_id.state", string="Plan State")
    entry = fields.Selection(
        selection=[("bottom_up", "Bottom-up"), ("top_down", "Top-down")],
        required=True,
        default="bottom_up",
    )
    month = fields.Date(required=True, index=True, help="The first day of the month.")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        check_company=True,
        index=True,
        ondelete="restrict",
        help="Empty with a salesperson: filled with the salesperson's team.",
    )
    country_id = fields.Many2one(comodel_name="res.country", ondelete="restrict")
    state_id = fields.Many2one(
        comodel_name="res.country.state", string="Country State", ondelete="restrict"
    )
    category_id = fields.Many2one(
        comodel_name="product.category",
        string="Product Category",
        index="btree_not_null",
        ondelete="restrict",
        help="With the categories below it that have no figures of their own.",
    )
    segment_id = fields.Many2one(
        comodel_name="crm.segment",
        string="Customer Group",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="A customer in several groups of the plan counts for the oldest of them, so that the"
        " groups add up.",
    )
    amount = fields.Monetary(required=True)

    _figure_unique = models.UniqueIndex(
        "(plan_id, entry, month, COALESCE(user_id, 0), COALESCE(team_id, 0),"
        " COALESCE(country_id, 0), COALESCE(state_id, 0), COALESCE(category_id, 0),"
        " COALESCE(segment_id, 0))",
        "The plan has this figure already: change it instead.",
    )
    _month_first_day = models.Constraint(
        "CHECK (EXTRACT(day FROM month) = 1)", "The month of a figure is its first day."
    )

    @api.constrains("month", "plan_id")
    def _check_month(self):
        # Those without a plan or month are refused by the database, with the field's name.
        for line in self.filtered(lambda line: line.plan_id and line.month):
            if not line.plan_id.date_from <= line.month <= line.plan_id.date_to:
                raise ValidationError(
                    self.env._(
                        "%(month)s is not in %(plan)s (%(period)s).",
                        month=line._get_month_name(),
                        plan=line.plan_id.display_name,
                        period=line.plan_id._get_period_name(),
                    )
                )

    @api.constrains("country_id", "state_id")
    def _check_state(self):
        for line in self:
            if line.state_id and line.state_id.country_id != line.country_id:
                raise ValidationError(
                    self.env._(
                        "%(state)s is not in %(country)s.",
                        state=line.state_id.name,
                        country=line.country_id.name or self.env._("no country"),
                    )
                )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        # sudo: the teams of all the salespersons in one query
        self.env["res.users"].sudo().browse(
            {vals["user_id"] for vals in vals_list if vals.get("user_id")}
        ).fetch(["sale_team_id"])
        lines = super().create([self._complete_values(vals) for vals in vals_list])
        lines.plan_id._check_draft()
        return lines

    def write(self, vals):
        self.plan_id._check_draft()
        result = super().write(vals)
        if not vals.keys() <= {"amount"}:
            # What became of a figure has to be one's own as well as what it was.
            self.plan_id._check_draft()
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.plan_id._check_draft()

    # Business

    @api.model
    def _complete_values(self, vals):
        """The team of a person and the country of a state, where they are not given."""
        vals = dict(vals)
        if vals.get("user_id") and not vals.get("team_id"):
            # sudo: a salesperson reads no other user's team
            team = self.env["res.users"].sudo().browse(vals["user_id"]).sale_team_id
            plan = self.env["crm.sales.plan"].browse(vals.get("plan_id"))
            if not team.company_id or team.company_id == plan.company_id:
                vals["team_id"] = team.id
        if vals.get("state_id") and not vals.get("country_id"):
            state = self.env["res.country.state"].browse(vals["state_id"])
            vals["country_id"] = state.country_id.id
        return vals

    def _get_key(self):
        """What there is one figure of in a plan."""
        self.ensure_one()
        return (self.entry, self.month, *(self[name].id or 0 for name in DIMENSIONS))

    @api.model
    def _prepare_key_values(self, plan, key, amount):
        entry, month, *ids = key
        return {
            **{name: key_id or False for name, key_id in zip(DIMENSIONS, ids, strict=True)},
            "plan_id": plan.id,
            "entry": entry,
            "month": month,
            "amount": amount,
        }

    @api.model
    def _get_category_map_sql(self, condition):
        """Rows (plan, category, planned category): the nearest one above that has figures."""
        return SQL(
            """(
            SELECT DISTINCT ON (planned.plan_id, category.id)
                   planned.plan_id, category.id AS category_id, planned.category_id AS planned_id
              FROM (SELECT DISTINCT plan_id, category_id
                      FROM crm_sales_plan_line
                     WHERE category_id IS NOT NULL AND %s) planned
              JOIN product_category above ON above.id = planned.category_id
              JOIN product_category category
                ON category.parent_path LIKE above.parent_path || '%%'
             ORDER BY planned.plan_id, category.id, LENGTH(above.parent_path) DESC)""",
            condition,
        )

    @api.model
    def _get_segment_map_sql(self, condition):
        """Rows (plan, customer, group): the oldest group with figures that the customer is in."""
        return SQL(
            """(
            SELECT DISTINCT ON (planned.plan_id, partner.commercial_partner_id)
                   planned.plan_id, partner.commercial_partner_id AS partner_id, planned.segment_id
              FROM (SELECT DISTINCT plan_id, segment_id
                      FROM crm_sales_plan_line
                     WHERE segment_id IS NOT NULL AND %s) planned
              JOIN crm_segment_member member ON member.segment_id = planned.segment_id
              JOIN res_partner partner ON partner.id = member.partner_id
             ORDER BY planned.plan_id, partner.commercial_partner_id, planned.segment_id)""",
            condition,
        )

    def _get_month_name(self):
        self.ensure_one()
        return format_date(self.env, self.month, date_format="MMMM y")
