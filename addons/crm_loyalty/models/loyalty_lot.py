from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_extended.tools.batches import run_in_batches

from ..tools.points import POINTS_DIGITS

SYNC_BATCH = 1000


class LoyaltyLot(models.Model):
    """The points of one credit, with the days between which they can be used.

    Only the ledger (loyalty_card_ledger.py) writes lots: the remaining points of a card's available
    lots add up to its balance.
    """

    _name = "loyalty.lot"
    _description = "Lot of Loyalty Points"
    _order = "expiration_date, available_date, id"
    _rec_name = "card_id"

    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    program_id = fields.Many2one(
        related="card_id.program_id",
        store=True,
        precompute=True,
        index=True,
    )
    company_id = fields.Many2one(
        related="card_id.company_id",
        store=True,
        precompute=True,
    )
    partner_id = fields.Many2one(related="card_id.partner_id")
    history_id = fields.Many2one(
        string="Credit",
        help="The line of the card's history that gave these points.",
        comodel_name="loyalty.history",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    kind = fields.Selection(
        selection=[
            ("earn", "Earned"),
            ("adjust", "Adjustment"),
            ("gift", "Gift"),
            ("referral", "Referral"),
            ("transfer", "Transfer"),
        ],
        required=True,
        readonly=True,
    )
    points = fields.Float(
        help="What this credit brought.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        required=True,
        readonly=True,
    )
    remaining = fields.Float(
        help="What is left of it.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        required=True,
        readonly=True,
    )
    available_date = fields.Date(
        string="Available Since",
        help="The day from which the points can be used. Empty while they wait.",
        readonly=True,
    )
    expiration_date = fields.Date(
        string="Use By",
        help="The last day on which the points can be used. Empty: they do not expire.",
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("pending", "Waiting"),
            ("available", "Available"),
            ("used", "Used"),
            ("expired", "Expired"),
            ("revoked", "Taken Back"),
        ],
        help="Waiting: the points count when the order is delivered, invoiced or paid, as the"
        " program says.",
        required=True,
        readonly=True,
        default="available",
    )

    _points_positive = models.Constraint(
        "CHECK (points > 0)",
        "A lot brings points: their number has to be above zero.",
    )
    _remaining_within = models.Constraint(
        "CHECK (remaining >= 0 AND remaining <= points)",
        "What remains of a lot lies between zero and what it brought.",
    )
    _remaining_state = models.Constraint(
        "CHECK ((remaining > 0) = (state IN ('pending', 'available')))",
        "Points remain in waiting and available lots only.",
    )
    # What a debit reads: the lots of a card that can be used, in the order of their use.
    _open_idx = models.Index(
        "(card_id, expiration_date, available_date, id) WHERE state IN ('pending', 'available')"
    )
    # What the nightly look at orders reads.
    _pending_idx = models.Index("(id) WHERE state = 'pending'")
    # What the nightly expiry reads.
    _expiration_idx = models.Index(
        "(expiration_date, card_id) WHERE state = 'available' AND expiration_date IS NOT NULL"
    )

    # Nightly: what no document announced, such as deliveries counted by timesheets

    @api.model
    def _cron_sync_orders(self, batch_size=SYNC_BATCH):
        """Look at the orders of all waiting points once more."""
        return run_in_batches(
            self,
            Domain("state", "=", "pending"),
            lambda lots: lots._sync_orders(),
            batch_size=batch_size,
            lock_table=self._table,
        )

    def _sync_orders(self):
        lines = self.history_id.filtered(lambda line: line.order_model == "sale.order")
        self.env["sale.order"].browse(lines.mapped("order_id"))._sync_loyalty_points()
