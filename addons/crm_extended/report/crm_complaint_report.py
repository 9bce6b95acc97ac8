from odoo import api, fields, models
from odoo.tools import SQL

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
            "channel",
            "commercial_partner_id",
            "company_id",
            "first_response_date",
            "kind",
            "name",
            "number",
            "order_id",
            "partner_id",
            "priority",
            "product_id",
            "received_date",
            "resolved_date",
            "stage_id",
            "team_id",
            "user_id",
        ],
        "crm.complaint.stage": ["is_closed"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
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
    resolved_date = fields.Datetime(string="Resolved On", readonly=True)

    # Who deals with it, and how far it is
    team_id = fields.Many2one(comodel_name="crm.complaint.team", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Responsible", readonly=True)
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
            *("id", "number", "name", "active", "company_id", "received_date", "resolved_date"),
            *("team_id", "user_id", "stage_id", "priority", "kind", "channel", "category_id"),
            *("product_id", "order_id", "partner_id", "commercial_partner_id"),
        )
        return {
            **{name: SQL.identifier("complaint", name) for name in complaint},
            "complaint_id": SQL("complaint.id"),
            "is_closed": SQL("stage.is_closed"),
            "product_category_id": SQL("template.categ_id"),
            "salesperson_id": SQL("orders.user_id"),
            "industry_id": SQL("customer.industry_id"),
            "country_id": SQL("customer.country_id"),
            **self._select_measures(),
        }

    def _select_measures(self):
        """The part of ``_select`` that is averaged or added up."""
        return {}

    def _from(self):
        return SQL(
            """
            crm_complaint complaint
            LEFT JOIN crm_complaint_stage stage ON stage.id = complaint.stage_id
            LEFT JOIN res_partner customer ON customer.id = complaint.commercial_partner_id
            LEFT JOIN sale_order orders ON orders.id = complaint.order_id
            LEFT JOIN product_product product ON product.id = complaint.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            """
        )

    def _where(self):
        return SQL("TRUE")

    def action_open_complaint(self):
        self.ensure_one()
        return self.complaint_id.get_formview_action()
