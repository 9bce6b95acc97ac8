from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date

# Written by the rating, and by whoever hands a card over to another one.
TIER_FIELDS = {"tier_id", "tier_since", "tier_below_since", "tier_pricelist_id"}


class LoyaltyCard(models.Model):
    """The tier of a card, and the way to the next one."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    tier_id = fields.Many2one(
        comodel_name="loyalty.tier",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    tier_since = fields.Date(
        string="In This Tier Since",
        readonly=True,
        copy=False,
    )
    tier_below_since = fields.Date(
        string="Below the Threshold Since",
        readonly=True,
        copy=False,
    )
    tier_kept_until = fields.Date(
        help="The customer has fallen below the threshold of the tier, and leaves it after this"
        " day unless enough is bought before.",
        compute="_compute_tier_kept_until",
    )
    tier_pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        string="Price List of the Tier",
        help="What the tier gave the customer, to be taken back when the tier is left.",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    tier_move_ids = fields.One2many(
        comodel_name="loyalty.tier.move",
        inverse_name="card_id",
        string="Tier History",
    )
    next_tier_id = fields.Many2one(
        comodel_name="loyalty.tier",
        compute="_compute_next_tier",
    )
    to_next_tier = fields.Float(
        string="Missing for the Next Tier",
        digits=(16, 2),
        compute="_compute_next_tier",
    )
    next_tier_date = fields.Date(
        string="Next Tier by",
        help="Until this day the missing amount stays the same; afterwards older purchases count no"
        " more.",
        compute="_compute_next_tier",
    )
    next_tier_text = fields.Char(
        string="Way to the Next Tier",
        compute="_compute_next_tier_text",
    )

    @api.depends("tier_id", "tier_below_since")
    def _compute_tier_kept_until(self):
        for card in self:
            since = card.tier_below_since
            card.tier_kept_until = since and since + relativedelta(
                months=card.tier_id.grace_months, days=-1
            )

    @api.depends("program_id", "partner_id", "tier_id")
    def _compute_next_tier(self):
        """Measure what the holders have bought up to now, a query for each program."""
        self.next_tier_id = False
        self.to_next_tier = 0
        self.next_tier_date = False
        # sudo: sums of invoices and orders, of which the user sees only what is missing
        held = self.sudo().filtered(lambda card: card._origin.id and card.partner_id)
        for program, cards in held.grouped("program_id").items():
            if program.tier_ids:
                self._compute_next_tier_of(program, cards)

    def _compute_next_tier_of(self, program, cards):
        today = program._get_tier_company()._get_today()
        measures = program._get_tier_measures(today)
        tiers = program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))
        ids = cards._origin.ids
        self.flush_recordset()
        self.env.cr.execute(program._get_measured_cards_sql(SQL("%s", tuple(ids)), today))
        rows = {row["card_id"]: row for row in self.env.cr.dictfetchall()}
        for card in cards:
            row = rows[card._origin.id]
            current = (card.tier_id.sequence, card.tier_id.id) if card.tier_id else (-1, 0)
            for tier in tiers:
                measure = measures[tier]
                missing = round(tier.threshold - float(row[measure.value]), 2)
                if (tier.sequence, tier.id) > current and missing > 0:
                    first_day = row[measure.first_day] or today
                    card.next_tier_id = tier
                    card.to_next_tier = missing
                    card.next_tier_date = first_day + relativedelta(
                        months=tier.window_months, days=-1
                    )
                    break

    @api.depends("next_tier_id", "to_next_tier", "next_tier_date")
    @api.depends_context("lang")
    def _compute_next_tier_text(self):
        for card in self:
            card.next_tier_text = card._get_next_tier_text()

    def _get_next_tier_text(self):
        """Return what is missing for the next tier, in the language of the context, or False."""
        self.ensure_one()
        # sudo: portal users read their own card by its name only
        tier = self.sudo().next_tier_id
        if not tier:
            return False
        moves = self.env["loyalty.tier.move"]
        return self.env._(
            "%(missing)s more to %(tier)s by %(date)s",
            missing=moves._format_measure(tier.basis, self.to_next_tier, tier.program_id),
            tier=tier.name,
            date=format_date(self.env, self.next_tier_date),
        )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self._check_tier_may_be_written(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_tier_may_be_written([vals])
        return super().write(vals)

    @api.model
    def _check_tier_may_be_written(self, vals_list):
        """Tiers follow from what customers buy; a salesperson may write cards."""
        if not self.env.su and any(TIER_FIELDS.intersection(vals) for vals in vals_list):
            raise AccessError(
                self.env._(
                    "The tier of a card follows from what its customer buys: change the thresholds"
                    " of the tiers instead."
                )
            )
