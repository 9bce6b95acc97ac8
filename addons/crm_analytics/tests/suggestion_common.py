from odoo import Command

from .common import BasketCommon


class SuggestionCommon(BasketCommon):
    """Quotations with suggestions as the panel logs them."""

    @classmethod
    def propose(cls, order, letters, state="shown", **values):
        """Log products as proposed on a quotation."""
        return cls.env["sale.suggestion"].create(
            [
                {
                    "order_id": order.id,
                    "product_id": cls.letters[letter].id,
                    "state": state,
                    "kind": "affinity",
                    **values,
                }
                for letter in letters
            ]
        )

    @classmethod
    def add_line(cls, order, letter, quantity=1, **values):
        order.order_line = [
            Command.create(
                {
                    "product_id": cls.letters[letter].id,
                    "product_uom_qty": quantity,
                    **values,
                }
            )
        ]
        return order.order_line[-1]

    def get_states(self, order):
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", order.id)])
        return {suggestion.product_id.name: suggestion.state for suggestion in suggestions}
