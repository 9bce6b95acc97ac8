from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round


class LoyaltyProgram(models.Model):
    """What complaints need to know of a program."""

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    def _get_money_per_point(self):
        """What a point is worth in the currency of the program: by the best reward; 0 if none."""
        self.ensure_one()
        rewards = self.reward_ids.filtered(
            lambda reward: reward.reward_type == "discount" and reward.discount_mode == "per_point"
        )
        return max(rewards.mapped("discount"), default=0.0)

    def _tells_compensation_value(self, kind):
        """Whether a reward says what points or a voucher are worth, so that nobody estimates it."""
        self.ensure_one()
        if self._get_money_per_point():
            return True
        return kind == "voucher" and bool(self._get_fixed_reward())

    def _get_fixed_reward(self):
        """What a coupon takes off an order, in the currency of the program; 0 for a percentage."""
        self.ensure_one()
        rewards = self.reward_ids.filtered(
            lambda reward: reward.reward_type == "discount" and reward.discount_mode == "per_order"
        )
        return max(rewards.mapped("discount"), default=0.0)

    def _get_points_value(self, points, company):
        """What points are worth in the currency of the company, today."""
        self.ensure_one()
        return self.currency_id._convert(
            points * self._get_money_per_point(),
            company.currency_id,
            company,
            fields.Date.context_today(self),
        )

    def _get_voucher_points(self, amount, company):
        """How many points a voucher worth `amount` in company currency carries.

        A gift card carries money. A coupon carries what its cheapest reward costs, whatever that
        reward is worth.
        """
        self.ensure_one()
        money_per_point = self._get_money_per_point()
        if not money_per_point:
            return min(self.reward_ids.mapped("required_points"), default=0.0) or 1.0
        converted = company.currency_id._convert(
            amount, self.currency_id, company, fields.Date.context_today(self)
        )
        return float_round(converted / money_per_point, precision_digits=2)

    def _get_voucher_value(self, company):
        """What a coupon is worth in company currency, when its reward is a fixed amount; else 0."""
        self.ensure_one()
        return self.currency_id._convert(
            self._get_fixed_reward(),
            company.currency_id,
            company,
            fields.Date.context_today(self),
        )

    def _format_compensation_points(self, points):
        self.ensure_one()
        return self.env["loyalty.card"].new({"program_id": self.id})._format_points(points)

    def _raise_unless_of_company(self, company):
        self.ensure_one()
        if self.company_id and self.company_id not in company.parent_ids:
            raise UserError(
                self.env._(
                    "The program %(program)s is of another company: choose one of %(company)s.",
                    program=self.name,
                    company=company.display_name,
                )
            )

    def _find_compensation_card(self, partner):
        """The card that takes points for `partner`: the person's own, else the company's.

        None (empty) when a card has to be made; a sentence when the only one is archived.
        """
        self.ensure_one()
        holders = partner | partner.commercial_partner_id
        cards = (
            self.env["loyalty.card"]
            .with_context(active_test=False)
            .search([("program_id", "=", self.id), ("partner_id", "in", holders.ids)], order="id")
        )
        usable = cards.filtered("active")
        own = usable.filtered(lambda card: card.partner_id == partner)
        if cards and not usable:
            raise UserError(
                self.env._(
                    "The card %(card)s of %(customer)s is archived: unarchive it first, or give a"
                    " voucher.",
                    card=cards[0].display_name,
                    customer=cards[0].partner_id.display_name,
                )
            )
        return (own or usable)[:1]
