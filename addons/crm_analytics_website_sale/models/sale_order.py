from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_suggestion_domain(self, basket):
        """Leave out the alternatives of what is on the order: who has the one needs no other.

        In both directions, as the shop names the dearer product the alternative of the cheaper.
        """
        domain = super()._get_suggestion_domain(basket)
        if not basket:
            return domain
        on_order = [("product_variant_ids", "in", basket.ids)]
        return domain & Domain(
            "product_tmpl_id",
            "not any",
            Domain("alternative_of_ids", "any", on_order)
            | Domain("alternative_product_ids", "any", on_order),
        )
