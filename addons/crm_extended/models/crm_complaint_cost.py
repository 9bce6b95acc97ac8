from odoo import api, fields, models


class CrmComplaint(models.Model):
    """What a complaint cost the company."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    currency_id = fields.Many2one(related="company_id.currency_id")
    credit_note_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="complaint_id",
        string="Credit Notes",
        copy=False,
        domain="[('move_type', '=', 'out_refund'), ('company_id', '=', company_id), "
        "('commercial_partner_id', '=?', commercial_partner_id), "
        "('complaint_id', 'in', (id, False))]",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Credit notes given because of this complaint. Posted ones count as its cost.",
    )
    cost_credit_notes = fields.Monetary(
        string="Cost of Credit Notes",
        compute="_compute_cost_credit_notes",
        store=True,
        groups="base.group_user",
        help="Posted credit notes without taxes, at the rate of their date.",
    )
    manual_cost = fields.Monetary(
        string="Other Cost",
        copy=False,
        groups="base.group_user",
        help="What no document shows: repairs, transport, gifts, hours.",
    )
    cost = fields.Monetary(
        compute="_compute_cost",
        store=True,
        groups="base.group_user",
        help="What this complaint cost the company.",
    )

    _manual_cost_positive = models.Constraint(
        "CHECK (manual_cost >= 0)", "The other cost of a complaint cannot be negative."
    )

    @api.depends("credit_note_ids.state", "credit_note_ids.amount_untaxed_signed")
    def _compute_cost_credit_notes(self):
        for complaint in self:
            posted = complaint.credit_note_ids.filtered(lambda move: move.state == "posted")
            complaint.cost_credit_notes = -sum(posted.mapped("amount_untaxed_signed"))

    @api.depends("cost_credit_notes", "manual_cost")
    def _compute_cost(self):
        costs = self._get_cost_parts()
        for complaint in self:
            complaint.cost = costs[complaint]

    def _get_cost_parts(self):
        """Return what each complaint cost, in the currency of its company: {complaint: amount}.

        Whoever adds a part extends this and gives `_compute_cost` the fields it depends on.
        """
        return {each: each.cost_credit_notes + each.manual_cost for each in self}
