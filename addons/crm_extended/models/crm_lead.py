from odoo import api, fields, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.segment.filter.mixin"]

    severe_complaint_warning = fields.Text(
        compute="_compute_severe_complaint_warning",
        groups="base.group_user",
    )

    contract_id = fields.Many2one(
        comodel_name="crm.contract",
        string="Renewal of Contract",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    contract_end = fields.Date(
        string="Contract Ends On",
        readonly=True,
        copy=False,
        help="The end of the contract that this opportunity is about.",
    )

    _contract_end_uniq = models.UniqueIndex(
        "(contract_id, contract_end) WHERE contract_id IS NOT NULL",
        "The renewal of this contract has an opportunity already.",
    )

    @api.depends("company_id", "partner_id", "won_status")
    @api.depends_context("allowed_company_ids", "lang", "uid")
    def _compute_severe_complaint_warning(self):
        pending = self.filtered(lambda lead: lead.won_status == "pending")
        severe = self.env["crm.complaint"]._get_severe_complaints(pending.partner_id)
        (self - pending).severe_complaint_warning = False
        for lead in pending:
            companies = lead.company_id or self.env.companies
            complaints = severe[lead.partner_id.commercial_partner_id._origin].filtered(
                lambda complaint, companies=companies: complaint.company_id in companies
            )
            lead.severe_complaint_warning = complaints._get_severe_warning()

    def action_view_severe_complaints(self):
        self.ensure_one()
        return self.partner_id.action_view_severe_complaints()
