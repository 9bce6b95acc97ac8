from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    affinity_count = fields.Integer(string="Goes With", compute="_compute_affinity_count")

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
