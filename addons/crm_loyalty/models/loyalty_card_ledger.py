from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ..tools.plain_context import without_defaults
from ..tools.points import POINTS_DIGITS, POINTS_MAX, round_points
from ..tools.points_flow import get_announced, get_flow, get_unclaimed


class LoyaltyCard(models.Model):
    """The one place where points move.

    Whoever moves points, core's orders, eCommerce and point of sale among them, comes through
    ``create`` and ``write`` here, or through ``_post_points`` (loyalty_card_posting.py): the
    balance, its lots and its history change together.
    """

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    # Not tracked as in core: the history tells each movement, with its reason.
    points = fields.Float(
        digits=POINTS_DIGITS,
        min_display_digits=0,
        tracking=False,
        copy=False,
    )
    points_debt = fields.Float(
        string="Points Owed",
        help="Points that were taken back after they had been spent. The next points that count"
        " are used to settle them.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        readonly=True,
        copy=False,
    )
    points_pending = fields.Float(
        string="Points Waiting",
        help="Points of orders that are not delivered, invoiced or paid yet, as the program asks.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        compute="_compute_points_pending",
    )
    lot_ids = fields.One2many(
        string="Lots",
        comodel_name="loyalty.lot",
        inverse_name="card_id",
        readonly=True,
    )

    _points_not_negative = models.Constraint(
        "CHECK (points >= 0)",
        "A card cannot hold fewer than no points: take no more than its balance.",
    )
    _points_debt_not_negative = models.Constraint(
        "CHECK (points_debt >= 0)",
        "Owed points cannot be negative.",
    )

    @api.depends("lot_ids.remaining", "lot_ids.state")
    def _compute_points_pending(self):
        # sudo: whoever may read the card may read what it waits for
        groups = (
            self.env["loyalty.lot"]
            .sudo()
            ._read_group(
                [("card_id", "in", self.ids), ("state", "=", "pending")],
                ["card_id"],
                ["remaining:sum"],
            )
        )
        pending = {card.id: points for card, points in groups}
        for card in self:
            card.points_pending = pending.get(card._origin.id, 0.0)

    # CRUD: the choke point

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_points(vals.get("points"))
        cards = super().create(vals_list)
        # sudo: who may make a card with points makes its lots
        cards.sudo()._open_balances()
        return cards

    def write(self, vals):
        if "points" not in vals:
            return super().write(vals)
        self._check_points(vals["points"])
        self._check_points_may_be_written(vals["points"])
        others = {name: value for name, value in vals.items() if name != "points"}
        result = super().write(others) if others else True
        # sudo: checked above
        self.sudo()._post_balance(vals["points"])
        return result

    def _write_balance(self, vals):
        """Write what a posting came to: past the choke point, which leads here."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    @api.model
    def _check_points(self, points):
        if points and not abs(points) <= POINTS_MAX:
            raise ValidationError(
                self.env._(
                    "%(points)s is no number of points: enter at most %(maximum)s.",
                    points=points,
                    maximum=f"{POINTS_MAX:,}",
                )
            )

    def _check_points_may_be_written(self, points):
        """Nobody sets a balance: orders move it, and adjustments with a reason."""
        if self.env.su or get_flow(self.env, "order_id"):
            return
        if any(round_points(points) != round_points(card.points) for card in self):
            raise AccessError(
                self.env._(
                    "The balance of a card cannot be typed over: use Update Balance, which asks"
                    " for the reason."
                )
            )

    # From balances to movements

    def _open_balances(self):
        """Make the lots of cards that were created with points."""
        cards = self.filtered("points")
        if not cards:
            return
        lines = self.env["loyalty.history"]._post(
            [
                {
                    "card_id": card.id,
                    "kind": "gift",
                    "issued": card.points,
                    "description": self.env._("Opening balance"),
                }
                for card in cards
            ]
        )
        without_defaults(self.env["loyalty.lot"]).create(
            [
                {
                    "card_id": card.id,
                    "history_id": line.id,
                    "kind": "gift",
                    "points": card.points,
                    "remaining": card.points,
                    "available_date": today,
                    "expiration_date": card.program_id._get_lot_expiration(today),
                }
                for card, line in zip(cards, lines, strict=True)
                for today in [card._get_today()]
            ]
        )
        for line in lines:
            self._offer_line(line)

    def _post_balance(self, points):
        """Post what brings the balance of each card to ``points``, in the words of core."""
        announced = self._take_announced_lines()
        movements, own_movements = [], []
        for card in self:
            change = round_points(round_points(points) - card.points)
            lines = announced.get(card.id, [])
            if lines and round_points(sum(line.issued - line.used for line in lines)) == change:
                movements += [card._prepare_announced_movement(line) for line in lines]
            elif change:
                own_movements.append(card._prepare_own_movement(change))
        if movements or own_movements:
            lines = self._post_points(movements + own_movements)
            for line, movement in zip(lines[len(movements) :], own_movements, strict=True):
                if not movement.get("history_id"):
                    self._offer_line(line)

    def _take_announced_lines(self):
        """Return the lines that core wrote for these cards a moment ago: {card id: lines}."""
        announced = get_announced(self.env)
        if not announced:
            return {}
        lines = self.env["loyalty.history"].search(
            [("id", "in", list(announced)), ("card_id", "in", self.ids)], order="id"
        )
        announced.difference_update(lines.ids)
        by_card = defaultdict(list)
        for line in lines:
            by_card[line.card_id.id].append(line)
        return by_card

    def _offer_line(self, line):
        """Core may write a line for this movement in a moment: it gets this one then."""
        entry = (line.id, round_points(line.issued), round_points(line.used))
        get_unclaimed(self.env).setdefault(line.card_id.id, []).append(entry)

    def _prepare_announced_movement(self, line):
        self.ensure_one()
        return {
            "card_id": self.id,
            "history_id": line.id,
            "kind": line.kind,
            "issued": line.issued,
            "used": line.used,
            "pending": self._is_earning_pending(line.kind, line.order_model),
            "allow_debt": bool(get_flow(self.env, "allow_debt")),
        }

    def _prepare_own_movement(self, change):
        """The movement of a balance that core changes without a line of history before it."""
        self.ensure_one()
        order_id = get_flow(self.env, "order_id")
        movement = {
            "card_id": self.id,
            "kind": "adjust",
            "issued": max(change, 0.0),
            "used": max(-change, 0.0),
            "description": self.env._("Balance changed"),
            "allow_debt": bool(get_flow(self.env, "allow_debt")),
        }
        return self._add_order_to_movement(movement, order_id) if order_id else movement

    def _add_order_to_movement(self, movement, order_id):
        """Rewards that are added to or taken off a confirmed order: they belong to its line."""
        order = self.env["sale.order"].browse(order_id)
        line = self.env["loyalty.history"].search(
            [
                ("card_id", "=", self.id),
                ("order_model", "=", "sale.order"),
                ("order_id", "=", order_id),
                ("kind", "in", ("earn", "redeem")),
                ("is_reversed", "=", False),
            ],
            limit=1,
        )
        kind = "redeem" if movement["used"] else "earn"
        source = {
            "kind": kind,
            "description": self.env._("Order %s", order.display_name),
            "order_model": "sale.order",
            "order_id": order_id,
            "partner_id": order.partner_id.id,
        }
        if not line:
            return movement | source
        if movement["used"]:
            line._add_used(movement["used"])
            return movement | source | {"history_id": line.id}
        if movement["issued"] <= line.used:
            line._add_used(-movement["issued"])
            return movement | source | {"history_id": line.id, "returns": [line.id]}
        return movement | source

    @api.model
    def _is_earning_pending(self, kind, order_model):
        return kind == "earn" and order_model == "sale.order" and self.program_id._waits_for_money()

    def _get_today(self):
        """Today where the company of the card is (of the user's company for a card of none)."""
        return (self.company_id or self.env.company)._get_today()

    # A look from outside at what must hold

    @api.model
    def _find_unbalanced(self):
        """Return the cards whose lots do not add up to their balance: none, ever."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card.id
                  FROM loyalty_card card
             LEFT JOIN loyalty_lot lot ON lot.card_id = card.id AND lot.state = 'available'
              GROUP BY card.id
                HAVING COALESCE(SUM(lot.remaining), 0) != COALESCE(card.points, 0)
                """
            )
        )
        return self.browse(card_id for (card_id,) in rows)
