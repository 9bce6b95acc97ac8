from odoo import api, models
from odoo.tools import SQL


class LoyaltyCard(models.Model):
    """Cards from before this add-on get lots, so that their points can be used and can expire."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _create_existing_lots(self):
        """Give every card without lots its balance in lots; no balance changes.

        What was used so far is taken to be the oldest points, so the balance is what the newest
        credits of the history brought. What no credit explains is as old as the card. Two queries,
        however many cards: it runs when the add-on is installed or updated.
        """
        self.env.flush_all()
        self.env.cr.execute(self._get_existing_kinds_sql())
        self.env.cr.execute(self._get_existing_lots_sql())
        self.env.invalidate_all(flush=False)

    @api.model
    def _get_existing_kinds_sql(self):
        """Say what the lines of history were that core wrote."""
        return SQL(
            """
            UPDATE loyalty_history
               SET kind = CASE WHEN order_model = 'crm.complaint' THEN 'gift'
                               WHEN order_model IS NULL THEN 'adjust'
                               WHEN issued > 0 THEN 'earn'
                               ELSE 'redeem' END
             WHERE kind IS NULL
            """
        )

    @api.model
    def _get_existing_lots_sql(self):
        return SQL(
            """
            WITH card AS (
                SELECT card.id, card.points, card.program_id, card.company_id, card.create_date,
                       COALESCE(partner.tz, 'UTC') AS zone
                  FROM loyalty_card card
                  LEFT JOIN res_company company ON company.id = card.company_id
                  LEFT JOIN res_partner partner ON partner.id = company.partner_id
                 WHERE card.points > 0
                   AND NOT EXISTS (SELECT 1 FROM loyalty_lot lot WHERE lot.card_id = card.id)
            ), credit AS (
                SELECT history.id, history.card_id, history.kind, history.create_date,
                       round(history.issued::numeric, 3) AS issued,
                       sum(round(history.issued::numeric, 3)) OVER (
                           PARTITION BY history.card_id
                           ORDER BY history.create_date DESC, history.id DESC
                       ) AS so_far
                  FROM loyalty_history history
                 WHERE round(history.issued::numeric, 3) > 0
                   AND history.card_id IN (SELECT id FROM card)
            ), part AS (
                SELECT card.id AS card_id, credit.id AS history_id, credit.kind,
                       credit.create_date,
                       LEAST(credit.issued, card.points - credit.so_far + credit.issued) AS points
                  FROM card
                  JOIN credit ON credit.card_id = card.id
                 WHERE credit.so_far - credit.issued < card.points
                 UNION ALL
                SELECT card.id, NULL, 'adjust', card.create_date,
                       card.points - COALESCE(explained.points, 0)
                  FROM card
                  LEFT JOIN (
                        SELECT card_id, max(so_far) AS points FROM credit GROUP BY card_id
                       ) explained ON explained.card_id = card.id
                 WHERE card.points > COALESCE(explained.points, 0)
            )
            INSERT INTO loyalty_lot (
                card_id, program_id, company_id, history_id, kind, points, remaining, state,
                available_date, create_uid, create_date, write_uid, write_date
            )
            SELECT card.id, card.program_id, card.company_id, part.history_id,
                   CASE WHEN part.kind IN ('adjust', 'gift', 'transfer') THEN part.kind
                        ELSE 'earn' END,
                   part.points, part.points, 'available',
                   (COALESCE(part.create_date, now() AT TIME ZONE 'UTC')
                       AT TIME ZONE 'UTC' AT TIME ZONE card.zone)::date,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM part
              JOIN card ON card.id = part.card_id
             ORDER BY card.id, part.history_id NULLS FIRST
            """,
            uid=self.env.uid,
        )
