from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyProgram(models.Model):
    """The tiers of a program: what is set up, and what has to be looked at before it applies."""

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    tier_ids = fields.One2many(
        comodel_name="loyalty.tier",
        inverse_name="program_id",
        string="Tiers",
    )
    tier_review_needed = fields.Boolean(
        help="The tiers were changed: nobody moves before somebody has looked at who would.",
        readonly=True,
        copy=False,
    )

    def _require_tier_review(self):
        """Hold the nightly rating back until somebody has seen what the changed tiers do."""
        # sudo: the mark is set by the system, whoever may change a tier
        self.sudo().filtered(lambda program: not program.tier_review_needed).write(
            {"tier_review_needed": True}
        )

    def action_review_tiers(self):
        self.ensure_one()
        return self.env["loyalty.tier.review"]._open_for(self)

    @api.model
    def _get_tiered_programs(self):
        """Return the programs that the nightly action rates."""
        # sudo: the nightly action rates the cards of all companies
        programs = self.sudo()
        # archived tiers as well: customers have to leave them
        tiers = programs.env["loyalty.tier"].with_context(active_test=False)._search([])
        return programs.search(
            [
                ("id", "in", tiers.subselect(SQL.identifier("loyalty_tier", "program_id"))),
                ("tier_review_needed", "=", False),
            ],
            order="id",
        )

    def _get_tier_cards_domain(self):
        """Return the domain of the cards of this program that are rated."""
        self.ensure_one()
        return [
            ("program_id", "=", self.id),
            ("partner_id", "!=", False),
            ("state", "=", "active"),
        ]

    def _get_tier_company(self):
        """Return the company whose day and rates count: the first one for a shared program."""
        self.ensure_one()
        # sudo: only the day and the rates of the company are used
        return self.company_id.sudo() or self.env["res.company"].sudo().search([], limit=1)
