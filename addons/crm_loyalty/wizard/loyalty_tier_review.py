from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# So many moves are applied while the user waits; more of them in the background.
APPLIED_AT_ONCE = 2_000


class LoyaltyTierReview(models.TransientModel):
    """Who would move to another tier, from what to what and why, before it is applied."""

    _name = "loyalty.tier.review"
    _description = "Tier Review"
    _rec_name = "program_id"

    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    date = fields.Date(
        readonly=True,
    )
    tier_review_needed = fields.Boolean(
        related="program_id.tier_review_needed",
    )
    line_ids = fields.One2many(
        comodel_name="loyalty.tier.review.line",
        inverse_name="review_id",
    )
    up_count = fields.Integer(
        string="Up",
        compute="_compute_counts",
    )
    down_count = fields.Integer(
        string="Down",
        compute="_compute_counts",
    )
    summary = fields.Text(
        compute="_compute_counts",
    )
    notify = fields.Boolean(
        string="Tell the Customers",
        help="Each customer who moves gets an e-mail in the own language.",
        default=True,
    )

    @api.depends("program_id", "date")
    def _compute_counts(self):
        for review in self:
            groups = self.env["loyalty.tier.review.line"]._read_group(
                [("review_id", "=", review.id)],
                ["direction", "previous_tier_id", "tier_id"],
                ["__count"],
            )
            counts = {"up": 0, "down": 0}
            lines = []
            for direction, previous, tier, count in groups:
                counts[direction] += count
                lines.append(
                    self.env._(
                        "%(previous)s → %(tier)s: %(count)s",
                        previous=previous.name or self.env._("No tier"),
                        tier=tier.name or self.env._("No tier"),
                        count=count,
                    )
                )
            review.up_count = counts["up"]
            review.down_count = counts["down"]
            review.summary = "\n".join(lines)

    @api.model
    def _open_for(self, program):
        """Return the action that shows who of a program would move now."""
        program.check_access("read")
        if not program.with_context(active_test=False).tier_ids:
            raise UserError(
                self.env._("The program %(program)s has no tiers yet.", program=program.name)
            )
        review = self.create(
            {"program_id": program.id, "date": program._get_tier_company()._get_today()}
        )
        review._list_moves()
        return review._get_form_action()

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Review Tiers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _list_moves(self):
        """Write down who would move, in one statement, without moving anybody."""
        self.ensure_one()
        # sudo: sums of invoices, of which the manager sees what concerns the tier
        program = self.program_id.sudo()
        cards = self.env["loyalty.card"].sudo()._search(program._get_tier_cards_domain())
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_tier_review_line (
                       review_id, card_id, partner_id, direction, previous_tier_id, tier_id,
                       basis, window_months, value, threshold,
                       create_uid, create_date, write_uid, write_date)
                SELECT %(review)s, decided.card_id, decided.partner_id, decided.decision,
                       decided.tier_id, decided.new_tier_id, reason.basis, reason.window_months,
                       decided.reason_value, reason.threshold, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(decisions)s) decided
                  JOIN loyalty_tier reason ON reason.id = decided.reason_tier_id
                 WHERE decided.decision IN ('up', 'down')
                 ORDER BY decided.card_id
                """,
                review=self.id,
                decisions=program._get_decisions_sql(cards.subselect(), self.date),
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_recordset()

    def action_view_lines(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Would Move"),
            "res_model": "loyalty.tier.review.line",
            "view_mode": "list",
            "domain": [("review_id", "=", self.id)],
            "context": {"tier_review_id": self.id},
        }

    def action_apply(self):
        """Let the tiers apply from now on, and move who is to move."""
        self.ensure_one()
        self.program_id.check_access("read")
        # sudo: the rating writes cards and history, which nobody may write by hand
        program = self.program_id.sudo()
        program.tier_review_needed = False
        rating = self.env["loyalty.tier.rating"].sudo()._get_of_day(program, self.date)
        rating._restart(is_silent=not self.notify)
        lines = self.line_ids
        at_once = len(lines) <= APPLIED_AT_ONCE
        if at_once and lines:
            cards = lines.card_id.sudo()
            program._rate_cards(cards, self.date, is_silent=not self.notify)
        # sudo: the nightly action goes over all cards, and sends the messages
        self.env.ref("crm_loyalty.ir_cron_rate_tiers").sudo()._trigger()
        message = (
            self.env._("The tiers apply. The customers are told within minutes.")
            if at_once and self.notify
            else self.env._("The tiers apply.")
            if at_once
            else self.env._("The customers are being moved: this takes some minutes.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
