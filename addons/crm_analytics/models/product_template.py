from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    affinity_count = fields.Integer(string="Bought With", compute="_compute_cross_selling_counts")
    upsell_count = fields.Integer(string="Up-Sell", compute="_compute_cross_selling_counts")

    bought_once = fields.Boolean(
        help="A durable good: it is not proposed to a customer who has it.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cross_selling_counts(self):
        by_template = self.env["product.affinity"]._get_mining_settings()["level"] == "template"
        for template in self:
            variants = template.product_variant_ids
            # By template, each variant says what is known of all of them.
            variants = variants[:1] if by_template else variants
            template.affinity_count = sum(variants.mapped("affinity_count"))
            template.upsell_count = sum(variants.mapped("upsell_count"))

    def action_view_affinities(self):
        """Open what is bought with any of the variants."""
        return self.product_variant_ids.action_view_affinities()

    def action_view_upsells(self):
        """Open what customers of any of the variants moved to."""
        return self.product_variant_ids.action_view_upsells()
