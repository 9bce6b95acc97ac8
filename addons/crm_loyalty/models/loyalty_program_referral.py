from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.points import POINTS_DIGITS
from .loyalty_campaign import VOUCHER_TYPES


class LoyaltyProgram(models.Model):
    """What customers get who bring a friend, and what the friend gets."""

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    referral_active = fields.Boolean(
        string="Invite Friends",
        help="Each card has a code and a link. Who comes by it and buys brings both a reward.",
    )
    referral_reward = fields.Selection(
        selection=[("points", "Points"), ("voucher", "A Voucher")],
        string="Reward",
        default="points",
        required=True,
    )
    referral_points = fields.Float(
        string="Points for the Customer",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        default=100,
    )
    referral_friend_points = fields.Float(
        string="Points for the Friend",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        default=100,
    )
    referral_program_id = fields.Many2one(
        comodel_name="loyalty.program",
        string="Voucher for Both",
        domain=[("program_type", "in", VOUCHER_TYPES)],
        check_company=True,
        ondelete="restrict",
    )
    referral_return_days = fields.Integer(
        string="Return Window",
        default=30,
        help="So many days after the date of the friend's first paid invoice the rewards are"
        " given, unless the goods came back.",
    )
    referral_yearly_cap = fields.Integer(
        string="At Most a Year",
        default=10,
        help="So many friends of one card are rewarded in a calendar year. 0: any number.",
    )

    _referral_numbers_positive = models.Constraint(
        "CHECK (referral_points >= 0 AND referral_friend_points >= 0"
        " AND referral_return_days >= 0 AND referral_yearly_cap >= 0)",
        "Points, days and numbers of friends cannot be negative.",
    )

    @api.constrains(
        "referral_active",
        "referral_reward",
        "referral_points",
        "referral_friend_points",
        "referral_program_id",
    )
    def _check_referral_reward(self):
        for program in self.filtered("referral_active"):
            if program.referral_reward == "voucher" and not program.referral_program_id:
                raise ValidationError(
                    self.env._("Choose the voucher for those who invite friends, or give points.")
                )
            if program.referral_reward == "points" and not (
                program.referral_points or program.referral_friend_points
            ):
                raise ValidationError(
                    self.env._("Enter the points for the customer or for the invited friend.")
                )

    def _is_referring(self):
        """Tell whether cards of this program bring rewards for friends now."""
        return bool(self.active and self.referral_active and self.program_type == "loyalty")

    def _format_friend_reward(self):
        """What a friend is promised, in words."""
        self.ensure_one()
        if self.referral_reward == "voucher":
            return self.referral_program_id.reward_ids[:1].description or self.env._("a voucher")
        if not self.referral_friend_points:
            return False
        return self._format_compensation_points(self.referral_friend_points)
