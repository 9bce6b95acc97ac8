from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.batches import run_in_batches


class LoyaltyProgram(models.Model):
    """The price list that customers have while they are in a tier.

    What a tier gave is kept on the card (`tier_pricelist_id`): only that is replaced or taken back.
    A price list that somebody else set on the customer stays.
    """

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    def _sync_tier_benefits(self, cards):
        """Give the holders of the cards what their tiers bring, and take back what no longer."""
        self._sync_tier_pricelists(cards)

    def _take_back_tier_benefits(self, batch_size):
        """Take back what the tiers of cards gave that are no longer in use."""
        run_in_batches(
            self.env["loyalty.card"].with_context(active_test=False),
            Domain(self._get_unused_cards_domain()),
            self._sync_tier_benefits,
            batch_size=batch_size,
            lock_table="loyalty_card",
        )

    def _get_unused_cards_domain(self):
        """What a replaced card gave is the business of the card that replaced it."""
        return [
            ("program_id", "=", self.id),
            ("active", "=", False),
            ("state", "!=", "replaced"),
            ("tier_pricelist_id", "!=", False),
        ]

    def _sync_tier_pricelists(self, cards):
        """Set the price lists of customers by SQL: core keeps them in one column, by company.

        Core copies the price list of a customer to its contacts, so does this. A contact's own card
        gives none: it would change the prices of the whole company.
        """
        self.env["loyalty.card"].flush_model(["active", "tier_id", "tier_pricelist_id"])
        self.env["loyalty.tier"].flush_model(["pricelist_id"])
        self.env["res.partner"].flush_model(
            ["commercial_partner_id", "specific_property_product_pricelist"]
        )
        self.env.cr.execute(
            SQL(
                """
                WITH change AS MATERIALIZED (
                    SELECT card.id, card.partner_id, card.tier_pricelist_id AS given,
                           %(pricelist)s AS due
                      FROM loyalty_card card
                      JOIN res_partner holder ON holder.id = card.partner_id
                      LEFT JOIN loyalty_tier tier ON tier.id = card.tier_id AND card.active
                      %(joins)s
                     WHERE card.id IN %(cards)s
                       AND holder.commercial_partner_id = holder.id
                       AND card.tier_pricelist_id IS DISTINCT FROM %(pricelist)s
                ),
                noted AS (
                    UPDATE loyalty_card card SET tier_pricelist_id = change.due
                      FROM change WHERE change.id = card.id
                )
                UPDATE res_partner partner
                   SET specific_property_product_pricelist = (
                       SELECT jsonb_object_agg(entry.company, entry.pricelist)
                         FROM (
                           SELECT company.key AS company,
                                  CASE WHEN company.key = ANY(%(companies)s)
                                        AND COALESCE(company.pricelist, 'null') IN
                                            ('null', COALESCE(to_jsonb(change.given), 'null'))
                                  THEN to_jsonb(change.due) ELSE company.pricelist
                                  END AS pricelist
                             FROM (
                               SELECT key,
                                      partner.specific_property_product_pricelist -> key
                                          AS pricelist
                                 FROM (
                                   SELECT unnest(%(companies)s) AS key
                                    UNION
                                   SELECT jsonb_object_keys(
                                              partner.specific_property_product_pricelist)
                                 ) keys
                             ) company
                         ) entry
                        WHERE COALESCE(entry.pricelist, 'null') <> 'null'
                       )
                  FROM change
                 WHERE partner.commercial_partner_id = change.partner_id
                """,
                pricelist=self._get_tier_pricelist_sql(),
                joins=self._join_tier_pricelist_sql(),
                cards=tuple(cards.ids),
                companies=[str(company_id) for company_id in self._get_tier_companies().ids],
            )
        )
        self.env["loyalty.card"].invalidate_model(["tier_pricelist_id"])
        self.env["res.partner"].invalidate_model(
            ["property_product_pricelist", "specific_property_product_pricelist"]
        )

    def _get_tier_pricelist_sql(self):
        """Return the SQL of the price list that a tier brings; bridges may know another one."""
        return SQL("tier.pricelist_id")

    def _join_tier_pricelist_sql(self):
        return SQL("")
