from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .ir_sequence import CARD_NUMBER_CODE


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    card_sequence_id = fields.Many2one(
        string="Card Numbers",
        help="Where the numbers of this program's cards come from. Leave empty to share the"
        " numbers of all programs; choose a sequence to give the cards a prefix of their own.",
        comodel_name="ir.sequence",
        domain=[("code", "=", CARD_NUMBER_CODE)],
        ondelete="restrict",
    )

    @api.constrains("card_sequence_id")
    def _check_card_sequence(self):
        for program in self:
            # sudo: sequences are set up by administrators, programs by sales managers
            sequence = program.card_sequence_id.sudo()
            if sequence and sequence.code != CARD_NUMBER_CODE:
                raise ValidationError(
                    self.env._(
                        "The sequence %(sequence)s does not make card numbers: choose one whose"
                        " code is %(code)s.",
                        sequence=sequence.name,
                        code=CARD_NUMBER_CODE,
                    )
                )

    @api.model
    def _get_numbered_program_types(self):
        """Program types whose cards get a number.

        Only loyalty cards: a customer carries one number, and it says who the customer is. Coupons,
        gift cards and eWallets are worth money to whoever knows them, so they keep core's random
        code and get no number that could be guessed from the one before it.
        """
        return ("loyalty",)

    def _has_numbered_cards(self):
        """Tell whether cards of this program (or of no program: never) get a number."""
        return self.program_type in self._get_numbered_program_types()

    def _applies_by_itself(self):
        """Tell whether orders earn points of this program without a code, as core decides it."""
        self.ensure_one()
        is_open = not self.limit_usage or self.total_order_count < self.max_usage
        return self.trigger == "auto" and is_open and "auto" in self.rule_ids.mapped("mode")

    def _get_card_sequence(self):
        """Return the sequence, as superuser, that numbers the cards of this program."""
        self.ensure_one()
        # sudo: whoever may create a card may number it; eCommerce visitors read no sequences
        sequence = self.sudo().card_sequence_id or self.sudo().env.ref(
            "crm_loyalty.sequence_loyalty_card_number", raise_if_not_found=False
        )
        if not sequence:
            raise UserError(
                self.env._(
                    "The shared sequence of card numbers was deleted: choose a sequence in the"
                    " field Card Numbers of the program %(program)s.",
                    program=self.name,
                )
            )
        return sequence
