from collections import defaultdict

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    def _sync_tier_benefits(self, cards):
        result = super()._sync_tier_benefits(cards)
        self._sync_tier_grades(cards)
        return result

    def _get_unused_cards_domain(self):
        unused = [
            ("program_id", "=", self.id),
            ("active", "=", False),
            ("state", "!=", "replaced"),
            ("tier_grade_id", "!=", False),
        ]
        return Domain(super()._get_unused_cards_domain()) | Domain(unused)

    def _get_tier_pricelist_sql(self):
        """The price list of the level is given, and taken back, like one of the tier itself."""
        return SQL("COALESCE(%s, grade.default_pricelist_id)", super()._get_tier_pricelist_sql())

    def _join_tier_pricelist_sql(self):
        return SQL(
            "%s LEFT JOIN res_partner_grade grade ON grade.id = tier.grade_id",
            super()._join_tier_pricelist_sql(),
        )

    def _sync_tier_grades(self, cards):
        """Set the levels that the tiers bring, by one write for each level."""
        partner_ids_by_grade = defaultdict(list)
        for partner_id, grade_id in self._note_tier_grades(cards):
            partner_ids_by_grade[grade_id].append(partner_id)
        company = self._get_tier_company()
        partners = self.env["res.partner"].with_company(company).with_context(tracking_disable=True)
        for grade_id, partner_ids in partner_ids_by_grade.items():
            self._set_grade(partners.browse(partner_ids), grade_id)

    def _note_tier_grades(self, cards):
        """Note on the cards what their tiers bring; return who gets it: (partner id, grade id).

        Left out are contacts, and customers with a level that no tier gave.
        """
        self.env["loyalty.card"].flush_model(["active", "tier_grade_id", "tier_id"])
        self.env["loyalty.tier"].flush_model(["grade_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id", "grade_id"])
        self.env.cr.execute(
            SQL(
                """
                WITH change AS MATERIALIZED (
                    SELECT card.id, holder.id AS partner_id, holder.grade_id AS present,
                           card.tier_grade_id AS given, tier.grade_id AS due
                      FROM loyalty_card card
                      JOIN res_partner holder ON holder.id = card.partner_id
                      LEFT JOIN loyalty_tier tier ON tier.id = card.tier_id AND card.active
                     WHERE card.id IN %s
                       AND holder.commercial_partner_id = holder.id
                       AND card.tier_grade_id IS DISTINCT FROM tier.grade_id
                ),
                noted AS (
                    UPDATE loyalty_card card SET tier_grade_id = change.due
                      FROM change WHERE change.id = card.id
                )
                SELECT partner_id, due FROM change
                 WHERE present IS NULL OR present = given
                 ORDER BY partner_id
                """,
                tuple(cards.ids),
            )
        )
        rows = self.env.cr.fetchall()
        self.env["loyalty.card"].invalidate_model(["tier_grade_id"])
        return rows

    def _set_grade(self, partners, grade_id):
        """Write the level, and only that: core adds its price list, also over one set by hand."""
        own_pricelists = partners.grouped("specific_property_product_pricelist")
        partners.write({"grade_id": grade_id})
        brought = self.env["res.partner.grade"].browse(grade_id).default_pricelist_id
        for pricelist, holders in own_pricelists.items():
            if brought and pricelist and pricelist != brought:
                holders.write({"specific_property_product_pricelist": pricelist.id})
