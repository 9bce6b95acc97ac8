from odoo import models
from odoo.exceptions import MissingError


class LoyaltyHistory(models.Model):
    """The orders that the lines of a card name, some of which are deleted by now."""

    _inherit = "loyalty.history"  # pylint: disable=consider-merging-classes-inherited

    def _read_portal_orders(self):
        """Read the orders of all lines at once, so that showing a line reads nothing more."""
        for model_name, lines in self.filtered("order_id").grouped("order_model").items():
            orders = self.env[model_name].browse(set(lines.mapped("order_id")))
            orders.exists().mapped("display_name")

    def _get_order_portal_url(self):
        """Lines of a cancelled order stay when the order is deleted: they lead nowhere then."""
        try:
            return super()._get_order_portal_url()
        except MissingError:
            return False

    def _get_order_description(self):
        try:
            return super()._get_order_description()
        except MissingError:
            return ""
