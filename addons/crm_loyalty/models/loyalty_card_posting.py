from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.lot_book import Lot
from ..tools.plain_context import without_defaults
from ..tools.points import round_points
from ..tools.posting import Account, PointsMissingError, Posting


class LoyaltyCard(models.Model):
    """Posting movements: read once, work in memory, write once.

    The number of queries is the same for one movement and for a thousand.
    """

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _post_points(self, movements):
        """Move points.

        :param movements: a list of dicts of

            - ``card_id``, ``kind`` (as in loyalty.history), ``description``
            - ``issued`` and/or ``used``: points, not negative
            - ``history_id``: the line of history, where core has written it already
            - ``reason``, ``order_model``, ``order_id``, ``partner_id``: for the line of history
            - ``expiration_date``: of the lot; left out: as the program says
            - ``pending``: the points wait, and are not part of the balance
            - ``lot_ids``: a debit takes from these lots before any other, waiting ones too
            - ``returns``: ids of lines whose debits ``issued`` gives back to their lots
            - ``allow_debt``: what a debit finds missing is owed, instead of refused
        :return: the lines of history, in the order of the movements
        :raise UserError: when a card holds too few points
        """
        movements = [self._round_movement(movement) for movement in movements]
        accounts = self._read_accounts(movements)
        lines = self._get_lines(movements)
        posting = Posting(accounts, self._read_returnable(movements, accounts))
        try:
            for index, movement in enumerate(movements):
                posting.post(movement, ("line", index))
        except PointsMissingError as error:
            self._raise_on_missing_points(error)
        self._write_posting(posting, lines)
        return lines

    @api.model
    def _round_movement(self, movement):
        rounded = dict(movement)
        for name in ("issued", "used"):
            self._check_points(movement.get(name))
            rounded[name] = round_points(movement.get(name))
            if rounded[name] < 0:
                raise ValidationError(
                    self.env._("Points are given or taken: enter a number above zero.")
                )
        return rounded

    @api.model
    def _read_accounts(self, movements):
        """Lock the cards, in the order of their ids so that two postings never wait in a ring.

        Not their keys: whoever has written a line of their history holds those, and two that ask
        for more would wait for each other.
        """
        card_ids = sorted({movement["card_id"] for movement in movements})
        cards = self.browse(card_ids)
        cards.flush_recordset(["points", "points_debt"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id, points, points_debt FROM loyalty_card WHERE id IN %s"
                " ORDER BY id FOR NO KEY UPDATE",
                tuple(card_ids) or (0,),
            )
        )
        today_by_company = {}
        accounts = {}
        for card_id, points, debt in rows:
            card = self.browse(card_id)
            company = card.company_id
            if company not in today_by_company:
                today_by_company[company] = card._get_today()
            today = today_by_company[company]
            program = card.program_id
            accounts[card_id] = Account(
                card_id,
                round_points(points),
                round_points(debt),
                today,
                active_until=program.lot_expiry == "inactivity"
                and program._get_lot_expiration(today),
            )
        self._set_expirations(movements, accounts)
        self._read_open_lots(movements, accounts)
        return accounts

    @api.model
    def _set_expirations(self, movements, accounts):
        for movement in movements:
            if movement["issued"] and "expiration_date" not in movement:
                program = self.browse(movement["card_id"]).program_id
                today = accounts[movement["card_id"]].today
                movement["expiration_date"] = program._get_lot_expiration(today)

    @api.model
    def _read_open_lots(self, movements, accounts):
        """Read the lots of the cards from which something is taken."""
        card_ids = {
            movement["card_id"]
            for movement in movements
            if movement["used"]
            or accounts[movement["card_id"]].debt
            or accounts[movement["card_id"]].active_until
        }
        if not card_ids:
            return
        self.env["loyalty.lot"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, card_id, remaining, expiration_date, available_date, state
                  FROM loyalty_lot
                 WHERE card_id IN %s AND state IN ('pending', 'available')
                """,
                tuple(card_ids),
            )
        )
        for lot_id, card_id, remaining, expiration_date, available_date, state in rows:
            accounts[card_id].lots.append(
                Lot(lot_id, card_id, float(remaining), expiration_date, available_date, state)
            )

    @api.model
    def _read_returnable(self, movements, accounts):
        """Read what the debits took that are given back: {history id: [[use id, lot, points]]}."""
        history_ids = {key for movement in movements for key in movement.get("returns", ())}
        if not history_ids:
            return {}
        self.env["loyalty.lot.use"].flush_model()
        self.env["loyalty.lot"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT usage.id, usage.history_id, usage.points - usage.returned,
                       lot.id, lot.card_id, lot.remaining, lot.expiration_date,
                       lot.available_date, lot.state
                  FROM loyalty_lot_use usage
                  JOIN loyalty_lot lot ON lot.id = usage.lot_id
                 WHERE usage.history_id IN %s AND usage.points > usage.returned
                """,
                tuple(history_ids),
            )
        )
        lots = {lot.id: lot for account in accounts.values() for lot in account.lots}
        uses = defaultdict(list)
        for use_id, history_id, points, lot_id, card_id, remaining, *dates, state in rows:
            lot = lots.get(lot_id)
            if not lot:
                lot = lots[lot_id] = Lot(lot_id, card_id, float(remaining), *dates, state)
            uses[history_id].append([use_id, lot, float(points)])
        return uses

    @api.model
    def _get_lines(self, movements):
        """Return the lines of the movements; those that core has not written are written here."""
        History = self.env["loyalty.history"]
        new_lines = iter(
            History._post(
                [
                    self._prepare_line(movement)
                    for movement in movements
                    if not movement.get("history_id")
                ]
            )
        )
        return History.concat(
            *(
                History.browse(movement["history_id"])
                if movement.get("history_id")
                else next(new_lines)
                for movement in movements
            )
        )

    @api.model
    def _prepare_line(self, movement):
        names = ("card_id", "kind", "issued", "used", "reason", "partner_id")
        values = {name: movement[name] for name in names if movement.get(name)}
        if movement.get("order_id"):
            values |= {name: movement[name] for name in ("order_model", "order_id")}
        description = movement.get("description") or self._get_default_description(movement)
        return values | {"description": description}

    @api.model
    def _get_default_description(self, movement):
        descriptions = dict(
            self.env["loyalty.history"]._fields["kind"]._description_selection(self.env)
        )
        return descriptions[movement["kind"]]

    # Writing a posting

    @api.model
    def _write_posting(self, posting, lines):
        keys = {("line", index): line.id for index, line in enumerate(lines)}
        extra_lines = self.env["loyalty.history"]._post(
            [self._prepare_extra_line(values) for values in posting.extra_lines]
        )
        keys |= {("extra", index): line.id for index, line in enumerate(extra_lines)}
        self._create_lots(posting, keys)
        self._update_lots(posting)
        self._write_uses(posting, keys)
        self._write_accounts(posting)

    @api.model
    def _prepare_extra_line(self, values):
        """The line of a movement that follows from another one.

        Owed points were counted as used when they were taken back: the line that settles them only
        tells it, so that the lines of a card always add up to what it holds, less what it owes.
        """
        line = {name: value for name, value in values.items() if name != "cause"}
        if values["cause"] == "debt":
            card = self.browse(values["card_id"])
            description = self.env._(
                "%(points)s of these were owed: taken back after they had been spent",
                points=card._format_points(values["used"]),
            )
            return line | {"used": 0.0, "description": description}
        return line | {"description": self.env._("Points expired")}

    @api.model
    def _create_lots(self, posting, keys):
        lots = without_defaults(self.env["loyalty.lot"]).create(
            [
                {
                    "card_id": lot.card_id,
                    "history_id": (
                        lot.line_key[1] if lot.line_key[0] == "id" else keys[lot.line_key]
                    ),
                    "kind": lot.kind if lot.kind in self._get_lot_kinds() else "adjust",
                    "points": lot.points,
                    "remaining": lot.remaining,
                    "available_date": lot.available_date,
                    "expiration_date": lot.expiration_date,
                    "state": lot.state,
                }
                for lot in posting.new_lots
            ]
        )
        for lot, record in zip(posting.new_lots, lots, strict=True):
            lot.id = record.id

    @api.model
    def _get_lot_kinds(self):
        return self.env["loyalty.lot"]._fields["kind"].get_values(self.env)

    @api.model
    def _update_lots(self, posting):
        lots = posting.get_changed_lots()
        if not lots:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_lot
                   SET remaining = changed.remaining,
                       points = loyalty_lot.points - changed.split,
                       state = changed.state,
                       available_date = changed.available_date,
                       expiration_date = changed.expiration_date
                  FROM unnest(
                           %s::int[], %s::numeric[], %s::numeric[], %s::varchar[],
                           %s::date[], %s::date[]
                       ) AS changed(id, remaining, split, state, available_date, expiration_date)
                 WHERE loyalty_lot.id = changed.id
                """,
                [lot.id for lot in lots],
                [lot.remaining for lot in lots],
                [lot.split for lot in lots],
                [lot.state for lot in lots],
                [lot.available_date or None for lot in lots],
                [lot.expiration_date or None for lot in lots],
            )
        )
        self.env["loyalty.lot"].invalidate_model(
            ["points", "remaining", "state", "available_date", "expiration_date"]
        )
        self.invalidate_model(["points_pending"])

    @api.model
    def _write_uses(self, posting, keys):
        if posting.new_uses:
            without_defaults(self.env["loyalty.lot.use"]).create(
                [
                    {
                        "lot_id": lot.id,
                        "history_id": keys[key],
                        # given, so that the lots need not be read again for it
                        "company_id": self.browse(lot.card_id).company_id.id,
                        "points": points,
                    }
                    for lot, key, points in posting.new_uses
                ]
            )
        if posting.returned:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE loyalty_lot_use
                       SET returned = loyalty_lot_use.returned + given.points
                      FROM unnest(%s::int[], %s::numeric[]) AS given(id, points)
                     WHERE loyalty_lot_use.id = given.id
                    """,
                    list(posting.returned),
                    list(posting.returned.values()),
                )
            )
            self.env["loyalty.lot.use"].invalidate_model(["returned"])

    @api.model
    def _write_accounts(self, posting):
        """Write the balances; core tracks them and sends the mails of milestones."""
        card_ids_by_balance = defaultdict(list)
        for account in posting.accounts.values():
            card_ids_by_balance[account.points, account.debt].append(account.card_id)
        for (points, debt), card_ids in card_ids_by_balance.items():
            cards = self.browse(card_ids)
            moved = cards.filtered(lambda card, points=points: card.points != points)
            if moved:
                moved._write_balance({"points": points})
            owing = cards.filtered(lambda card, debt=debt: card.points_debt != debt)
            if owing:
                owing._write_balance({"points_debt": debt})

    @api.model
    def _raise_on_missing_points(self, error):
        card = self.browse(error.card_id)
        raise UserError(
            self.env._(
                "%(card)s holds %(available)s, but %(wanted)s are needed: take off a reward, or"
                " wait until points count.",
                card=card.display_name,
                available=card._format_points(error.available),
                wanted=card._format_points(error.wanted),
            )
        )
