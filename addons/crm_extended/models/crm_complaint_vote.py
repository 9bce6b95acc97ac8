from odoo import api, fields, models


class CrmComplaintVote(models.Model):
    """One customer's voice for a suggestion of somebody else."""

    _name = "crm.complaint.vote"
    _description = "Suggestion Vote"
    _rec_name = "partner_id"
    _order = "id desc"

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        string="Suggestion",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Voter",
        required=True,
        index=True,
        ondelete="cascade",
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Voting Customer",
        compute="_compute_commercial_partner_id",
        store=True,
        precompute=True,
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, index=True)

    _customer_uniq = models.UniqueIndex(
        "(complaint_id, commercial_partner_id)",
        "This customer has already voted for this suggestion.",
    )

    # Not by the partner's own customer: a contact who moves to another company leaves his vote.
    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        for vote in self:
            vote.commercial_partner_id = vote.partner_id.commercial_partner_id
