from odoo import api, fields, models
from odoo.exceptions import UserError


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
    credit_note_names = fields.Char(
        string="Numbers of Credit Notes",
        compute="_compute_credit_note_names",
        compute_sudo=True,
        groups="base.group_user",
        help="For colleagues who may not open them.",
    )
    has_credit_note_proposal = fields.Boolean(
        compute="_compute_has_credit_note_proposal", groups="base.group_user"
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

    @api.depends("credit_note_ids.display_name")
    def _compute_credit_note_names(self):
        for complaint in self:
            names = complaint.credit_note_ids.mapped("display_name")
            complaint.credit_note_names = ", ".join(names)

    @api.depends("order_id", "credit_note_ids")
    def _compute_has_credit_note_proposal(self):
        proposals = self._get_credit_note_proposals()
        for complaint in self:
            complaint.has_credit_note_proposal = complaint in proposals

    @api.constrains("partner_id")
    def _check_credit_note_customer(self):
        # sudo: the rule also holds for who may not see the credit notes
        self.sudo().credit_note_ids._check_complaint()

    def action_link_credit_notes(self):
        """Link the credit notes of the order that belong to no complaint yet."""
        self.check_access("write")
        proposals = self._get_credit_note_proposals()
        if not proposals:
            raise UserError(
                self.env._(
                    "The order has no credit note to link: there is none, or it is linked to a "
                    "complaint already."
                )
            )
        for complaint, credit_notes in proposals.items():
            credit_notes.complaint_id = complaint

    def _get_credit_note_proposals(self):
        """Return credit notes of each order complained about that belong to no complaint yet.

        :return: {complaint: credit notes in sudo}; one is proposed once
        """
        # sudo: whoever deals with a complaint may link the credit notes of its order unseen
        complaints = self.sudo().filtered("order_id")
        credit_notes = complaints.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "!=", "cancel"),
                ("complaint_id", "=", False),
                ("line_ids.sale_line_ids.order_id", "in", complaints.order_id.ids),
            ]
        )
        proposals = {}
        for complaint in complaints:
            fitting = credit_notes.filtered(
                lambda move, complaint=complaint: (
                    complaint.order_id in move.line_ids.sale_line_ids.order_id
                    and complaint.company_id == move.company_id
                    and complaint._has_customer_of(move)
                )
            )
            if fitting:
                proposals[complaint] = fitting
                credit_notes -= fitting
        return proposals

    def _has_customer_of(self, move):
        """Whether the customer fits, which one that nobody could name does."""
        customer = self.commercial_partner_id
        buyer = move.commercial_partner_id
        return not customer or not buyer or buyer.is_guest or customer == buyer

    def _get_cost_parts(self):
        """Return what each complaint cost, in the currency of its company: {complaint: amount}.

        Whoever adds a part extends this and gives `_compute_cost` the fields it depends on.
        """
        return {each: each.cost_credit_notes + each.manual_cost for each in self}

    def _prepare_merge_values(self, target):
        values = super()._prepare_merge_values(target)
        values["manual_cost"] = sum((self | target).mapped("manual_cost"))
        return values

    def _merge_links(self, target):
        result = super()._merge_links(target)
        self.credit_note_ids.complaint_id = target
        self.manual_cost = 0  # counted by the target from now on
        return result
