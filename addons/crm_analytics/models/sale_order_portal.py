from odoo import api, models
from odoo.tools.misc import limited_field_access_token

from ..tools.panel_values import parse_id

# How many products a customer sees, and of how many of the best suggestions they are taken:
# what he bought before is the salesperson's to bring up.
PORTAL_PRODUCTS = 3
PORTAL_CANDIDATES = 12


class SaleOrder(models.Model):
    """What goes well with a quotation, for the customer who reads it."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    @api.readonly
    def get_optional_section_name(self, partner_id):
        """Return the heading of suggestions that a customer may add, in the customer's language."""
        partner = self.env["res.partner"].browse(parse_id(partner_id))
        return self.with_context(lang=partner.lang or self.env.lang).env._("You may also add")

    def _propose_on_portal(self, is_seen=True):
        """Return what the customer is shown, and remember it as any other suggestion.

        On a quotation held out nothing is shown; what would have been is remembered then.

        :param self: one order, as superuser, once it is clear that the visitor may see it
        :param bool is_seen: False where nobody looks at the page
        :return: dicts of `name`, `origin` (the product it goes with), `price` of one unit in the
            order's currency, and `image_url`
        :rtype: list[dict]
        """
        self.ensure_one()
        order = self.with_company(self.company_id)
        if not order._may_propose_on_portal():
            return []
        rows, held_out, seed = order._rank_suggestions(
            order.order_line.product_id, PORTAL_CANDIDATES, order_id=order.id
        )
        rows = [row for row in rows if row.kind == "affinity"][:PORTAL_PRODUCTS]
        is_held_out = order._is_held_out(held_out, seed, order.id)
        if rows and is_seen:
            state = "held_out" if is_held_out else "shown"
            values = order._prepare_suggestion_log(rows, state, None, {}, None)
            self.env["sale.suggestion"]._log(values)
        return [] if is_held_out else order._prepare_portal_suggestions(rows)

    def _may_propose_on_portal(self):
        return (
            self.company_id.portal_suggestions
            and self._can_be_edited_on_portal()
            and not self.locked
            and not self.is_expired
        )

    def _prepare_portal_suggestions(self, rows):
        products = self.env["product.product"].with_context(display_default_code=False)
        prices = self._get_suggested_prices({row.product_id: 1.0 for row in rows})
        return [
            {
                "name": products.browse(row.product_id).display_name,
                "origin": products.browse(row.origin_id).display_name,
                "price": prices[row.product_id],
                "image_url": self._get_portal_image_url(products.browse(row.product_id)),
            }
            for row in rows
        ]

    def _get_portal_image_url(self, product):
        """Return where somebody who may not read products gets this picture, for some weeks."""
        token = limited_field_access_token(product, "image_128", scope="binary")
        return f"/web/image/product.product/{product.id}/image_128?access_token={token}"
