from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    affinity_count = fields.Integer(string="Goes With", compute="_compute_affinity_count")

    @api.model
    def _get_affinity_products(self):
        """Return {id of a product: id of the one whose affinities stand for it}, for all products.

        By variant, each stands for itself; by template, all variants are one.
        """
        return {product_id: product_id for product_id in self._search([]).get_result_ids()}

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
