from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# Clocks of phones and other systems that file complaints differ from the server's.
CLOCK_TOLERANCE = timedelta(minutes=10)
KINDS = [
    ("complaint", "Complaint"),
    ("suggestion", "Suggestion"),
    ("praise", "Praise"),
    ("question", "Question"),
]


class CrmComplaint(models.Model):
    """One word of a customer, good or bad, and what was done about it."""

    _name = "crm.complaint"
    _description = "Complaint"
    # mail.thread itself must not be listed: a mixin that inherits it has to come first.
    _inherit = [
        "portal.mixin",
        "rating.mixin",
        "mail.thread.cc",
        "mail.thread.phone",
        "mail.activity.mixin",
        "mail.tracking.duration.mixin",
    ]
    _order = "priority desc, received_date desc, id desc"
    _rec_names_search = [
        "number",
        "merged_numbers",
        "name",
        "partner_name",
        "commercial_partner_id.name",
    ]
    _check_company_auto = True
    _primary_email = "email"
    _track_duration_field = "stage_id"
    _mail_post_access = "read"  # a customer answers on a complaint that he may only read
    _mail_thread_customer = True

    # What was said
    number = fields.Char(required=True, readonly=True, copy=False, index="trigram")
    name = fields.Char(string="Subject", required=True, index="trigram", tracking=True)
    kind = fields.Selection(
        selection=KINDS,
        required=True,
        default="complaint",
        tracking=True,
    )
    channel = fields.Selection(
        selection=[
            ("phone", "Phone"),
            ("email", "Email"),
            ("visit", "Visit"),
            ("web", "Web Form"),
            ("portal", "Portal"),
            ("social", "Social Media"),
            ("chat", "Chat"),
            ("sms", "SMS"),
            ("letter", "Letter"),
        ],
        required=True,
        default="phone",
        help="How it reached you.",
    )
    description = fields.Html()
    received_date = fields.Datetime(
        string="Received On",
        required=True,
        copy=False,
        default=fields.Datetime.now,
        help="When the customer spoke or wrote: maybe earlier than it was entered here.",
    )

    # Who said it
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        related="partner_id.commercial_partner_id",
        string="Customer Company",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    partner_name = fields.Char(
        string="Contact Name",
        compute="_compute_contact_details",
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
        help="As given by the customer; taken from the contact when one is chosen.",
    )
    email = fields.Char(
        compute="_compute_contact_details",
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
    )
    phone = fields.Char(
        compute="_compute_contact_details", store=True, readonly=False, precompute=True
    )

    # What it is about
    order_id = fields.Many2one(
        comodel_name="sale.order",
        string="Sales Order",
        domain="[('partner_id.commercial_partner_id', '=?', commercial_partner_id)]",
        check_company=True,
        index="btree_not_null",
        help="Choosing an order fills in its customer.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    category_id = fields.Many2one(
        comodel_name="crm.complaint.category",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Choosing a category proposes its team, responsible and priority.",
    )

    # How far it is; who deals with it stands in crm_complaint_assignment.py
    stage_id = fields.Many2one(
        comodel_name="crm.complaint.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        domain="['|', ('team_ids', '=', False), ('team_ids', 'in', team_id)]",
        group_expand="_read_group_stage_ids",
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    is_closed = fields.Boolean(related="stage_id.is_closed", string="Closed")
    kanban_state = fields.Selection(
        selection=[
            ("normal", "In Progress"),
            ("done", "Ready"),
            ("blocked", "Blocked"),
        ],
        string="Status",
        compute="_compute_kanban_state",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
        groups="base.group_user",
    )
    color = fields.Integer(string="Color Index", groups="base.group_user")
    first_response_date = fields.Datetime(
        string="First Response On",
        copy=False,
        tracking=True,
        help="Set by the first message sent to the customer. "
        "Enter it yourself when you answered in another way, such as by phone.",
    )
    resolved_date = fields.Datetime(
        string="Resolved On",
        compute="_compute_resolved_date",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="When it was closed for the first time. Reopening does not change it.",
    )
    resolution = fields.Html(
        help="What was done about it. Written for the customer as much as for colleagues."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True, tracking=True)
    customer_complaint_count = fields.Integer(
        string="Customer's Complaints",
        compute="_compute_customer_complaint_count",
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, number)", "This complaint number is already used in this company."
    )
    # The first page of the list, and the cards of each kanban column, without a sort.
    _default_order_idx = models.Index(
        "(priority DESC, received_date DESC, id DESC) WHERE active IS TRUE"
    )
    _stage_order_idx = models.Index(
        "(stage_id, priority DESC, received_date DESC, id DESC) WHERE active IS TRUE"
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for complaint in self:
            complaint.display_name = " ".join(filter(None, [complaint.number, complaint.name]))

    @api.depends("order_id")
    def _compute_partner_id(self):
        for complaint in self:
            customer = complaint.order_id.partner_id
            if customer and not customer.is_guest and not complaint.partner_id:
                complaint.partner_id = customer
            else:
                complaint.partner_id = complaint.partner_id

    @api.depends("partner_id")
    def _compute_contact_details(self):
        for complaint in self:
            partner = complaint.partner_id
            complaint.partner_name = partner.name or complaint.partner_name
            complaint.email = partner.email or complaint.email
            complaint.phone = partner.phone or complaint.phone

    @api.depends("team_id")
    def _compute_stage_id(self):
        stages = self.env["crm.complaint.stage"].search(
            Domain("team_ids", "=", False) | Domain("team_ids", "in", self.team_id.ids)
        )
        for complaint in self:
            team = complaint.team_id
            team_stages = stages.filtered(
                lambda stage, team=team: not stage.team_ids or team in stage.team_ids
            )
            if complaint.stage_id not in team_stages:
                complaint.stage_id = team_stages[:1]

    @api.depends("stage_id")
    def _compute_kanban_state(self):
        self.kanban_state = "normal"

    # Depends on the stage alone: a stage that becomes a closing stage closes nothing by itself.
    @api.depends("stage_id")
    def _compute_resolved_date(self):
        now = fields.Datetime.now()
        for complaint in self:
            closed_now = complaint.stage_id.is_closed and now
            complaint.resolved_date = complaint.resolved_date or closed_now

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_customer_complaint_count(self):
        counts = dict(
            self._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for complaint in self:
            complaint.customer_complaint_count = counts.get(complaint.commercial_partner_id, 0)

    @api.constrains("received_date", "first_response_date", "resolved_date")
    def _check_dates(self):
        latest = fields.Datetime.now() + CLOCK_TOLERANCE
        for complaint in self:
            received = complaint.received_date
            if not received:
                continue  # the database refuses it, and names the field
            if received > latest:
                raise ValidationError(
                    self.env._(
                        "%(complaint)s cannot have been received in the future. "
                        "Correct the date it was received on.",
                        complaint=complaint.display_name,
                    )
                )
            answered = [complaint.first_response_date, complaint.resolved_date]
            if any(date and date < received - CLOCK_TOLERANCE for date in answered):
                raise ValidationError(
                    self.env._(
                        "%(complaint)s cannot have been answered before it was received. "
                        "Correct the date it was received on or the date of the response.",
                        complaint=complaint.display_name,
                    )
                )

    @api.constrains("order_id", "partner_id")
    def _check_order_customer(self):
        # sudo: the rule also holds for an order that only another salesperson may open
        for complaint in self.sudo():
            customer, buyer = complaint.partner_id, complaint.order_id.partner_id
            if not customer or not buyer or buyer.is_guest:
                continue
            if customer.commercial_partner_id != buyer.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Order %(order)s belongs to %(buyer)s, not to %(customer)s. "
                        "Choose an order of this customer, or remove the customer.",
                        order=complaint.order_id.name,
                        buyer=buyer.display_name,
                        customer=customer.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # sudo: a number is drawn for whoever may file a complaint
        sequence = self.env["ir.sequence"].sudo()
        vals_list = sequence._fill_numbers(self, "crm.complaint", vals_list)
        return super().create(vals_list)

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show empty columns too: the stages of all teams, and those of the team looked at."""
        shared_or_shown = Domain("team_ids", "=", False) | Domain("id", "in", stages.ids)
        if team_id := self.env.context.get("default_team_id"):
            shared_or_shown |= Domain("team_ids", "in", team_id)
        return stages.search(shared_or_shown)

    def action_view_customer_complaints(self):
        self.ensure_one()
        return self.commercial_partner_id.action_view_complaints()
