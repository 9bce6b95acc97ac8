from odoo import models
from odoo.exceptions import UserError


class LoyaltyCard(models.Model):
    """Spending points without an order: the reward is taken home as a voucher."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    def _redeem_voucher(self, reward, points=0.0):
        """Spend points on ``reward`` and return the voucher, a loyalty.card of its own.

        Both happen or none; two desks at once cannot spend the same points. Needs sudo: the caller
        decides who may.

        :param points: how many, for a reward that is worth so much a point; 0: all of them
        """
        self.ensure_one()
        self._raise_on_unusable_card(self.company_id or self.env.company)
        self._raise_on_ended_program()
        reward._raise_unless_of_card(self)
        self._raise_on_limited_contacts()
        spent = reward._get_spent_points(self, points)
        self._raise_on_too_few_points(reward, spent)
        voucher = reward._make_voucher(self, spent)
        self._post_points(
            [
                {
                    "card_id": self.id,
                    "kind": "redeem",
                    "used": spent,
                    "description": self.env._("Voucher: %(reward)s", reward=reward.description),
                    "order_model": voucher._name,
                    "order_id": voucher.id,
                    "partner_id": self.partner_id.id,
                }
            ]
        )
        return voucher

    def _raise_on_too_few_points(self, reward, spent):
        """Say it in the words of the desk; the ledger decides, should it change meanwhile."""
        self.ensure_one()
        needed = max(spent, reward.required_points)
        if self.points < needed:
            raise UserError(
                self.env._(
                    "%(reward)s needs %(needed)s, and the card has %(points)s.",
                    reward=reward.description,
                    needed=self._format_points(needed),
                    points=self._format_points(self.points),
                )
            )
        if spent < needed:
            raise UserError(
                self.env._(
                    "%(reward)s needs %(needed)s: enter at least as many.",
                    reward=reward.description,
                    needed=self._format_points(needed),
                )
            )

    def _raise_on_limited_contacts(self):
        """A voucher names nobody of the company, whose people may spend only so much each."""
        self.ensure_one()
        if self.is_shared and self.contact_limit:
            raise UserError(
                self.env._(
                    "The card %(number)s is shared, with a limit for each contact: make a quotation"
                    " for the contact who spends the points.",
                    number=self.number or self.code,
                )
            )

    def _raise_on_ended_program(self):
        self.ensure_one()
        program = self.program_id
        if not program.active or (program.date_to and program.date_to < self._get_today()):
            raise UserError(
                self.env._(
                    "The program %(program)s has ended: its points cannot be spent any more.",
                    program=program.name,
                )
            )
