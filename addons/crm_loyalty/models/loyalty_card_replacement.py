from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import card_number
from ..tools.one_card import move_open_orders

# What follows a card to the one that replaces it. Tiers are given by what the customer buys, which
# stays the same.
MOVED_FIELDS = (
    "program_id",
    "partner_id",
    "issue_date",
    "expiration_date",
    "is_shared",
    "contact_limit",
    "tier_id",
    "tier_since",
    "tier_below_since",
    "tier_pricelist_id",
)


class LoyaltyCard(models.Model):
    """Replacing a card: what it holds moves to another one by paired lines of history."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    def action_replace(self):
        """Ask for the reason and, where there is one, the number of the new card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replace Card"),
            "res_model": "loyalty.card.replace",
            "view_mode": "form",
            "target": "new",
            "context": {"default_card_id": self.id},
        }

    def _replace(self, reason, number=False):
        """Replace a card by a new one, or by the printed card ``number``; return that.

        Whoever serves customers may do so, the new card being the same customer's; a card that
        somebody blocked is an administrator's matter.
        """
        self.ensure_one()
        self.check_access("read")
        self._raise_unless_replaceable()
        stock = self._get_replacement(number)
        # sudo: checked above; balances and states are written by no user
        card = self.sudo()
        if not card.try_lock_for_update():
            raise UserError(
                self.env._(
                    "Somebody else is using the card %(card)s: try again in a moment.",
                    card=self.display_name,
                )
            )
        values = card._prepare_replacement(number)
        card._retire()
        if stock:
            stock.write(values)
            successor = stock
        else:
            successor = card.with_context(loyalty_no_mail=True).create(values)
        card._move_to(successor, reason)
        return successor.sudo(self.env.su)

    def _raise_unless_replaceable(self):
        if self.state == "replaced":
            self._raise_on_blocked()
        if self.state == "blocked" and not self.env.user.has_group(
            "crm_loyalty.group_crm_loyalty_manager"
        ):
            raise AccessError(
                self.env._(
                    "The card %(number)s is blocked (%(reason)s): only a loyalty administrator may"
                    " replace it.",
                    number=self.number or self.code,
                    reason=self.block_reason,
                )
            )
        if not self.active:
            raise UserError(
                self.env._(
                    "The card %(card)s is archived: unarchive it before you replace it.",
                    card=self.display_name,
                )
            )
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "The card %(card)s has no customer: hand out another one instead.",
                    card=self.display_name,
                )
            )

    def _get_replacement(self, number):
        """Return the printed card with a number, if there is one; raise when it is of no use."""
        number = card_number.tidy(number)
        # sudo: a number taken in another company is taken
        cards = self.sudo().with_context(active_test=False)
        if not number:
            return cards.browse()
        self._raise_on_faulty_number(number)
        stock = cards.search(Domain("number", "=", number))
        if not stock:
            return stock
        stock._raise_unless_in_stock()
        if stock.program_id != self.program_id:
            raise UserError(
                self.env._(
                    "The card %(number)s is of the program %(other)s: take one of %(program)s.",
                    number=number,
                    other=stock.program_id.name,
                    program=self.program_id.name,
                )
            )
        if not stock.try_lock_for_update():
            raise UserError(
                self.env._("Somebody else is handing out the card %(number)s.", number=number)
            )
        return stock

    def _prepare_replacement(self, number):
        """Return the values of the card that replaces this one."""
        self.ensure_one()
        values = {
            name: self._fields[name].convert_to_write(self[name], self) for name in MOVED_FIELDS
        }
        number = card_number.tidy(number)
        return values | {"number": number} if number else values

    def _retire(self):
        """Make the cards the old ones of their customers, before they get others."""
        self.write({"state": "replaced", "active": False, "block_reason": False})
        self.flush_recordset()

    def _move_to(self, successor, reason=False):
        """Move what retired cards hold, owe and wait for to the card that replaces them."""
        earlier = self.with_context(active_test=False).replaced_ids
        (self | earlier).write({"replaced_by_id": successor.id})
        self._transfer_to_successor(reason)
        self._transfer_waiting_points(reason)
        self._move_references(successor)

    def _move_references(self, successor):
        """Let other records refer to the successor; add-ons add theirs."""
        self.env["loyalty.tier.move"].search([("card_id", "in", self.ids)]).write(
            {"card_id": successor.id}
        )
        self.env.flush_all()
        move_open_orders(self.env.cr, self.ids, [successor.id] * len(self))
        self.env["sale.order"].invalidate_model(["applied_coupon_ids", "coupon_point_ids"])
        self.env["sale.order.coupon.points"].invalidate_model()
        self.env["sale.order.line"].invalidate_model(["coupon_id"])

    # Points

    def _transfer_to_successor(self, reason=False):
        """Move points and debts by paired lines of history; points keep their last day."""
        movements = [
            movement | {"reason": reason}
            for movement in self._prepare_points_transfer() + self._prepare_debt_transfer()
        ]
        if movements:
            self.with_context(loyalty_no_mail=True)._post_points(movements)

    def _transfer_waiting_points(self, reason=False):
        """Points that wait are the same lots on the new card: their order releases them there."""
        lots = self.env["loyalty.lot"].search(
            [("card_id", "in", self.ids), ("state", "=", "pending")]
        )
        movements = [
            movement | {"reason": reason}
            for card, waiting in lots.grouped("card_id").items()
            for movement in card._prepare_transfer(sum(waiting.mapped("remaining")))
        ]
        self.env["loyalty.history"]._post(movements)
        for successor, cards in self.grouped("replaced_by_id").items():
            lots.filtered(lambda lot, cards=cards: lot.card_id in cards).card_id = successor

    def _prepare_points_transfer(self):
        groups = self.env["loyalty.lot"]._read_group(
            [("card_id", "in", self.ids), ("state", "=", "available")],
            ["card_id", "expiration_date:day"],
            ["remaining:sum", "id:array_agg"],
        )
        movements = []
        for card, last_day, points, lot_ids in groups:
            if last_day and last_day < card._get_today():
                continue  # expires here, tonight
            debit, credit = card._prepare_transfer(points)
            movements += [debit | {"lot_ids": lot_ids}, credit | {"expiration_date": last_day}]
        return movements

    def _prepare_debt_transfer(self):
        movements = []
        for card in self.filtered("points_debt"):
            credit, debit = card._prepare_transfer(card.points_debt)
            credit["issued"], debit["used"] = credit.pop("used"), debit.pop("issued")
            movements += [credit, debit | {"allow_debt": True}]
        return movements

    def _prepare_transfer(self, points):
        """Return the movement out of this card and the one into its successor."""
        successor = self.replaced_by_id
        old_name, new_name = self.number or self.code, successor.number or successor.code
        return (
            {
                "card_id": self.id,
                "kind": "transfer",
                "used": points,
                "description": self.env._("Moved to the card %(number)s", number=new_name),
            },
            {
                "card_id": successor.id,
                "kind": "transfer",
                "issued": points,
                "description": self.env._("Moved from the card %(number)s", number=old_name),
            },
        )

    @api.model
    def _write_posting(self, posting, lines):
        """What orders give back to a card that was replaced since moves on to its successor."""
        result = super()._write_posting(posting, lines)
        replaced = self.browse(
            account.card_id
            for account in posting.accounts.values()
            if account.is_changed and (account.points or account.debt)
        ).filtered(lambda card: card.state == "replaced" and card.replaced_by_id)
        if replaced:
            replaced._transfer_to_successor()
        return result
