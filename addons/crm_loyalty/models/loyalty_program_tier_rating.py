from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.batches import run_in_batches

from .loyalty_tier_message import MESSAGE_BATCH

RATING_BATCH = 10_000


class LoyaltyProgram(models.Model):
    """Who belongs in which tier, and the nightly action that moves them there.

    Customers go up at once, that is in the night after the payment. They go down after the grace
    period of their tier: the first night below the threshold is noted on the card, a night at or
    above it takes the note away.
    """

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_rate_tiers(self, batch_size=RATING_BATCH):
        """Rate the cards of all programs with tiers, and tell the customers who moved."""
        for program in self._get_tiered_programs():
            if not program._rate_tiers(batch_size):
                return
        self.env["loyalty.tier.move"]._send_messages(min(batch_size, MESSAGE_BATCH))

    def _rate_tiers(self, batch_size=RATING_BATCH):
        """Rate the cards of a program, once a day; each batch is a transaction of its own.

        :return: False when the action ran out of time: the next run goes on from there
        """
        self.ensure_one()
        today = self._get_tier_company()._get_today()
        self._wait_for_other_run()
        rating = self.env["loyalty.tier.rating"]._get_of_day(self, today)
        if rating.is_done:
            return True
        finished = run_in_batches(
            self.env["loyalty.card"],
            Domain(self._get_tier_cards_domain()) & Domain("id", ">", rating.last_card_id),
            lambda cards: self._rate_batch(cards, rating),
            batch_size=batch_size,
            lock_table="loyalty_card",
        )
        if finished:
            self._take_back_tier_benefits(batch_size)
            self._wait_for_other_run()
            rating.is_done = True
            self.env["ir.cron"]._commit_progress()
        return finished

    def _wait_for_other_run(self):
        """Begin a transaction that sees what another run has committed, and let it wait for us.

        By the lock of the batches, as the first statement: see run_in_batches.
        """
        self.env["ir.cron"]._commit_progress()
        self.env.cr.execute(SQL("LOCK TABLE loyalty_card IN SHARE UPDATE EXCLUSIVE MODE"))

    def _rate_batch(self, cards, rating):
        """Rate the next cards and note how far the rating has come, in one transaction."""
        self._rate_cards(cards, rating.date, is_silent=rating.is_silent)
        rating.last_card_id = max(rating.last_card_id, cards.ids[-1])

    def _rate_cards(self, cards, today, is_silent=False):
        """Move the cards of this program to the tiers they belong in, in a few queries."""
        self.ensure_one()
        self.env["loyalty.tier.move"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH decided AS MATERIALIZED (%(decisions)s),
                moved AS (
                    UPDATE loyalty_card card
                       SET tier_id = decided.new_tier_id,
                           tier_since = %(today)s,
                           tier_below_since = NULL
                      FROM decided
                     WHERE card.id = decided.card_id
                       AND decided.decision IN ('up', 'down')
                 RETURNING card.id
                ),
                noted AS (
                    UPDATE loyalty_card card
                       SET tier_below_since =
                               CASE WHEN decided.decision = 'grace' THEN %(today)s::date END
                      FROM decided
                     WHERE card.id = decided.card_id
                       AND (decided.decision = 'grace' AND card.tier_below_since IS NULL
                            OR decided.decision = 'stay' AND card.tier_below_since IS NOT NULL)
                )
                INSERT INTO loyalty_tier_move (
                       card_id, program_id, company_id, partner_id, date, direction,
                       previous_tier_id, tier_id, basis, window_months, value, threshold,
                       message_state, create_uid, create_date, write_uid, write_date)
                SELECT decided.card_id, %(program)s, %(company)s, decided.partner_id, %(today)s,
                       decided.decision, decided.tier_id, decided.new_tier_id, reason.basis,
                       reason.window_months, decided.reason_value, reason.threshold,
                       %(message_state)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM decided
                  JOIN moved ON moved.id = decided.card_id
                  JOIN loyalty_tier reason ON reason.id = decided.reason_tier_id
                 ORDER BY decided.card_id
                """,
                decisions=self._get_decisions_sql(SQL("%s", tuple(cards.ids)), today),
                today=today,
                program=self.id,
                company=self.company_id.id or None,
                message_state="none" if is_silent else "waiting",
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env["loyalty.card"].invalidate_model(["tier_id", "tier_since", "tier_below_since"])
        self._sync_tier_benefits(cards)

    def _get_decisions_sql(self, cards, today):
        """Return the SQL of what to do with each card, and why.

        Its columns: card_id, partner_id, tier_id, new_tier_id, decision (up, down, grace, stay),
        reason_tier_id (the tier whose threshold decided) and reason_value (what was reached of it).

        :param cards: SQL of ids: a list in parentheses, or a subquery
        """
        measures = self._get_tier_measures(today)
        ranked = self.with_context(active_test=False).tier_ids.sorted(
            lambda tier: (tier.sequence, tier.id)
        )
        # the first that holds is the highest
        targets = [
            SQL(
                "WHEN measured.%s >= %s THEN %s",
                SQL.identifier(measures[tier].value),
                tier.threshold,
                tier.id,
            )
            for tier in reversed(ranked.filtered("active"))
        ]
        return SQL(
            """
            SELECT *,
                   CASE WHEN new_rank > rank THEN 'up'
                        WHEN new_rank = rank THEN 'stay'
                        WHEN rank_is_archived OR %(today)s >=
                             COALESCE(tier_below_since, %(today)s) + make_interval(months => grace)
                        THEN 'down'
                        ELSE 'grace'
                   END AS decision,
                   CASE WHEN new_rank > rank THEN new_tier_id ELSE tier_id END AS reason_tier_id,
                   CASE WHEN new_rank > rank THEN %(new_values)s ELSE %(values)s END AS reason_value
              FROM (
                SELECT targeted.*,
                       %(ranks)s AS rank,
                       %(new_ranks)s AS new_rank,
                       %(archived)s AS rank_is_archived,
                       %(graces)s AS grace
                  FROM (
                    SELECT measured.*, %(target)s AS new_tier_id FROM (%(measured)s) measured
                  ) targeted
              ) rated
            """,
            today=SQL("%s::date", today),
            target=SQL("CASE %s END", SQL(" ").join(targets)) if targets else SQL("NULL::integer"),
            measured=self._get_measured_cards_sql(cards, today),
            ranks=self._map_tiers_sql("tier_id", {tier: n for n, tier in enumerate(ranked, 1)}),
            new_ranks=self._map_tiers_sql(
                "new_tier_id", {tier: n for n, tier in enumerate(ranked, 1)}
            ),
            archived=SQL(
                "COALESCE(tier_id = ANY(%s), FALSE)", (ranked - ranked.filtered("active")).ids
            ),
            graces=self._map_tiers_sql("tier_id", {tier: tier.grace_months for tier in ranked}),
            values=self._map_tiers_sql(
                "tier_id", {tier: SQL.identifier(measures[tier].value) for tier in ranked}
            ),
            new_values=self._map_tiers_sql(
                "new_tier_id", {tier: SQL.identifier(measures[tier].value) for tier in ranked}
            ),
        )

    @api.model
    def _map_tiers_sql(self, column, values):
        """Return the SQL of {tier: value} for the tier in a column; 0 for no tier."""
        cases = [SQL("WHEN %s THEN %s", tier.id, value) for tier, value in values.items()]
        return SQL("CASE %s %s ELSE 0 END", SQL.identifier(column), SQL(" ").join(cases))
