from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.alert_ladder import MAX_DAYS_BEFORE, get_days_before

# The states a contract may go to, from each of its states.
TRANSITIONS = {
    "draft": {"running"},
    "running": {"notice", "expired", "renewed", "terminated"},
    "notice": {"running", "expired", "renewed", "terminated"},
    "expired": {"renewed"},
    "renewed": set(),
    "terminated": {"draft"},
}
# The states in which terms are watched and orders can be placed under the contract.
ACTIVE_STATES = ("running", "notice")
MAX_MONTHS = 1200


class CrmContract(models.Model):
    _name = "crm.contract"
    _description = "Contract"
    _inherit = ["crm.transition.mixin", "mail.thread", "mail.activity.mixin"]
    _rec_names_search = ["number", "name", "partner_id.name"]
    _order = "date_end, id desc"
    _check_company_auto = True

    number = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env._("New"),
        index="trigram",
    )
    name = fields.Char(string="Subject", required=True, tracking=True)
    kind = fields.Selection(
        selection=[("customer", "Customer"), ("supplier", "Vendor")],
        string="Made With a",
        required=True,
        default="customer",
        tracking=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Commercial Entity",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        index=True,
        tracking=True,
        help="Gets the alerts of the terms that have no responsible person of their own.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        help="Whose members work with the contract as well. Leave empty for everybody.",
    )
    party_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Other Parties",
        tracking=True,
        help="Who else signs: a guarantor, a leasing company.",
    )
    type_id = fields.Many2one(
        comodel_name="crm.contract.type",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    tag_ids = fields.Many2many(comodel_name="crm.tag", string="Tags")
    signed_file = fields.Binary(string="Signed Contract", copy=False)
    signed_file_name = fields.Char(copy=False)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("running", "Running"),
            ("notice", "Notice Given"),
            ("expired", "Expired"),
            ("renewed", "Renewed"),
            ("terminated", "Terminated"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        group_expand=True,
        index=True,
        tracking=True,
    )

    date_start = fields.Date(
        string="Start Date", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(
        string="End Date", tracking=True, help="Leave empty for an open-ended contract."
    )
    notice_days = fields.Integer(
        string="Notice Period",
        compute="_compute_from_type",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Days before the end date by which notice has to be given.",
    )
    notice_date = fields.Date(
        compute="_compute_notice_date",
        store=True,
        help="The last day on which notice can be given.",
    )
    renewal = fields.Selection(
        selection=[("none", "None"), ("manual", "Manual"), ("automatic", "Automatic")],
        compute="_compute_from_type",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        help="None: the contract ends on its end date.\n"
        "Manual: a following contract is proposed with the Renew button.\n"
        "Automatic: the end date moves by the renewal period, unless notice has been given.",
    )
    renewal_months = fields.Integer(
        string="Renewal Period",
        compute="_compute_from_type",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Months by which the contract is prolonged.",
    )
    previous_id = fields.Many2one(
        comodel_name="crm.contract",
        string="Previous Contract",
        copy=False,
        readonly=True,
        ondelete="restrict",
        check_company=True,
    )
    next_ids = fields.One2many(
        comodel_name="crm.contract", inverse_name="previous_id", string="Following Contract"
    )

    amount_total = fields.Monetary(string="Contract Value", tracking=True)
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    payment_term_id = fields.Many2one(
        comodel_name="account.payment.term",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Taken over by the quotations under this contract.",
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Taken over by the quotations under this contract.",
    )
    term_ids = fields.One2many(
        comodel_name="crm.contract.term", inverse_name="contract_id", string="Terms", copy=True
    )
    alert_ids = fields.One2many(
        comodel_name="crm.contract.alert", inverse_name="contract_id", string="Alerts"
    )
    alert_count = fields.Integer(compute="_compute_alert_count")
    timeline_ids = fields.One2many(
        comodel_name="crm.contract.timeline", inverse_name="contract_id", string="Time Line"
    )
    order_ids = fields.One2many(
        comodel_name="sale.order",
        inverse_name="contract_id",
        string="Orders",
        groups="sales_team.group_sale_salesman",
    )
    order_count = fields.Integer(
        compute="_compute_order_count", groups="sales_team.group_sale_salesman"
    )

    _number_company_uniq = models.Constraint(
        "UNIQUE (company_id, number)",
        "Another contract of this company has this number already.",
    )
    _previous_uniq = models.Constraint(
        "UNIQUE (previous_id)", "A contract can be followed by one contract only."
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_end >= date_start)",
        "The end date of a contract cannot be before its start date.",
    )
    # Years that are typing errors would end in dates that cannot be computed with.
    _dates_in_calendar = models.Constraint(
        "CHECK (date_start >= '1900-01-01' AND date_end < '3000-01-01')",
        "A contract starts in 1900 or later and ends before the year 3000. "
        "Leave the end date empty for an open-ended contract.",
    )
    _notice_days_in_range = models.Constraint(
        f"CHECK (notice_days BETWEEN 0 AND {MAX_DAYS_BEFORE})",
        f"The notice period has to be between 0 and {MAX_DAYS_BEFORE} days.",
    )
    _notice_needs_end = models.Constraint(
        "CHECK (state <> 'notice' OR date_end IS NOT NULL)",
        "Notice has been given for this contract: set the date it ends on.",
    )
    _renewal_months_in_range = models.Constraint(
        f"CHECK (renewal_months BETWEEN 0 AND {MAX_MONTHS})",
        f"The renewal period has to be between 0 and {MAX_MONTHS} months.",
    )
    _renewal_months_needed = models.Constraint(
        "CHECK (renewal <> 'automatic' OR COALESCE(renewal_months, 0) > 0)",
        "Set a renewal period of at least one month for a contract that is renewed automatically.",
    )

    @api.depends("type_id")
    def _compute_from_type(self):
        """Take over what the type proposes, as long as nothing has been agreed on."""
        for contract in self:
            proposal = contract.type_id if contract.state == "draft" else contract
            contract.notice_days = (proposal or contract).notice_days
            contract.renewal = (proposal or contract).renewal or "none"
            contract.renewal_months = (proposal or contract).renewal_months

    @api.depends("date_end", "notice_days")
    def _compute_notice_date(self):
        for contract in self:
            contract.notice_date = contract.date_end and get_days_before(
                contract.date_end, contract.notice_days
            )

    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        for contract in self:
            team = contract.user_id.sale_team_id
            if team.company_id and team.company_id != contract.company_id:
                team = team.browse()
            contract.team_id = team

    @api.depends("company_id")
    def _compute_currency_id(self):
        for contract in self:
            contract.currency_id = contract.currency_id or contract.company_id.currency_id

    def _compute_alert_count(self):
        counts = dict(
            self.env["crm.contract.alert"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.alert_count = counts.get(contract._origin, 0)

    def _compute_order_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.order_count = counts.get(contract._origin, 0)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for contract in self:
            contract.display_name = f"{contract.number} {contract.name or ''}".strip()

    @api.constrains("date_end", "renewal")
    def _check_terms_within(self):
        self.term_ids._check_due_within_contract()

    @api.constrains("partner_id", "company_id")
    def _check_orders(self):
        # sudo: the rule also holds for orders that only another salesperson may open
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("contract_id", "in", self.ids)], ["contract_id", "company_id", "partner_id"]
            )
        )
        for contract, company, customer in groups:
            same_customer = customer.commercial_partner_id == contract.commercial_partner_id
            if company != contract.company_id or not same_customer:
                raise ValidationError(
                    self.env._(
                        "The contract %s has orders, so it keeps its customer and company. "
                        "Create another contract instead.",
                        contract.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = self.env["ir.sequence"]._fill_numbers(self, "crm.contract", vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if "state" in vals:
            self._check_transition(vals["state"])
        following = self._get_following_terms()
        due_dates = {term: term.due_date for term in following}
        result = super().write(vals)
        following.filtered(lambda term: term.due_date != due_dates[term])._restart_ladder()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        for contract in self:
            # A draft may have been running before: its alerts say who was told of what, and when.
            if contract.state != "draft" or contract.alert_ids:
                raise UserError(
                    self.env._(
                        "The contract %s has been started: terminate it instead of deleting it.",
                        contract.display_name,
                    )
                )

    def _get_following_terms(self):
        """The terms whose due date moves with the contract; none while a batch sees to them."""
        if self._is_nightly_batch():
            return self.env["crm.contract.term"]
        return self.term_ids.filtered(lambda term: term.due_on != "date")

    def _is_nightly_batch(self):
        """Whether the system is moving or closing contracts; nobody else gets to say so."""
        return self.env.su and bool(self.env.context.get("crm_contract_terms_later"))

    @api.model
    def _get_transitions(self):
        return TRANSITIONS

    # ---------------------------------------------------------------------------------------------
    # Buttons
    # ---------------------------------------------------------------------------------------------
    def action_start(self):
        self.write({"state": "running"})
        self.previous_id._hand_over()

    def action_give_notice(self):
        for contract in self:
            if not contract.date_end:
                raise UserError(
                    self.env._(
                        "The contract %s is open-ended: set its end date before giving notice.",
                        contract.display_name,
                    )
                )
        self.write({"state": "notice"})

    def action_withdraw_notice(self):
        self.write({"state": "running"})

    def action_terminate(self):
        self.write({"state": "terminated"})

    def action_draft(self):
        self.write({"state": "draft"})

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {
            "default_contract_id": self.id,
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
        }
        return action

    def action_view_alerts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_contract_alert_action"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {}
        return action
