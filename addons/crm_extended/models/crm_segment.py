from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.batches import run_in_batches


class CrmSegment(models.Model):
    """A group of customers, by a rule or hand-picked, to filter and to write to.

    Other add-ons add conditions: they extend `_get_rule_domain` and `_get_rule_fields`.
    """

    _name = "crm.segment"
    _description = "Segment"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    note = fields.Text(string="Notes")
    kind = fields.Selection(
        selection=[("rule", "By Rule"), ("manual", "Hand-Picked")],
        default="rule",
        required=True,
        help="By Rule: found each night, and when you refresh.\n"
        "Hand-Picked: whom you add stays until you take them out.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Only customers and orders of this company count. Empty: of all companies.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", compute="_compute_currency_id")
    domain = fields.Char(
        string="Other Conditions", default="[]", help="Any condition on the customer."
    )
    sales_condition = fields.Selection(
        selection=[("bought", "Bought"), ("not_bought", "Did Not Buy")],
        string="Customers Who",
        help="Counts confirmed orders. An order of a person counts for the company as well.",
    )
    product_tmpl_ids = fields.Many2many(comodel_name="product.template", string="Products")
    product_categ_ids = fields.Many2many(
        comodel_name="product.category", string="Categories", help="With the categories below them."
    )
    order_count_min = fields.Integer(string="At Least (Times)", default=1)
    sales_months = fields.Integer(
        string="In the Last Months", default=12, help="0: at any time until now."
    )
    spent_min = fields.Monetary(
        string="Spent at Least", help="Without taxes, at the exchange rates of the orders' days."
    )
    industry_ids = fields.Many2many(comodel_name="res.partner.industry", string="Industries")
    category_ids = fields.Many2many(
        comodel_name="res.partner.category",
        string="Interests",
        help="Customers with any of these tags.",
    )
    lang_ids = fields.Many2many(comodel_name="res.lang", string="Languages")
    member_ids = fields.One2many(
        comodel_name="crm.segment.member", inverse_name="segment_id", string="Members"
    )
    member_count = fields.Integer(string="Customers", compute="_compute_member_count")
    matching_count = fields.Integer(
        string="Match Now",
        compute="_compute_matching_count",
        help="How many customers the rule finds as it stands.",
    )
    refresh_date = fields.Datetime(string="Refreshed On", readonly=True, copy=False)

    _numbers_positive = models.Constraint(
        "CHECK (order_count_min >= 0 AND sales_months >= 0 AND spent_min >= 0)",
        "Numbers of orders and months and amounts cannot be negative.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for segment in self:
            segment.currency_id = segment._get_money_company().currency_id

    @api.depends("member_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["crm.segment.member"]._read_group(
                [("segment_id", "in", self.ids)], ["segment_id"], ["__count"]
            )
        )
        for segment in self:
            segment.member_count = counts.get(segment._origin, 0)

    @api.depends(lambda self: self._get_rule_fields())
    def _compute_matching_count(self):
        for segment in self:
            try:
                segment.matching_count = segment._find_matching_count()
            except ValidationError:
                segment.matching_count = 0  # saving says what is wrong

    @api.constrains("domain")
    def _check_domain(self):
        for segment in self:
            segment._get_customer_domain()

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments._refresh()
        return segments

    def write(self, vals):
        result = super().write(vals)
        if not self._get_rule_fields().isdisjoint(vals):
            self._refresh()
        return result

    # Actions

    def action_refresh(self):
        """Find the members again, now."""
        self.check_access("read")
        by_hand = self.filtered(lambda segment: segment.kind == "manual")
        if by_hand:
            raise UserError(
                self.env._(
                    "%(segment)s is hand-picked: add and remove its customers yourself.",
                    segment=by_hand[0].name,
                )
            )
        self._refresh()

    def action_view_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_segment_member_action"
        )
        action["domain"] = [("segment_id", "=", self.id)]
        action["context"] = {
            "default_segment_id": self.id,
            "create": self.kind == "manual",
            "delete": self.kind == "manual",
        }
        return action

    @api.model
    def _cron_refresh(self):
        """Refresh all segments, each in a transaction of its own."""
        run_in_batches(
            self,
            Domain("kind", "=", "rule"),
            lambda segments: segments._refresh(),
            batch_size=1,
            lock_table=self._table,
        )

    # What others ask for

    def _get_partner_domain(self):
        """The customers in any of these segments, as a domain on res.partner without any ids."""
        return Domain("segment_ids", "in", self.ids)

    # Refreshing

    def _refresh(self):
        """Replace the members by whom the rule finds; who stays keeps since when.

        A fixed number of queries for each segment, whatever its size. All or nothing: the old
        members stay until the transaction ends.
        """
        # sudo: a segment has the same members whoever refreshes it; members are written here only
        for segment in self.sudo().filtered(lambda each: each.kind == "rule" and each.active):
            segment._replace_members()
        self.env["crm.segment.member"].invalidate_model()
        self.invalidate_recordset(["member_ids", "member_count", "matching_count"])
        self.env["res.partner"].invalidate_model(["segment_ids"])

    def _replace_members(self):
        self.ensure_one()
        matching = self._get_matching_partners()._search(self._get_rule_domain())
        self.env.flush_all()
        self.env.execute_query(SQL("SELECT id FROM crm_segment WHERE id = %s FOR UPDATE", self.id))
        # A table with an index: whatever statistics say, a large segment is not compared row by row
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE crm_segment_matching ON COMMIT DROP AS %s",
                matching.select(),
            )
        )
        self.env.cr.execute("CREATE UNIQUE INDEX ON crm_segment_matching (id)")
        self.env.cr.execute("ANALYZE crm_segment_matching")
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_segment_member member
                 WHERE member.segment_id = %s
                   AND NOT EXISTS (
                       SELECT FROM crm_segment_matching matching
                        WHERE matching.id = member.partner_id
                   )
                """,
                self.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_segment_member (
                    segment_id, partner_id, since, create_uid, create_date, write_uid, write_date
                )
                SELECT %(segment)s, matching.id, %(today)s, %(user)s, %(now)s, %(user)s, %(now)s
                  FROM crm_segment_matching matching
                    ON CONFLICT (segment_id, partner_id) DO NOTHING
                """,
                segment=self.id,
                today=self._get_money_company()._get_today(),
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env.cr.execute("DROP TABLE crm_segment_matching")
        self.env.cr.execute(
            SQL(
                "UPDATE crm_segment SET refresh_date = %s WHERE id = %s",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(["refresh_date"])

    def _find_matching_count(self):
        self.ensure_one()
        if self.kind == "manual":
            return self.member_count
        return self._get_matching_partners().search_count(self._get_rule_domain())

    def _get_matching_partners(self):
        # sudo: who belongs to a segment does not depend on whose contacts the user may see
        return self.env["res.partner"].sudo().with_context(active_test=True)
