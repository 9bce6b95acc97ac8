from odoo import models
from odoo.exceptions import UserError

# Programs whose cards are handed out one by one, each good for a reward to who holds it
VOUCHER_TYPES = ("coupons", "next_order_coupons", "gift_card")


class LoyaltyProgram(models.Model):
    """Vouchers made for chosen customers: by greetings, questionnaires and campaigns."""

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    def _issue_voucher(self, partners, *, expiration_date=False, description=False, points=None):
        """Make one personal voucher for each of `partners`, in their order, and return the cards.

        A fixed number of queries, however many customers there are. Core's message about a new
        coupon is not sent: the caller has one of its own, which names the code. The caller also
        decides who may issue (sudo) and that nobody gets a second one.

        :param expiration_date: the last day the voucher can be used; False: as long as the program
        :param description: what the customer reads beside it in the history
        :param points: what is put on it; None: what the cheapest reward costs. A gift card
            carries money, so it needs them.
        """
        self.ensure_one()
        self._raise_unless_issues_vouchers(points)
        points = self._get_issued_points() if points is None else points
        cards = self.env["loyalty.card"].with_context(
            loyalty_no_mail=True, mail_create_nolog=True, tracking_disable=True
        )
        cards = cards.create(
            [
                {
                    "program_id": self.id,
                    "partner_id": partner.id,
                    "points": points,
                    "expiration_date": expiration_date,
                }
                for partner in partners
            ]
        )
        self.env["loyalty.history"].create(
            [
                {
                    "card_id": card.id,
                    "issued": points,
                    "description": description or self.env._("Gift For Customer"),
                }
                for card in cards
            ]
        )
        return cards.with_env(self.env)

    def _get_issued_points(self):
        """What a voucher carries: enough for the cheapest reward."""
        self.ensure_one()
        return min(self.reward_ids.mapped("required_points"), default=0.0) or 1.0

    def _raise_unless_issues_vouchers(self, points=None):
        """Raise a sentence that says why no voucher of this program can be given now, if so."""
        self.ensure_one()
        if self.program_type not in VOUCHER_TYPES:
            raise UserError(
                self.env._(
                    "%(program)s gives no vouchers: choose a program of coupons.",
                    program=self.name,
                )
            )
        if self.program_type == "gift_card" and not points:
            raise UserError(
                self.env._(
                    "A gift card of %(program)s needs an amount: choose a program of coupons to"
                    " give everybody the same reward.",
                    program=self.name,
                )
            )
        if not self.active:
            raise UserError(
                self.env._(
                    "The program %(program)s is archived: unarchive it, or choose another for the"
                    " vouchers.",
                    program=self.name,
                )
            )
        if self.date_to and self.date_to < (self.company_id or self.env.company)._get_today():
            raise UserError(
                self.env._(
                    "The program %(program)s has ended: extend it, or choose another for the"
                    " vouchers.",
                    program=self.name,
                )
            )
