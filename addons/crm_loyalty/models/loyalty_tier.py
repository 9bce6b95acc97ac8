import itertools

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What decides who is in which tier: another value moves customers.
RATED_FIELDS = {"active", "sequence", "basis", "threshold", "window_months"}


class LoyaltyTier(models.Model):
    """A level that customers of a loyalty program reach by what they buy.

    Within a program the tiers go up by sequence: a customer is in the highest one whose threshold
    is reached.
    """

    _name = "loyalty.tier"
    _description = "Loyalty Tier"
    _order = "program_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True,
        translate=True,
    )
    active = fields.Boolean(
        default=True,
        help="Customers leave an archived tier with the next rating.",
    )
    sequence = fields.Integer(
        help="From the lowest tier to the highest.",
        default=10,
    )
    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("program_type", "=", "loyalty")],
    )
    company_id = fields.Many2one(
        related="program_id.company_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(
        related="program_id.currency_id",
    )

    # Who is in it
    basis = fields.Selection(
        help="Paid Turnover: the paid share of the customer's invoices, without taxes, less credit"
        " notes, in the program's currency at the date of each invoice.\n"
        "Points Earned: the points that were earned by purchases, less those taken back.\n"
        "Orders: the number of confirmed orders.",
        selection=[
            ("turnover", "Paid Turnover"),
            ("points", "Points Earned"),
            ("orders", "Orders"),
        ],
        required=True,
        default="turnover",
    )
    threshold = fields.Float(
        help="What a customer has to reach for this tier.",
        digits=(16, 2),
        aggregator=None,
        required=True,
    )
    window_months = fields.Integer(
        string="Within Months",
        help="How many months back the threshold looks, from the day of the rating.",
        required=True,
        default=12,
        aggregator=None,
    )
    grace_months = fields.Integer(
        string="Grace Period (Months)",
        help="A customer who falls below the threshold stays in this tier for so many months, and"
        " leaves it only when still below it at their end. Customers go up at once.",
        required=True,
        default=3,
        aggregator=None,
    )

    # What it is good for
    multiplier = fields.Float(
        string="Points Multiplier",
        help="Orders of customers in this tier earn so many times the points.",
        digits=(16, 2),
        required=True,
        default=1,
        aggregator=None,
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        help="Given to customers while they are in this tier. A price list that was set by hand on"
        " a customer stays. Contacts of a company keep the price list of their company.",
        check_company=True,
        ondelete="restrict",
    )
    benefits = fields.Text(
        help="What else customers get in this tier, as they read it in the message and in the"
        " portal.",
        translate=True,
    )

    tier_review_needed = fields.Boolean(
        related="program_id.tier_review_needed",
    )
    card_count = fields.Integer(
        string="Customers",
        compute="_compute_card_count",
    )

    _threshold_positive = models.Constraint(
        "CHECK (threshold > 0)",
        "The threshold of a tier must be above zero: customers below the lowest tier are in none.",
    )
    _window_in_range = models.Constraint(
        "CHECK (window_months BETWEEN 1 AND 120)",
        "A tier looks back 1 to 120 months.",
    )
    _grace_in_range = models.Constraint(
        "CHECK (grace_months BETWEEN 0 AND 60)",
        "The grace period of a tier is 0 to 60 months.",
    )
    _multiplier_in_range = models.Constraint(
        "CHECK (multiplier > 0 AND multiplier <= 100)",
        "The points multiplier of a tier must be above 0 and not above 100.",
    )

    def _compute_card_count(self):
        groups = self.env["loyalty.card"]._read_group(
            [("tier_id", "in", self.ids)], ["tier_id"], ["__count"]
        )
        counts = {tier.id: count for tier, count in groups}
        for tier in self:
            tier.card_count = counts.get(tier.id, 0)

    @api.constrains("program_id")
    def _check_program_type(self):
        for tier in self:
            if tier.program_id.program_type != "loyalty":
                raise ValidationError(
                    self.env._(
                        "Only programs of type Loyalty Cards have tiers, and %(program)s is of"
                        " another type.",
                        program=tier.program_id.name,
                    )
                )

    @api.constrains("active", "sequence", "basis", "threshold", "window_months", "program_id")
    def _check_order(self):
        """Where two tiers count the same, the higher one has to ask for more."""
        for tiers in self.program_id.tier_ids.grouped("program_id").values():
            for same in tiers.grouped(lambda tier: (tier.basis, tier.window_months)).values():
                ordered = same.sorted(lambda tier: (tier.sequence, tier.id))
                for lower, higher in itertools.pairwise(ordered):
                    if lower.threshold >= higher.threshold:
                        raise ValidationError(
                            self.env._(
                                "%(higher)s comes after %(lower)s but does not ask for more:"
                                " raise its threshold, or change the order of the tiers.",
                                higher=higher.name,
                                lower=lower.name,
                            )
                        )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.program_id._require_tier_review()
        return tiers

    def write(self, vals):
        if "program_id" in vals and any(tier.program_id.id != vals["program_id"] for tier in self):
            raise UserError(
                self.env._("A tier stays in its program: make a new tier in the other one.")
            )
        changes = RATED_FIELDS.intersection(vals)
        result = super().write(vals)
        if changes:
            self.program_id._require_tier_review()
        return result

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        programs._require_tier_review()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: cards of other companies and moves of long ago count as well
        used = self.env["loyalty.tier.move"].sudo()
        domain = ["|", ("tier_id", "in", self.ids), ("previous_tier_id", "in", self.ids)]
        if used.search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "Customers have been in this tier: archive it, so that the history stays."
                )
            )

    def action_review(self):
        self.ensure_one()
        return self.program_id.action_review_tiers()

    def action_view_cards(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm_loyalty.loyalty_card_action")
        action["domain"] = [("tier_id", "=", self.id)]
        return action
