from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyTierRating(models.Model):
    """How far the rating of a program has come on a day, so that a killed one goes on from there.

    A table of its own, not fields of the program: core locks the rows of programs during sales.
    """

    _name = "loyalty.tier.rating"
    _description = "Tier Rating"
    _order = "date desc, id desc"
    _rec_name = "program_id"

    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="program_id.company_id",
        store=True,
    )
    date = fields.Date(
        required=True,
        readonly=True,
    )
    last_card_id = fields.Integer(
        help="Id of the last card rated: the next batch begins after it.",
        readonly=True,
        aggregator=None,
    )
    is_done = fields.Boolean(
        readonly=True,
    )
    is_silent = fields.Boolean(
        string="Without Messages",
        help="The customers who move are not told.",
        readonly=True,
    )

    _program_date_uniq = models.UniqueIndex(
        "(program_id, date)",
        "This program has been rated on this day.",
    )

    @api.model
    def _get_of_day(self, program, date):
        """Return the rating of a program on a day; two runs at once get the same one."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_tier_rating (program_id, company_id, date, last_card_id)
                VALUES (%s, %s, %s, 0) ON CONFLICT (program_id, date) DO NOTHING
                """,
                program.id,
                program.company_id.id or None,
                date,
            )
        )
        return self.search([("program_id", "=", program.id), ("date", "=", date)])

    def _restart(self, is_silent=False):
        """Begin again with the first card, be it done or not."""
        self.write({"last_card_id": 0, "is_done": False, "is_silent": is_silent})
