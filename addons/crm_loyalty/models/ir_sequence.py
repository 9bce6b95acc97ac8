from itertools import pairwise

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..tools import card_number

CARD_NUMBER_CODE = "loyalty.card.number"


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.constrains(
        "active",
        "code",
        "implementation",
        "number_increment",
        "padding",
        "prefix",
        "suffix",
        "use_date_range",
    )
    def _check_loyalty_card_numbers(self):
        """Keep the sequences of card numbers to twelve digits, each with a prefix of its own.

        "No gap" is refused because it locks its row until the transaction ends: of two orders
        confirmed at once, one would fail.
        """
        sequences = self.filtered(lambda sequence: sequence.code == CARD_NUMBER_CODE)
        if not sequences:
            return
        for sequence in sequences:
            prefix = sequence.prefix or ""
            if (
                sequence.implementation != "standard"
                or sequence.use_date_range
                or sequence.number_increment < 1
            ):
                raise ValidationError(
                    self.env._(
                        "The sequence %(sequence)s makes card numbers: it must be of the Standard"
                        " implementation, without subsequences, with a step of 1 or more.",
                        sequence=sequence.name,
                    )
                )
            if (
                sequence.suffix
                or sequence.padding < 1
                or not card_number.is_digits(prefix)
                or len(prefix) + sequence.padding != card_number.BODY_LENGTH
            ):
                raise ValidationError(
                    self.env._(
                        "The sequence %(sequence)s makes card numbers: prefix (digits only) and"
                        " sequence size must add up to 12 digits, without a suffix. The check"
                        " digit is added to them.",
                        sequence=sequence.name,
                    )
                )
        self._check_loyalty_card_prefixes()

    def _check_loyalty_card_prefixes(self):
        """Two sequences that could make the same number are a mistake: say so at once."""
        sequences = self.with_context(active_test=False).search([("code", "=", CARD_NUMBER_CODE)])
        for first, second in pairwise(sequences.sorted(lambda sequence: sequence.prefix or "")):
            if (second.prefix or "").startswith(first.prefix or ""):
                raise ValidationError(
                    self.env._(
                        "The card numbers of %(first)s begin with %(first_prefix)s and those of"
                        " %(second)s with %(second_prefix)s, so both could make the same number:"
                        " choose another prefix.",
                        first=first.name,
                        first_prefix=first.prefix,
                        second=second.name,
                        second_prefix=second.prefix,
                    )
                )

    def _next_loyalty_card_numbers(self, count):
        """Draw ``count`` card numbers, check digit included, in one query."""
        self.ensure_one()
        prefix, padding = self.prefix or "", self.padding
        bodies = [f"{prefix}{value:0{padding}d}" for value in self._draw_values(count)]
        if len(bodies[-1]) != card_number.BODY_LENGTH:
            raise UserError(
                self.env._(
                    "The sequence %(sequence)s has no card numbers left: give it another prefix"
                    " and start it again from 1.",
                    sequence=self.name,
                )
            )
        return [card_number.add_check_digit(body) for body in bodies]
