from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyPointsReport(models.Model):
    """One row for each line of the history of a card, whatever its program."""

    _name = "loyalty.points.report"
    _description = "Points Analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "card_id"
    _depends = {
        "loyalty.card": ["company_id", "partner_id", "program_id", "tier_id"],
        "loyalty.history": ["card_id", "create_date", "issued", "kind", "used"],
        "loyalty.program": ["program_type"],
    }

    date = fields.Datetime(readonly=True)
    card_id = fields.Many2one(comodel_name="loyalty.card", readonly=True)
    partner_id = fields.Many2one(string="Customer", comodel_name="res.partner", readonly=True)
    program_id = fields.Many2one(comodel_name="loyalty.program", readonly=True)
    program_type = fields.Selection(
        selection=lambda self: self._get_selection("loyalty.program", "program_type"),
        readonly=True,
    )
    tier_id = fields.Many2one(
        help="The tier that the card has now.",
        comodel_name="loyalty.tier",
        readonly=True,
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self._get_selection("loyalty.history", "kind"),
        readonly=True,
    )
    earned = fields.Float(
        help="Earned by orders, given as gifts or for referrals; points that still wait included.",
        readonly=True,
    )
    redeemed = fields.Float(readonly=True)
    expired = fields.Float(readonly=True)
    revoked = fields.Float(string="Taken Back", readonly=True)
    adjusted = fields.Float(
        help="Given less taken by hand.",
        readonly=True,
    )
    points = fields.Float(
        string="Change",
        help="What came less what went.",
        readonly=True,
    )

    @property
    def _table_query(self):
        columns = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._get_columns().items()
        )
        return SQL("SELECT %s FROM %s", columns, self._get_source())

    @api.model
    def _get_columns(self):
        """Return {field: SQL}, of `history`, its `card` and its `program`. Meant to be extended."""
        return {
            "id": SQL("history.id"),
            "date": SQL("history.create_date"),
            "card_id": SQL("history.card_id"),
            "partner_id": SQL("card.partner_id"),
            "program_id": SQL("card.program_id"),
            "program_type": SQL("program.program_type"),
            "tier_id": SQL("card.tier_id"),
            "company_id": SQL("card.company_id"),
            "kind": SQL("history.kind"),
            "earned": self._get_measure("issued", "earn", "gift", "referral"),
            # What an order earned and redeemed is one line.
            "redeemed": self._get_measure("used", "earn", "redeem"),
            "expired": self._get_measure("used", "expire"),
            "revoked": self._get_measure("used", "revoke"),
            "adjusted": SQL(
                "CASE WHEN history.kind = 'adjust' THEN %s ELSE 0 END", self._get_change()
            ),
            "points": self._get_change(),
        }

    @api.model
    def _get_source(self):
        return SQL(
            """
            loyalty_history history
            JOIN loyalty_card card ON card.id = history.card_id
            JOIN loyalty_program program ON program.id = card.program_id
            """
        )

    @api.model
    def _get_measure(self, column, *kinds):
        return SQL(
            "CASE WHEN history.kind IN %s THEN COALESCE(%s, 0) ELSE 0 END",
            kinds,
            SQL.identifier("history", column),
        )

    @api.model
    def _get_change(self):
        return SQL("COALESCE(history.issued, 0) - COALESCE(history.used, 0)")

    @api.model
    def _get_selection(self, model, field_name):
        return self.env[model]._fields[field_name]._description_selection(self.env)

    def action_open_card(self):
        self.ensure_one()
        return self.card_id.get_formview_action()
