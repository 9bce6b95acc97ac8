from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_contract import ACTIVE_STATES

QUOTATION_STATES = ("draft", "sent")


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.segment.filter.mixin"]

    complaint_ids = fields.One2many(
        comodel_name="crm.complaint",
        inverse_name="order_id",
        string="Complaints",
        copy=False,
        groups="crm_extended.group_crm_complaint_user",
    )
    complaint_count = fields.Integer(
        compute="_compute_complaint_count",
        groups="crm_extended.group_crm_complaint_user",
    )

    contract_id = fields.Many2one(
        comodel_name="crm.contract",
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="The running contract of this customer the order is placed under.",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Commercial Entity"
    )
    severe_complaint_warning = fields.Text(compute="_compute_severe_complaint_warning")

    @api.depends("partner_id", "company_id")
    def _compute_contract_id(self):
        """Keep a contract with its customer only; propose the one that is in force, if it is one.

        A quotation whose customer has several contracts leaves the choice to the salesperson.
        """
        proposals = self._get_contract_proposals()
        for order in self:
            contract = order.contract_id
            fits = contract and contract.commercial_partner_id == order.commercial_partner_id
            if fits:
                order.contract_id = contract
            else:
                key = (order.company_id, order.commercial_partner_id)
                proposal = proposals.get(key) if order.state in QUOTATION_STATES else None
                date = (order.date_order or fields.Datetime.now()).date()
                # An order of the past that is entered today came before the contract.
                # sudo: whoever writes a quotation may have no access to contracts
                if proposal and proposal.sudo().date_start > date:
                    proposal = None
                order.contract_id = proposal

    def _get_contract_proposals(self):
        """Return {(company, customer): contract} where exactly one contract is in force."""
        quotations = self.filtered(lambda order: order.state in QUOTATION_STATES)
        if not quotations.commercial_partner_id:
            return {}
        today = fields.Date.context_today(self)
        # sudo: whoever writes a quotation may have no access to contracts
        groups = (
            self.env["crm.contract"]
            .sudo()
            ._read_group(
                [
                    ("kind", "=", "customer"),
                    ("state", "in", ACTIVE_STATES),
                    ("commercial_partner_id", "in", quotations.commercial_partner_id.ids),
                    ("company_id", "in", quotations.company_id.ids),
                    ("date_start", "<=", today),
                    "|",
                    ("date_end", "=", False),
                    ("date_end", ">=", today),
                ],
                ["company_id", "commercial_partner_id"],
                ["id:recordset"],
            )
        )
        return {
            (company, customer): contracts.with_env(self.env)
            for company, customer, contracts in groups
            if len(contracts) == 1
        }

    @api.depends("contract_id")
    def _compute_payment_term_id(self):
        result = super()._compute_payment_term_id()
        # sudo: the conditions apply to whoever writes the quotation
        for order in self:
            if payment_term := order.contract_id.sudo().payment_term_id:
                order.payment_term_id = payment_term
        return result

    @api.depends("contract_id")
    def _compute_pricelist_id(self):
        result = super()._compute_pricelist_id()
        for order in self.filtered(lambda order: order.state == "draft"):
            # sudo: as above
            if pricelist := order.contract_id.sudo().pricelist_id:
                order.pricelist_id = pricelist
        return result

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), "contract_id": self.contract_id.id}

    @api.depends("company_id", "partner_id", "state")
    @api.depends_context("lang", "uid")
    def _compute_severe_complaint_warning(self):
        """Warn while the order is still being negotiated."""
        quotations = self.filtered(lambda order: order.state in QUOTATION_STATES)
        severe = self.env["crm.complaint"]._get_severe_complaints(quotations.partner_id)
        (self - quotations).severe_complaint_warning = False
        for order in quotations:
            complaints = severe[order.partner_id.commercial_partner_id._origin].filtered(
                lambda complaint, order=order: complaint.company_id == order.company_id
            )
            order.severe_complaint_warning = complaints._get_severe_warning()

    @api.depends("severe_complaint_warning")
    @api.depends_context("lang", "uid")
    def _compute_sale_warning_text(self):
        """Show severe complaints also where the warnings of core are switched off."""
        result = super()._compute_sale_warning_text()
        for order in self.filtered("severe_complaint_warning"):
            warnings = [order.severe_complaint_warning, order.sale_warning_text]
            order.sale_warning_text = "\n".join(filter(None, warnings))
        return result

    @api.constrains("contract_id", "partner_id")
    def _check_contract_partner(self):
        # Whoever may write the order has it checked, also without access to contracts.
        for order in self.sudo():
            contract = order.contract_id
            if contract and contract.commercial_partner_id != order.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "The contract %(contract)s was made with %(partner)s: choose a contract "
                        "of the customer of the order %(order)s.",
                        contract=contract.display_name,
                        partner=contract.commercial_partner_id.display_name,
                        order=order.display_name,
                    )
                )
            if contract.kind == "supplier":
                raise ValidationError(
                    self.env._(
                        "The contract %(contract)s was made with a vendor: choose a contract with "
                        "a customer for the order %(order)s.",
                        contract=contract.display_name,
                        order=order.display_name,
                    )
                )

    def copy_data(self, default=None):
        """A copy is a new order: it can be placed only under a contract that is in force."""
        vals_list = super().copy_data(default)
        if "contract_id" not in (default or {}):
            # sudo: whoever copies an order may have no access to contracts
            for order, vals in zip(self.sudo(), vals_list, strict=True):
                if order.contract_id.state not in ACTIVE_STATES:
                    vals.pop("contract_id", None)
        return vals_list

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_count(self):
        counts = dict(
            self.env["crm.complaint"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.complaint_count = counts.get(order._origin, 0)

    def action_view_complaints(self):
        """Open the complaints about this order; a new one is filled in from it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_complaint_action_from_record"
        )
        action["domain"] = [("order_id", "=", self.id)]
        action["context"] = {
            "default_company_id": self.company_id.id,
            "default_order_id": self.id,
        }
        return action

    def action_view_severe_complaints(self):
        self.ensure_one()
        return self.partner_id.action_view_severe_complaints()
