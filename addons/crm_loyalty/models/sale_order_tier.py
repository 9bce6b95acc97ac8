from odoo import models
from odoo.tools import float_round


class SaleOrder(models.Model):
    """Orders of customers in a tier earn more points."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _program_check_compute_points(self, programs):
        result = super()._program_check_compute_points(programs)
        earning = programs.filtered(
            lambda program: (
                program.program_type == "loyalty" and any(result[program].get("points", ()))
            )
        )
        for program, multiplier in self._get_tier_multipliers(earning).items():
            result[program]["points"] = [
                float_round(points * multiplier, precision_digits=2, rounding_method="DOWN")
                for points in result[program]["points"]
            ]
        return result

    def _get_tier_multipliers(self, programs):
        """Return {program: multiplier} by the tier of the card that the order earns on.

        That is the card which the customer's company shares, or else the customer's own.
        """
        if not programs:
            return {}
        customer = self.partner_id
        # sudo: an eCommerce customer earns by the tier without reading cards
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search_fetch(
                [
                    ("program_id", "in", programs.ids),
                    ("partner_id", "in", (customer | customer.commercial_partner_id).ids),
                ],
                ["program_id", "partner_id", "tier_id", "is_shared"],
            )
        )
        earning = cards.filtered(lambda card: card.is_shared or card.partner_id == customer)
        card_by_program = {card.program_id.id: card for card in earning.sorted("is_shared")}
        return {
            programs.browse(program_id): card.tier_id.multiplier
            for program_id, card in card_by_program.items()
            if card.tier_id
        }
