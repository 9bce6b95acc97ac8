from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# What a kind of follow-up is kept in.
TARGET_FIELDS = {"opportunity": "lead_id", "activity": "activity_id", "quotation": "order_id"}


class SaleCustomerFollowup(models.Model):
    """What was made from a row of a cross-selling list, and that nothing is made from it twice.

    The rows of the lists are replaced every night, so what was made is kept by what stays the
    same: company, customer, product or category, and kind. There is one record of these in the
    database. It points to the latest opportunity, activity or quotation and is taken over by the
    next one when that is closed.
    """

    _name = "sale.customer.followup"
    _description = "Follow-Up of a Cross-Selling List"
    _order = "id desc"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        string="Customer",
        comodel_name="res.partner",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    product_id = fields.Many2one(
        comodel_name="product.product", readonly=True, index=True, ondelete="cascade"
    )
    categ_id = fields.Many2one(
        string="Product Category",
        comodel_name="product.category",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=[
            ("opportunity", "Opportunity"),
            ("activity", "Activity"),
            ("quotation", "Quotation"),
        ],
        required=True,
        readonly=True,
    )
    lead_id = fields.Many2one(
        string="Opportunity",
        comodel_name="crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    activity_id = fields.Many2one(
        comodel_name="mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    order_id = fields.Many2one(
        string="Quotation",
        comodel_name="sale.order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_open = fields.Boolean(
        string="Open",
        compute="_compute_is_open",
        search="_search_is_open",
        help="Its opportunity is neither won nor lost, its activity not done, its quotation not "
        "confirmed. Until then no second one is made.",
    )

    _subject_uniq = models.UniqueIndex(
        "(partner_id, company_id, kind, COALESCE(product_id, 0), COALESCE(categ_id, 0))",
        "There is already a follow-up of this kind.",
    )

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for followup in self:
            followup.display_name = labels.get(followup.kind, "")

    @api.depends("lead_id", "activity_id", "order_id")
    def _compute_is_open(self):
        # Searched without rules: whether there is something open is no secret, what it is may be.
        open_followups = self.sudo().search([("id", "in", self.ids), ("is_open", "=", True)])
        for followup in self:
            followup.is_open = followup._origin.id in open_followups._ids

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        is_open = Domain.custom(
            to_sql=lambda _model, alias, _query: self._get_open_condition(SQL.identifier(alias)),
            predicate=lambda followup: followup.is_open,
        )
        return is_open if True in value else ~is_open

    def _get_open_condition(self, alias):
        """Return the SQL condition that what a follow-up points to is not closed yet."""
        self.env["crm.lead"].flush_model(["active", "won_status"])
        self.env["mail.activity"].flush_model(["active"])
        self.env["sale.order"].flush_model(["state"])
        return SQL(
            """(
                EXISTS (SELECT FROM crm_lead AS lead WHERE lead.id = %(alias)s.lead_id
                           AND lead.active AND lead.won_status = 'pending')
                OR EXISTS (SELECT FROM mail_activity AS activity
                            WHERE activity.id = %(alias)s.activity_id AND activity.active)
                OR EXISTS (SELECT FROM sale_order AS quotation
                            WHERE quotation.id = %(alias)s.order_id
                              AND quotation.state IN ('draft', 'sent'))
            )""",
            alias=alias,
        )

    @api.model
    def _claim(self, kind, subjects):
        """Take and return the follow-ups of subjects of which none of this kind is open.

        One statement with the unique index as its arbiter: of two users who ask for the same at
        once the second waits, and finds it open when Odoo repeats the request.

        :param str kind: what will be made; the caller makes it and fills the field for it
        :param subjects: tuples of company id, customer id, product id or None, category id or None
        """
        if not subjects:
            return self.browse()
        self.flush_model()
        found = self.env.execute_query(
            SQL(
                """
                INSERT INTO %(table)s AS known (
                    company_id, partner_id, product_id, categ_id, kind,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT subject.company_id, subject.partner_id, subject.product_id::integer,
                       subject.categ_id::integer, %(kind)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (VALUES %(subjects)s)
                    AS subject (company_id, partner_id, product_id, categ_id)
                    ON CONFLICT (
                        partner_id, company_id, kind,
                        COALESCE(product_id, 0), COALESCE(categ_id, 0)
                    ) DO UPDATE
                   SET lead_id = NULL, activity_id = NULL, order_id = NULL,
                       create_uid = EXCLUDED.create_uid, create_date = EXCLUDED.create_date,
                       write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                 WHERE NOT %(is_open)s
             RETURNING known.id
                """,
                table=SQL.identifier(self._table),
                kind=kind,
                uid=self.env.uid,
                now=self.env.cr.now(),
                # Sorted, so that two users with the same rows wait for each other in one order.
                subjects=SQL(", ").join(
                    SQL("%s", subject) for subject in sorted(set(subjects), key=str)
                ),
                is_open=self._get_open_condition(SQL.identifier("known")),
            )
        )
        self.invalidate_model()
        return self.browse(followup_id for (followup_id,) in found)

    def _get_subject(self):
        """Return what makes a follow-up unique, as `_claim` takes it."""
        self.ensure_one()
        return (
            self.company_id.id,
            self.partner_id.id,
            self.product_id.id or None,
            self.categ_id.id or None,
        )

    def action_open(self):
        """Open what was made, or the customer if that is an activity."""
        self.ensure_one()
        record = self.lead_id or self.order_id or self.partner_id
        return record.get_formview_action()
