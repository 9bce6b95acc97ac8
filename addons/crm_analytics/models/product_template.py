from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    affinity_count = fields.Integer(string="Goes With", compute="_compute_affinity_count")

    def _compute_affinity_count(self):
        for template in self:
            template.affinity_count = sum(template.product_variant_ids.mapped("affinity_count"))

    def action_view_affinities(self):
        """Open what goes with any of the variants."""
        return self.product_variant_ids.action_view_affinities()
