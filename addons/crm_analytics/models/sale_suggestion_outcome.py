from odoo import api, models
from odoo.fields import Domain

# States that the end of a quotation changes; what was held out stays that for good.
SETTLED = ("ordered", "refused")
# The states of an order that end a quotation
ENDED = ("sale", "cancel")


class SaleSuggestion(models.Model):
    """What became of a suggestion when its quotation was confirmed or cancelled.

    ========== ======================= ================= ==========
    before     confirmed with product  without product   cancelled
    ========== ======================= ================= ==========
    shown      ordered                 shown             shown
    added      ordered                 refused           refused
    dismissed  ordered                 dismissed         dismissed
    ordered    ordered                 refused           refused
    refused    ordered                 refused           refused
    ========== ======================= ================= ==========

    Any variant of the product counts, as none is proposed beside another. An option that the
    customer left at zero is not ordered.
    """

    _inherit = "sale.suggestion"  # pylint: disable=consider-merging-classes-inherited

    _unsettled_idx = models.Index("(order_id) WHERE state = 'added'")

    @api.model
    def _log(self, rows):
        """Settle at once what the panel tells of a quotation that has ended meanwhile."""
        result = super()._log(rows)
        orders = self.env["sale.order"].browse({row["order_id"] for row in rows})
        orders.filtered(lambda order: order.state in ENDED)._settle_suggestions()
        return result

    @api.autovacuum
    def _gc_unsettled(self):
        """Settle what was logged in the very moment in which its quotation was confirmed."""
        domain = Domain("state", "=", "added")
        domain &= Domain("order_id.state", "in", ENDED)
        self.search(domain).order_id._settle_suggestions()

    def _settle(self):
        """Give the suggestions the state that the end of their quotations implies."""
        ordered = self._get_ordered()
        declined = (self - ordered).filtered(lambda s: s.state in ("added", "ordered"))
        ordered.filtered(lambda s: s.state != "ordered").state = "ordered"
        declined.state = "refused"

    def _reopen(self):
        """Take back that suggestions were refused, as far as they are still on the quotation."""
        kept = self._get_on_order(self.order_id.order_line)
        kept.filtered(lambda s: s.state in SETTLED).state = "added"

    def _get_ordered(self):
        """Return the suggestions whose product was ordered."""
        return self._get_on_order(
            self.order_id.filtered(lambda order: order.state == "sale").order_line.filtered(
                lambda line: line.product_uom_qty > 0
            )
        )

    def _get_on_order(self, lines):
        """Return the suggestions whose product, or a variant of it, is on one of the lines."""
        there = {(line.order_id, line.product_id.product_tmpl_id) for line in lines}
        return self.filtered(lambda s: (s.order_id, s.product_id.product_tmpl_id) in there)
