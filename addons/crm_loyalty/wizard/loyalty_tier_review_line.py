from odoo import api, fields, models


class LoyaltyTierReviewLine(models.TransientModel):
    """One customer who would move. The rows are made by SQL (see the review)."""

    _name = "loyalty.tier.review.line"
    _description = "Tier Review Line"
    _order = "id"
    _rec_name = "partner_id"

    review_id = fields.Many2one(
        comodel_name="loyalty.tier.review",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    program_id = fields.Many2one(
        related="review_id.program_id",
    )
    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        ondelete="cascade",
    )
    direction = fields.Selection(
        selection=[("up", "Up"), ("down", "Down")],
        readonly=True,
    )
    previous_tier_id = fields.Many2one(
        comodel_name="loyalty.tier",
        string="From",
        readonly=True,
        ondelete="cascade",
    )
    tier_id = fields.Many2one(
        comodel_name="loyalty.tier",
        string="To",
        readonly=True,
        ondelete="cascade",
    )
    basis = fields.Selection(
        selection=lambda self: self.env["loyalty.tier"]._fields["basis"].selection,
        readonly=True,
    )
    window_months = fields.Integer(
        string="Within Months",
        readonly=True,
        aggregator=None,
    )
    value = fields.Float(
        string="Reached",
        digits=(16, 2),
        readonly=True,
        aggregator=None,
    )
    threshold = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator=None,
    )
    reason = fields.Char(
        string="Why",
        compute="_compute_reason",
    )

    @api.depends("basis", "window_months", "value", "threshold", "direction")
    def _compute_reason(self):
        for line in self:
            line.reason = self.env["loyalty.tier.move"]._get_reason(line)

    @api.model
    def action_apply(self):
        """Apply the whole review, whichever lines are selected: a tier is no matter of choice."""
        review_id = self.env.context.get("tier_review_id")
        return self.env["loyalty.tier.review"].browse(review_id).action_apply()
