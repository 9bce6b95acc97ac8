from odoo import fields, models

from ..tools.points import POINTS_DIGITS


class LoyaltyLotUse(models.Model):
    """Which points a debit took: they go back to where they came from when it is undone."""

    _name = "loyalty.lot.use"
    _description = "Use of a Lot of Loyalty Points"
    _order = "id"
    _rec_name = "lot_id"

    lot_id = fields.Many2one(
        comodel_name="loyalty.lot",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    history_id = fields.Many2one(
        string="Debit",
        comodel_name="loyalty.history",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(
        related="lot_id.company_id",
        store=True,
        precompute=True,
    )
    points = fields.Float(
        digits=POINTS_DIGITS,
        min_display_digits=0,
        required=True,
        readonly=True,
    )
    returned = fields.Float(
        help="What was given back to the lot.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        required=True,
        readonly=True,
        default=0.0,
    )

    _points_within = models.Constraint(
        "CHECK (points > 0 AND returned >= 0 AND returned <= points)",
        "A use takes points, and no more of them are given back.",
    )
