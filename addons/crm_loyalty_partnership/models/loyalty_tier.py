from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyTier(models.Model):
    _inherit = "loyalty.tier"

    grade_id = fields.Many2one(
        comodel_name="res.partner.grade",
        string="Partner Level",
        help="Given to customers while they are in this tier. A level that was set by hand stays,"
        " and contacts keep their own.",
        check_company=True,
        ondelete="restrict",
    )

    @api.constrains("grade_id", "pricelist_id")
    def _check_one_pricelist(self):
        """A level brings its price list with it: core refuses a customer two of them."""
        for tier in self:
            of_level = tier.grade_id.default_pricelist_id
            if of_level and tier.pricelist_id and of_level != tier.pricelist_id:
                raise ValidationError(
                    self.env._(
                        "The level %(level)s brings the price list %(of_level)s: leave the price"
                        " list of %(tier)s empty, or choose the same.",
                        level=tier.grade_id.name,
                        of_level=of_level.name,
                        tier=tier.name,
                    )
                )
