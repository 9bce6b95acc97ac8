from odoo import fields, models
from odoo.tools import SQL


class LoyaltyTierReport(models.Model):
    """One row a move between tiers: how many customers went up and down, when and where."""

    _name = "loyalty.tier.report"
    _description = "Tier Movement"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "loyalty.tier.move": [
            "card_id",
            "company_id",
            "date",
            "direction",
            "partner_id",
            "previous_tier_id",
            "program_id",
            "tier_id",
        ],
        "res.partner": ["country_id"],
    }

    date = fields.Date(readonly=True)
    program_id = fields.Many2one(comodel_name="loyalty.program", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    card_id = fields.Many2one(comodel_name="loyalty.card", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    direction = fields.Selection(selection=[("up", "Up"), ("down", "Down")], readonly=True)
    previous_tier_id = fields.Many2one(comodel_name="loyalty.tier", string="From", readonly=True)
    tier_id = fields.Many2one(comodel_name="loyalty.tier", string="To", readonly=True)
    up_count = fields.Integer(string="Went Up", readonly=True)
    down_count = fields.Integer(string="Went Down", readonly=True)
    net_count = fields.Integer(string="Up Less Down", readonly=True)
    months_in_tier = fields.Float(
        string="Months in the Previous Tier",
        help="From the move before to this one.",
        readonly=True,
        aggregator="avg",
    )

    @property
    def _table_query(self):
        return SQL("SELECT %s FROM %s", self._select(), self._from())

    def _select(self):
        return SQL(
            """
            move.id, move.date, move.program_id, move.company_id, move.card_id, move.partner_id,
            partner.country_id, move.direction, move.previous_tier_id, move.tier_id,
            (move.direction = 'up')::integer AS up_count,
            (move.direction = 'down')::integer AS down_count,
            CASE move.direction WHEN 'up' THEN 1 ELSE -1 END AS net_count,
            (move.date - LAG(move.date) OVER (
                PARTITION BY move.card_id ORDER BY move.date, move.id
            )) / 30.4375 AS months_in_tier
            """
        )

    def _from(self):
        return SQL(
            "loyalty_tier_move move LEFT JOIN res_partner partner ON partner.id = move.partner_id"
        )
