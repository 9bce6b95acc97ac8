from odoo import models
from odoo.exceptions import UserError


class ProductAffinity(models.Model):
    """Pairs that somebody chose become optional products."""

    _inherit = "product.affinity"  # pylint: disable=consider-merging-classes-inherited

    def action_set_optional_products(self):
        """Offer the other product of each pair as optional product of the first."""
        pairs = self.mapped(lambda row: (row.product_id.product_tmpl_id, row.other_product_id))
        allowed = [
            (template.id, other.product_tmpl_id.id)
            for template, other in pairs
            if template._may_have_optional(other)
        ]
        if self and not allowed:
            raise UserError(
                self.env._(
                    "None of these can be an optional product: choose products that are active "
                    "and for sale, of the same company or of none."
                )
            )
        return self.env["product.template"]._add_optional_products(allowed)
