from odoo import models


class CrmContractTerm(models.Model):
    """Price review: which products it is about, and until when the prices are agreed."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _covers(self, product):
        """Whether the term is about a product: one of its own, of its categories, or any."""
        self.ensure_one()
        if not (self.product_ids or self.categ_ids):
            return True
        path = product.categ_id.parent_path or ""
        return product._origin in self.product_ids or any(
            path.startswith(category.parent_path) for category in self.categ_ids
        )

    def _get_prices_valid_until(self):
        """The last day of the agreed prices, or None: a review that was missed renews nothing."""
        self.ensure_one()
        last = self.period_ids[:1]
        if last.state == "breached":
            return last.due_date
        return None if self.state == "met" else self.due_date
