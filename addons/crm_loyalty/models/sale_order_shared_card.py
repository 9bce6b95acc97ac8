from odoo import models
from odoo.fields import Command, Domain

from ..tools.points_flow import get_flow, points_flow


class SaleOrder(models.Model):
    """Orders of a company's contacts earn and spend on the card that the company shares.

    Core knows the cards of the very customer of the order only. While it updates an order, programs
    with a shared card do not apply for it (it would make the contact a card), and what they earn is
    told where it asks what can be spent. Then it gets the points of the order put on the shared
    card, by its own method.
    """

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def action_confirm(self):
        for order in self:
            order._check_contact_limits()
        return super().action_confirm()

    def _update_programs_and_rewards(self):
        self.ensure_one()
        shared = self._get_shared_cards()
        if self.state != "sale":
            self._drop_cards_of_others(shared)
        if not shared:
            return super()._update_programs_and_rewards()
        # sudo: core writes and removes entries of points like this too
        entries = self.coupon_point_ids.sudo().filtered(lambda entry: entry.coupon_id in shared)
        if self.state == "sale":
            earned = {entry.coupon_id: entry.points for entry in entries}
        else:
            earned = self._compute_shared_points(shared)
            self.applied_coupon_ids |= shared
        entries.unlink()
        flow = {"order_id": self.id, "programs": shared.program_id, "earned": earned}
        with points_flow(self.env, "shared_cards", flow):
            result = super()._update_programs_and_rewards()
        self._put_on_shared_cards(earned)
        return result

    def _put_on_shared_cards(self, earned):
        if self.state != "sale":
            self._add_points_for_coupon(dict(earned))
            return
        # posted already: core's method would add them to the card again
        commands = [
            Command.create({"coupon_id": card.id, "points": points})
            for card, points in earned.items()
        ]
        # sudo: as in _update_programs_and_rewards
        self.sudo().write({"coupon_point_ids": commands})

    def _get_shared_cards(self):
        """Return the shared cards that the order's customer uses instead of own ones."""
        self.ensure_one()
        company = self.partner_id.commercial_partner_id
        if company == self.partner_id:
            return self.env["loyalty.card"]
        owners = Domain("company_id", "=", False) | Domain(
            "company_id", "parent_of", self.company_id.ids
        )
        return self.env["loyalty.card"].search(
            owners
            & Domain("is_shared", "=", True)
            & Domain("partner_id", "=", company.id)
            & Domain("is_nominative", "=", True)
        )

    def _compute_shared_points(self, cards):
        """Return {card: points} that the order earns on those of the shared cards that apply."""
        applied = self.coupon_point_ids.coupon_id.program_id
        usable = cards.filtered(lambda card: card.state == "active")
        programs = usable.program_id.filtered_domain(self._get_program_domain()).filtered(
            lambda program: program in applied or program._applies_by_itself()
        )
        statuses = self._program_check_compute_points(programs)
        return {
            card: statuses[card.program_id]["points"][0]
            for card in usable
            if "points" in statuses.get(card.program_id, {})
        }

    def _drop_cards_of_others(self, shared):
        """Forget cards of the customer whom the order had before.

        Core leaves their points to spend, and puts what the order earns on a new card of nobody.
        """

        def is_foreign(card):
            holder = card.partner_id
            return (
                card.is_nominative and holder and holder != self.partner_id and card not in shared
            )

        # sudo: as in _update_programs_and_rewards
        self.coupon_point_ids.sudo().filtered(lambda entry: is_foreign(entry.coupon_id)).unlink()
        if foreign := self.applied_coupon_ids.filtered(is_foreign):
            self.applied_coupon_ids -= foreign

    def _check_contact_limits(self):
        """Raise a sentence when the rewards on the order are more than the contact may spend."""
        for card, lines in self.order_line.grouped("coupon_id").items():
            if card and card._is_limited_for(self.partner_id):
                spent = card._get_spent_by(self.partner_id)[card, self.partner_id]
                wanted = sum(lines.mapped("points_cost"))
                card._raise_on_contact_limit(self.partner_id, wanted, spent)

    # Overrides of what core asks while it updates an order

    def _program_check_compute_points(self, programs):
        flow = self._get_shared_flow()
        if not flow:
            return super()._program_check_compute_points(programs)
        shared = programs & flow["programs"]
        result = super()._program_check_compute_points(programs - shared)
        message = self.env._("The points of this program go to the card of the company.")
        return result | {program: {"error": message} for program in shared}

    def _try_apply_program(self, program, coupon=None):
        if not coupon and program.is_nominative:
            shared = self._get_shared_cards()
            coupon = shared.filtered(lambda card: card.program_id == program) or None
        return super()._try_apply_program(program, coupon)

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        points = super()._get_real_points_for_coupon(coupon, post_confirm=post_confirm)
        if self.state == "sale" or not coupon.is_shared:
            return points
        flow = self._get_shared_flow()
        program = coupon.program_id
        if flow and program.applies_on != "future" and not program._waits_for_money():
            points += flow["earned"].get(coupon, 0)
        if not coupon._is_limited_for(self.partner_id):
            return points
        spent = coupon._get_spent_by(self.partner_id)[coupon, self.partner_id]
        on_order = self.order_line.filtered(lambda line: line.coupon_id == coupon)
        left = coupon.contact_limit - spent - sum(on_order.mapped("points_cost"))
        return min(points, left)

    def _get_tier_multipliers(self, programs):
        """The tier of the company counts for what its contacts earn on its card."""
        multipliers = super()._get_tier_multipliers(programs)
        if programs and self.partner_id.commercial_partner_id != self.partner_id:
            # sudo: an eCommerce customer earns by the tier without reading cards
            for card in self.sudo()._get_shared_cards():
                program = programs.browse(card.program_id.id)
                multipliers.pop(program, None)
                if program in programs and card.tier_id:
                    multipliers[program] = card.tier_id.multiplier
        return multipliers

    def _get_shared_flow(self):
        flow = get_flow(self.env, "shared_cards")
        return flow if flow and flow["order_id"] == self.id else None
