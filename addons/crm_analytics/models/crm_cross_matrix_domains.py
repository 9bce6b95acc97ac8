from odoo import models
from odoo.fields import Domain

from ..tools import matrix_options

# How customers fall into groups: the model and the domain that say so, and its fields for the
# customer and the group. `own` also counts what belongs to the contact who ordered.
GROUPS = {
    "industry": {
        "model": "res.partner",
        "domain": [("industry_id", "!=", False)],
        "fields": ("id", "industry_id"),
        "comodel": "res.partner.industry",
        "own": False,
    },
    "segment": {
        "model": "crm.segment.member",
        "domain": [],
        "fields": ("partner_id", "segment_id"),
        "comodel": "crm.segment",
        "own": True,
    },
    "tier": {
        "model": "loyalty.card",
        "domain": [("tier_id", "!=", False), ("partner_id", "!=", False)],
        "fields": ("partner_id", "tier_id"),
        "comodel": "loyalty.tier",
        "own": True,
    },
    "country": {
        "model": "res.partner",
        "domain": [("country_id", "!=", False)],
        "fields": ("id", "country_id"),
        "comodel": "res.country",
        "own": False,
    },
}


class CrmCrossMatrix(models.AbstractModel):
    """Which orders and lines an item stands for, as domains: reading and listing share them."""

    _inherit = "crm.cross.matrix"  # pylint: disable=consider-merging-classes-inherited

    def _get_group_kinds(self):
        """The customer groups this reader may know of."""
        return [
            kind
            for kind in matrix_options.GROUP_AXES
            if self.env[GROUPS[kind]["model"]].has_access("read")
            and self.env[GROUPS[kind]["comodel"]].has_access("read")
        ]

    def _get_axis_names(self):
        return {
            "category": self.env._("Categories"),
            "product": self.env._("Products"),
            "industry": self.env._("Industries"),
            "segment": self.env._("Segments"),
            "tier": self.env._("Loyalty Tiers"),
            "country": self.env._("Countries"),
        }

    def _get_order_domain(self, options, window):
        """The orders of the period, and of the customer group where one is chosen."""
        domain = self._get_sale_domain(*window)
        if options.group:
            domain &= self._get_group_domain(*options.group)
        return domain

    def _get_basket_domain(self):
        """The lines that count, whatever the period."""
        return self.env["sale.order.line"]._get_basket_domain() & self._get_company_domain()

    def _get_line_domain(self, options, window):
        return self._get_basket_domain() & Domain(
            "order_id", "any", list(self._get_order_domain(options, window))
        )

    def _get_basket_order_domain(self, item_domain=Domain.TRUE):
        """Orders with a line that counts and is of the item."""
        return Domain("order_line", "any", list(self._get_basket_domain() & item_domain))

    def _get_item_domain(self, axis, item_id):
        """Lines of an item of ``LINE_AXES``."""
        if axis == "product":
            return Domain("product_id", "=", item_id)
        return Domain("product_id.categ_id", "=", item_id or False)

    def _get_item_order_domain(self, axis, item_id):
        if axis in matrix_options.LINE_AXES:
            return self._get_basket_order_domain(self._get_item_domain(axis, item_id))
        return self._get_group_domain(axis, item_id)

    def _get_amount_domain(self, options, window, row_id, column_id):
        """The lines of either item, on the orders that have both."""
        items = self._get_item_domain(options.rows, row_id)
        orders = self._get_order_domain(options, window)
        if options.columns in matrix_options.LINE_AXES:
            items |= self._get_item_domain(options.columns, column_id)
            orders &= self._get_item_order_domain(options.rows, row_id)
        orders &= self._get_item_order_domain(options.columns, column_id)
        return self._get_basket_domain() & items & Domain("order_id", "any", list(orders))

    def _get_group_domain(self, kind, group_id):
        """Orders of the customers of a group; of those in no group of this kind, for 0."""
        if kind in ("industry", "country"):
            path = f"partner_id.commercial_partner_id.{kind}_id"
            return Domain(path, "=", group_id or False)
        if kind == "segment":
            return Domain("segment_ids", "in", [group_id or False])
        cards = [("tier_id", "=", group_id) if group_id else ("tier_id", "!=", False)]
        domain = Domain.OR(
            Domain(path, "any", cards)
            for path in (
                "partner_id.loyalty_card_ids",
                "partner_id.commercial_partner_id.loyalty_card_ids",
            )
        )
        return domain if group_id else ~domain
