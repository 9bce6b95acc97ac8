from odoo import api, fields, models
from odoo.tools import formatLang


class LoyaltyTierMove(models.Model):
    """One card that went from one tier to another, and why. Only the rating writes these rows."""

    _name = "loyalty.tier.move"
    _description = "Tier Move"
    _order = "date desc, id desc"

    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        readonly=True,
        index=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    currency_id = fields.Many2one(
        related="program_id.currency_id",
    )
    date = fields.Date(
        required=True,
        readonly=True,
        index=True,
    )
    direction = fields.Selection(
        selection=[("up", "Up"), ("down", "Down")],
        required=True,
        readonly=True,
    )
    previous_tier_id = fields.Many2one(
        comodel_name="loyalty.tier",
        string="From",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    tier_id = fields.Many2one(
        comodel_name="loyalty.tier",
        string="To",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # Why: as it was on that day, whatever is changed on the tiers later
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
        compute="_compute_reason",
    )

    message_state = fields.Selection(
        string="Message",
        help="Waiting: the customer is told with the next run of the nightly action.\n"
        "Not Told: the moves were applied without telling the customers.",
        selection=[
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("no_address", "No E-mail Address"),
            ("blacklisted", "Blacklisted"),
            ("failed", "Failed"),
            ("none", "Not Told"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )

    _message_waiting_idx = models.Index("(id) WHERE message_state = 'waiting'")

    @api.depends("partner_id", "previous_tier_id", "tier_id")
    def _compute_display_name(self):
        for move in self:
            move.display_name = self.env._(
                "%(customer)s: %(previous)s to %(tier)s",
                customer=move.partner_id.display_name or move.card_id.display_name,
                previous=move.previous_tier_id.name or self.env._("no tier"),
                tier=move.tier_id.name or self.env._("no tier"),
            )

    @api.depends("basis", "window_months", "value", "threshold", "direction")
    def _compute_reason(self):
        for move in self:
            move.reason = self._get_reason(move)

    @api.model
    def _get_reason(self, row):
        """Return the sentence of a move, or of a line of the review before it."""
        values = {
            "value": self._format_measure(row.basis, row.value, row.program_id),
            "threshold": self._format_measure(row.basis, row.threshold, row.program_id),
            "months": row.window_months,
        }
        if row.direction == "up":
            return self.env._("%(value)s in %(months)s months (needed: %(threshold)s)", **values)
        if row.value >= row.threshold:
            return self.env._("The tier is archived")
        return self.env._("only %(value)s in %(months)s months (needed: %(threshold)s)", **values)

    @api.model
    def _format_measure(self, basis, value, program):
        """Return an amount, points or a number of orders as people read it."""
        if basis == "turnover":
            return formatLang(self.env, value, currency_obj=program.currency_id)
        if basis == "orders":
            count = round(value)
            return self.env._("1 order") if count == 1 else self.env._("%s orders", count)
        digits = 0 if value == round(value) else 2
        return f"{formatLang(self.env, value, digits=digits)} {program.portal_point_name}"
