from odoo import fields, models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _inherit = "product.product"

    affinity_count = fields.Integer(string="Goes With", compute="_compute_affinity_count")

    def _get_affinity_products(self):
        """Return {id of each of these products: id of the one whose affinities stand for it}.

        By variant, each stands for itself. By template, all variants are one, and what they are
        bought with is kept for the variant of the lowest id that is active and for sale; a product
        of which there is none stands for itself. Costs one query then, and another one where
        `product_tmpl_id` was not read yet.
        """
        affinities = self.env["product.affinity"]
        if affinities._get_mining_settings()["level"] == "variant":
            return {product_id: product_id for product_id in self.ids}
        # sudo: the same variant stands for all, whoever asks
        products = self.sudo()
        first = dict(
            products._read_group(
                Domain("product_tmpl_id", "in", products.product_tmpl_id.ids)
                & Domain("active", "=", True)
                & Domain("sale_ok", "=", True),
                ["product_tmpl_id"],
                ["id:min"],
            )
        )
        return {product.id: first.get(product.product_tmpl_id, product.id) for product in products}

    def _compute_affinity_count(self):
        affinities = self.env["product.affinity"]
        counts = {}
        # The button is for salespeople; a form opened by others must not fail on it.
        if affinities.has_access("read"):
            counts = dict(
                affinities._read_group(
                    [("product_id", "in", self.ids)], ["product_id"], ["__count"]
                )
            )
        for product in self:
            product.affinity_count = counts.get(product, 0)

    def action_view_affinities(self):
        """Open what goes with these products."""
        action = self.env["ir.actions.actions"]._for_xml_id("crm_analytics.product_affinity_action")
        action["domain"] = [("product_id", "in", self.ids)]
        action["context"] = {}
        return action
