from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_guest = fields.Boolean(
        string="Guest Account",
        help="This contact collects the sales of people who gave no name. "
        "It is left out of every customer figure.",
    )
    complaint_ids = fields.One2many(
        comodel_name="crm.complaint",
        inverse_name="partner_id",
        string="Complaints",
        groups="crm_extended.group_crm_complaint_user",
    )
    complaint_count = fields.Integer(
        compute="_compute_complaint_count",
        groups="crm_extended.group_crm_complaint_user",
    )
    severe_complaint_warning = fields.Text(
        compute="_compute_severe_complaint_warning",
        groups="crm_extended.group_crm_complaint_user,sales_team.group_sale_salesman",
    )

    contract_ids = fields.One2many(
        comodel_name="crm.contract",
        inverse_name="partner_id",
        string="Contracts",
        groups="crm_extended.group_crm_contract_user",
    )
    contract_count = fields.Integer(
        compute="_compute_contract_count",
        groups="crm_extended.group_crm_contract_user",
        help="Contracts of the whole company this contact belongs to.",
    )

    def write(self, vals):
        if vals.keys().isdisjoint(("parent_id", "is_company", "is_guest")):
            return super().write(vals)
        # sudo: whose complaints are repeats follows from who belongs to whom, whoever says so
        complaints = self.env["crm.complaint"].sudo().with_context(active_test=False)
        complaints = complaints.search([("partner_id", "child_of", self.ids)])
        before = complaints._get_repeat_keys()
        result = super().write(vals)
        complaints._update_changed_repeats(before)
        return result

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_count(self):
        Complaint = self.env["crm.complaint"]
        companies = self.filtered(lambda partner: partner.commercial_partner_id == partner)
        counts = dict(
            Complaint._read_group(
                [("commercial_partner_id", "in", companies.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        contacts = self - companies
        if contacts:
            counts.update(
                Complaint._read_group(
                    [("partner_id", "in", contacts.ids)], ["partner_id"], ["__count"]
                )
            )
        for partner in self:
            partner.complaint_count = counts.get(partner._origin, 0)

    def _get_complaint_domain(self):
        """The complaints `complaint_count` counts: a company has those of its contacts as well."""
        self.ensure_one()
        field_name = "commercial_partner_id" if self.commercial_partner_id == self else "partner_id"
        return [(field_name, "=", self.id)]

    def action_view_complaints(self):
        """Open the complaints of this customer; a new one is filled in from it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_complaint_action_from_record"
        )
        action["domain"] = self._get_complaint_domain()
        action["context"] = {} if self.is_guest else {"default_partner_id": self.id}
        return action

    @api.depends("commercial_partner_id", "is_guest")
    @api.depends_context("allowed_company_ids", "lang", "uid")
    def _compute_severe_complaint_warning(self):
        severe = self.env["crm.complaint"]._get_severe_complaints(self)
        for partner in self:
            complaints = severe[partner.commercial_partner_id._origin].filtered(
                lambda complaint: complaint.company_id in self.env.companies
            )
            partner.severe_complaint_warning = complaints._get_severe_warning()

    def action_view_severe_complaints(self):
        """Open what the banner on the customer, the quotation or the opportunity warns of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_complaint_action_from_record"
        )
        action["domain"] = list(
            self.env["crm.complaint"]._get_severe_domain()
            & Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
        )
        action["context"] = {}
        return action

    def _compute_contract_count(self):
        counts = dict(
            self.env["crm.contract"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.contract_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_contracts(self):
        """Open the contracts of the customer or vendor this contact belongs to."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_extended.crm_contract_action")
        action["domain"] = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        partner = self.commercial_partner_id
        is_vendor = partner.supplier_rank and not partner.customer_rank
        action["context"] = {
            "default_partner_id": partner.id,
            "default_kind": "supplier" if is_vendor else "customer",
        }
        return action
