from odoo import api, fields, models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _inherit = "product.product"

    affinity_count = fields.Integer(string="Bought With", compute="_compute_cross_selling_counts")
    upsell_count = fields.Integer(string="Up-Sell", compute="_compute_cross_selling_counts")

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

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cross_selling_counts(self):
        # The buttons are for salespeople; a form opened by others must not fail on them.
        if not self.env["product.affinity"].has_access("read"):
            self.affinity_count = self.upsell_count = 0
            return
        representatives = self._get_affinity_products()
        domain = [("product_id", "in", list(set(representatives.values())))]
        affinities, upsells = (
            {
                product.id: count
                for product, count in self.env[model]._read_group(
                    domain, ["product_id"], ["__count"]
                )
            }
            for model in ("product.affinity", "product.upsell")
        )
        for product in self:
            product_id = representatives.get(product._origin.id)
            product.affinity_count = affinities.get(product_id, 0)
            product.upsell_count = upsells.get(product_id, 0)

    def action_view_affinities(self):
        """Open what is bought with these products."""
        return self._get_cross_selling_action("crm_analytics.product_affinity_action")

    def action_view_upsells(self):
        """Open what customers of these products moved to."""
        return self._get_cross_selling_action("crm_analytics.product_upsell_action")

    def _get_cross_selling_action(self, name):
        action = self.env["ir.actions.actions"]._for_xml_id(name)
        product_ids = set(self._get_affinity_products().values())
        action["domain"] = [("product_id", "in", sorted(product_ids))]
        action["context"] = {}
        return action
