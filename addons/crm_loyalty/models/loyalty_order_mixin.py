from collections import defaultdict
from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

from ..tools.order_points import Given, get_changes
from ..tools.points import round_points

_COLLECTED = "crm_loyalty.points_sync"


class LoyaltyOrderMixin(models.AbstractModel):
    """Points of an order follow what is delivered, invoiced, paid, credited and returned.

    Nothing is added up event by event. What counts of an order is worked out from its documents as
    they stand, compared with what the ledger holds of it, and the difference is posted: an event
    that comes twice, or that was missed and is caught up at night, gives the same points.

    A kind of orders says in ``_read_points_shares`` what its documents say, and in
    ``_get_points_states`` which orders count.
    """

    _name = "loyalty.order.mixin"
    _description = "Order That Gives Loyalty Points"

    @api.model
    def _get_points_states(self):
        """States of orders whose points are kept up to date."""
        raise NotImplementedError

    def _read_points_shares(self, programs_by_order):
        """Return {(order id, program): PointsShare}.

        :param programs_by_order: {order id: programs of which the order gave points}
        """
        raise NotImplementedError

    def _sync_loyalty_points(self):
        """Post what brings the points of these orders to where their documents say they are.

        Orders that do not count, or gave no points of a loyalty program, are left alone. The number
        of queries is the same for one order and for a thousand.
        """
        if not self:
            return
        # sudo: whoever posts an invoice or registers a payment may do so without seeing cards
        orders = self.sudo()
        given = orders._read_given_points()
        if not given:
            return
        programs_by_order = defaultdict(list)
        for order_id, program in given:
            programs_by_order[order_id].append(program)
        orders = orders.browse(programs_by_order)
        shares = orders._read_points_shares(programs_by_order)
        orders._post_points_changes(given, shares, orders._read_points_lots())

    @api.model
    @contextmanager
    def _sync_loyalty_points_after(self):
        """Collect orders in a block and bring their points up to date at its end.

        Accounting takes the payments off an invoice before it puts a credit note on it: what is
        true only in between never reaches a card. Blocks may be nested; the outermost one does the
        work. Yields the set that takes the ids of the orders.
        """
        collected = self.env.cr.cache.setdefault(_COLLECTED, {})
        if self._name in collected:
            yield collected[self._name]
            return
        order_ids = collected[self._name] = set()
        try:
            yield order_ids
        finally:
            collected.pop(self._name, None)
        if order_ids:
            self.browse(sorted(order_ids))._sync_loyalty_points()

    # What the ledger holds

    def _read_given_points(self):
        """Return {(order id, program): dict} of what the orders gave and was not undone since."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT history.order_id, card.program_id,
                       (array_agg(card.id ORDER BY card.active DESC, history.id DESC))[1],
                       SUM(CASE WHEN history.kind = 'earn' THEN history.issued END)::float,
                       SUM(CASE WHEN history.kind = 'earn' THEN history.issued
                                ELSE COALESCE(history.issued, 0) - COALESCE(history.used, 0)
                            END)::float
                  FROM loyalty_history history
                  JOIN %(table)s counted
                    ON counted.id = history.order_id AND counted.state IN %(states)s
                  JOIN loyalty_card card ON card.id = history.card_id
                  JOIN loyalty_program program
                    ON program.id = card.program_id AND program.program_type = 'loyalty'
                 WHERE history.order_model = %(model)s
                   AND history.order_id IN %(order_ids)s
                   AND history.kind IN ('earn', 'revoke')
                   AND history.is_reversed IS NOT TRUE
                 GROUP BY history.order_id, card.program_id
                HAVING SUM(CASE WHEN history.kind = 'earn' THEN history.issued END) > 0
                """,
                table=SQL.identifier(self._table),
                states=tuple(self._get_points_states()),
                model=self._name,
                order_ids=tuple(self.ids) or (0,),
            )
        )
        programs = self.env["loyalty.program"].browse({row[1] for row in rows})
        by_id = {program.id: program for program in programs}
        return {
            (order_id, by_id[program_id]): {"card_id": card_id, "issued": issued, "net": net}
            for order_id, program_id, card_id, issued, net in rows
        }

    def _read_points_lots(self):
        """Return {(order id, program): lots} of the points that the orders gave."""
        lots = self.env["loyalty.lot"].search_fetch(
            [
                ("history_id.order_model", "=", self._name),
                ("history_id.order_id", "in", self.ids),
                ("history_id.is_reversed", "=", False),
            ],
            ["card_id", "program_id", "history_id", "kind", "state", "points", "remaining"],
            order="id",
        )
        lots.history_id.fetch(["order_id"])
        by_order = defaultdict(lots.browse)
        for lot in lots:
            by_order[lot.history_id.order_id, lot.program_id] |= lot
        return by_order

    @api.model
    def _read_expired_points(self, lots):
        """Return {lot: points} of what expired of the lots: it cannot be taken back once more."""
        used = lots.filtered(lambda lot: lot.remaining < lot.points)
        if not used:
            return {}
        uses = self.env["loyalty.lot.use"]._read_group(
            [("lot_id", "in", used.ids), ("history_id.kind", "=", "expire")],
            ["lot_id"],
            ["points:sum"],
        )
        return dict(uses)

    # The difference

    def _post_points_changes(self, given, shares, lots_by_order):
        all_lots = self.env["loyalty.lot"].concat(*lots_by_order.values())
        expired = self._read_expired_points(all_lots)
        cards = self.env["loyalty.card"].browse({held["card_id"] for held in given.values()})
        cards_by_id = {card.id: card for card in cards}
        orders_by_id = {order.id: order for order in self}
        movements, releases = [], {}
        for (order_id, program), held in given.items():
            lots = lots_by_order[order_id, program]
            waiting = lots.filtered(lambda lot: lot.state == "pending")
            share = shares[order_id, program]
            changes = get_changes(
                Given(
                    issued=held["issued"],
                    net=held["net"],
                    pending=round_points(sum(waiting.mapped("remaining"))),
                    available=round_points(sum((lots - waiting).mapped("remaining"))),
                    expired=round_points(sum(expired.get(lot, 0.0) for lot in lots)),
                ),
                share.kept,
                share.released,
            )
            movements += self._prepare_points_movements(
                changes,
                orders_by_id[order_id],
                card=cards_by_id[held["card_id"]]._get_successor(),
                lots=lots,
                documents=share.documents,
            )
            releases |= self._share_out(changes.release, waiting)
        self._lock_points(movements, releases)
        if movements:
            cards._post_points(movements)
        if releases:
            cards._release_points(releases)

    @api.model
    def _lock_points(self, movements, releases):
        """Make one of two at once that work on a card be tried again, with what the other wrote.

        A lock alone would not do: the second would go on with what it read before it waited.
        """
        card_ids = {movement["card_id"] for movement in movements}
        card_ids |= {lot.card_id.id for lot in releases}
        if card_ids:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE loyalty_card
                       SET points = card.points
                      FROM (SELECT id, points
                              FROM loyalty_card
                             WHERE id IN %s
                             ORDER BY id
                               FOR NO KEY UPDATE) card
                     WHERE card.id = loyalty_card.id
                    """,
                    tuple(card_ids),
                )
            )

    @api.model
    def _share_out(self, points, waiting):
        """Return {lot: points}: ``points`` taken from waiting lots, the oldest first."""
        parts = {}
        for lot in waiting:
            part = round_points(min(points, lot.remaining))
            if part > 0:
                parts[lot] = part
                points = round_points(points - part)
        return parts

    @api.model
    def _prepare_points_movements(self, changes, order, card, lots, documents):
        base = {
            "card_id": card.id,
            "kind": "revoke",
            "order_model": order._name,
            "order_id": order.id,
            "partner_id": order.partner_id.id,
        }
        waiting = lots.filtered(lambda lot: lot.state == "pending")
        name = order.display_name
        credited = {
            "description": self._get_take_back_description(name),
            "reason": documents,
            "allow_debt": True,
        }
        held = {"description": self.env._("Order %s: waiting again", name), "allow_debt": True}
        restored = {"description": self.env._("Order %s: credit note undone", name)}
        movements = [
            credited | {"used": changes.take_pending, "lot_ids": waiting.ids},
            credited | {"used": changes.take, "lot_ids": (lots - waiting).ids},
            held
            | {
                "used": changes.hold,
                "issued": changes.hold,
                "pending": True,
                "lot_ids": (lots - waiting).ids,
            },
            restored | {"issued": changes.give_pending, "pending": True},
            restored | {"issued": changes.give},
        ]
        return [
            base | movement
            for movement in movements
            if movement.get("used") or movement.get("issued")
        ]

    @api.model
    def _get_take_back_description(self, name):
        return self.env._("Order %s: credit note", name)
