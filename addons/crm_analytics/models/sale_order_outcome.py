from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Tells the suggestions of a quotation how it ended. Saving one costs nothing by it."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def action_draft(self):
        result = super().action_draft()
        self.filtered(lambda order: order.state == "draft")._get_logged_suggestions()._reopen()
        return result

    def _action_confirm(self):
        result = super()._action_confirm()
        self._settle_suggestions()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._settle_suggestions()
        return result

    def _settle_suggestions(self):
        self._get_logged_suggestions()._settle()

    def _get_logged_suggestions(self):
        """Return what was proposed on the orders; on one held out nothing was."""
        # sudo: whoever may confirm or cancel an order, a customer too, may not write the log.
        suggestions = self.env["sale.suggestion"].sudo()
        return suggestions.search_fetch(
            Domain("order_id", "in", self.ids) & Domain("state", "!=", "held_out"),
            ["order_id", "product_id", "state"],
        )
