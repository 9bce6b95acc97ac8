from odoo import fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    tier_grade_id = fields.Many2one(
        comodel_name="res.partner.grade",
        string="Partner Level of the Tier",
        help="What the tier gave the customer, to be taken back when the tier is left.",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
