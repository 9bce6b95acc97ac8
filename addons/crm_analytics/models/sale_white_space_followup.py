from odoo import models


class SaleWhiteSpace(models.Model):  # pylint: disable=consider-merging-classes-inherited
    _name = "sale.white.space"
    _inherit = ["sale.white.space", "sale.followup.mixin"]
    _followup_subject = "categ_id"

    def _get_followup_amounts(self):
        return {row.id: row.amount for row in self}

    def _get_followup_lines(self):
        """Return the product of the category that is on most orders, once, by the id of the row."""
        # sudo: the choice follows from the whole company's orders, as the row does.
        groups = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("state", "=", "sale"),
                    ("product_id.categ_id", "in", self.categ_id.ids),
                    ("product_id.active", "=", True),
                    ("product_id.sale_ok", "=", True),
                    ("product_uom_qty", ">", 0),
                ],
                ["company_id", "product_id"],
                ["__count"],
                order="__count DESC, product_id",
            )
        )
        best = {}
        for company, product, _count in groups:
            best.setdefault((company, product.categ_id), self.env["product.product"] + product)
        return {
            row.id: (best[row.company_id, row.categ_id], 1)
            for row in self
            if (row.company_id, row.categ_id) in best
        }

    def _get_followup_labels(self):
        return self.categ_id.mapped("name")
