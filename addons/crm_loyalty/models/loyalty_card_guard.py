from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..tools.plain_context import without_defaults

MANAGER_GROUP = "crm_loyalty.group_crm_loyalty_manager"
# Follow from what happens to a card: nobody types them.
KEPT_FIELDS = frozenset(("company_id", "is_nominative", "points_debt", "referral_code"))
# Say whose the card is, what it is worth and how long: core lets salespersons write them.
MANAGER_FIELDS = frozenset(
    ("code", "contact_limit", "expiration_date", "is_shared", "order_id", "program_id")
)


class LoyaltyCard(models.Model):
    """What of a card its readers may not write, although core gives salespersons the right to."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Orders make cards as superuser: what a context says of a card is no part of it."""
        if not self.env.su:
            for vals in vals_list:
                self._raise_on_kept_fields(name for name, value in vals.items() if value)
        plain = without_defaults(self, "program_id", "partner_id")
        cards = super(LoyaltyCard, plain).create(vals_list).with_env(self.env)
        if not self.env.su:
            cards._raise_on_large_opening()
        return cards

    def write(self, vals):
        if not self.env.su:
            self._check_guarded_fields(vals)
        return super().write(vals)

    def _check_guarded_fields(self, vals):
        guarded = KEPT_FIELDS | MANAGER_FIELDS | {"partner_id"}
        changed = {name for name in guarded.intersection(vals) if self._changes(name, vals[name])}
        self._raise_on_kept_fields(changed)
        if "program_id" in changed and any(self.mapped("points")):
            raise UserError(
                self.env._(
                    "A card with points stays in its program, where they were earned: make the"
                    " customer a card of the other program."
                )
            )
        if self.env.user.has_group(MANAGER_GROUP):
            return
        is_taken_over = "partner_id" in changed and any(
            card.partner_id and not card.partner_id.is_public for card in self
        )
        if is_taken_over or MANAGER_FIELDS.intersection(changed):
            raise AccessError(
                self.env._(
                    "Only a loyalty administrator changes whose card it is and what it is good for:"
                    " ask one."
                )
            )

    def _changes(self, name, value):
        """Whether writing this changes a card: forms send what is there as well."""
        field = self._fields[name]
        return any(
            field.convert_to_cache(value, card) != field.convert_to_cache(card[name], card)
            for card in self
        )

    @api.model
    def _raise_on_kept_fields(self, names):
        if KEPT_FIELDS.intersection(names):
            raise AccessError(
                self.env._(
                    "What a card owes and its invitation code follow from what happens to it:"
                    " nobody changes them by hand."
                )
            )

    def _raise_on_large_opening(self):
        """New cards are no way around the second person of a large adjustment."""
        for card in self.filtered("is_nominative"):
            if card.points > card.program_id.adjustment_limit:
                raise UserError(
                    self.env._(
                        "A card of %(program)s starts with at most %(limit)s: give more by Update"
                        " Balance, where a second person approves them.",
                        program=card.program_id.name,
                        limit=card._format_points(card.program_id.adjustment_limit),
                    )
                )
