from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError

# What of a reward a voucher promises: once it is changed, new vouchers are of another program
PROMISE_FIELDS = frozenset(
    (
        "description",
        "discount",
        "discount_applicability",
        "discount_max_amount",
        "discount_mode",
        "discount_product_category_id",
        "discount_product_domain",
        "discount_product_ids",
        "discount_product_tag_id",
        "reward_product_id",
        "reward_product_qty",
        "reward_product_tag_id",
        "reward_type",
    )
)
VOUCHER_MONTHS = 3


class LoyaltyReward(models.Model):
    """A reward that is taken home as a voucher: the points are spent now, the reward comes later.

    A voucher is a coupon of a program with the same reward, which is made for the first of them.
    """

    _inherit = "loyalty.reward"

    voucher_program_id = fields.Many2one(
        help="The coupons that customers get for this reward when they take it as a voucher.",
        comodel_name="loyalty.program",
        ondelete="set null",
        readonly=True,
        copy=False,
    )

    def write(self, vals):
        if PROMISE_FIELDS.intersection(vals):
            vals = {"voucher_program_id": False} | vals
        return super().write(vals)

    def _is_per_point(self):
        """Whether the customer chooses how many points to spend."""
        self.ensure_one()
        return self.reward_type == "discount" and self.discount_mode == "per_point"

    def _get_spent_points(self, card, points=0.0):
        """How many points of ``card`` this reward costs; ``points`` where the customer chooses."""
        self.ensure_one()
        if self.clear_wallet:
            return card.points
        if self._is_per_point():
            return points or card.points
        return self.required_points

    def _make_voucher(self, card, spent):
        """Make the voucher of the holder of ``card`` for ``spent`` points. Needs sudo."""
        self.ensure_one()
        program = self._get_voucher_program()
        return program._issue_voucher(
            card.partner_id,
            expiration_date=card._get_today() + relativedelta(months=VOUCHER_MONTHS),
            description=self.env._("For %(points)s", points=card._format_points(spent)),
            points=spent if self._is_per_point() else 1.0,
        )

    def _get_voucher_program(self):
        """The program of coupons with this reward; it is made when there is none yet."""
        self.ensure_one()
        program = self.voucher_program_id
        if program.active:
            return program
        values = self.copy_data({"required_points": 1.0, "clear_wallet": False})[0]
        values.pop("program_id")
        programs = self.env["loyalty.program"]
        program = programs.create(
            programs._program_type_default_values()["coupons"]
            | {
                "name": self.env._(
                    "%(program)s: vouchers for %(reward)s",
                    program=self.program_id.name,
                    reward=self.description,
                ),
                "program_type": "coupons",
                "company_id": self.program_id.company_id.id,
                "currency_id": self.program_id.currency_id.id,
                "portal_visible": True,
                "reward_ids": [fields.Command.clear(), fields.Command.create(values)],
            }
        )
        self.copy_translations(program.reward_ids)
        self.voucher_program_id = program
        return program

    def _raise_unless_of_card(self, card):
        """Raise a sentence that says why ``card`` cannot be spent on this reward, if so."""
        self.ensure_one()
        if self.program_id != card.program_id or not self.active:
            raise UserError(
                self.env._(
                    "%(program)s has no such reward any more: scan the card again.",
                    program=card.program_id.name,
                )
            )
