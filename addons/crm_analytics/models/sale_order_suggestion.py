from odoo import api, fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    # The quotation on the screen

    @api.model
    def _get_order_on_screen(self, values):
        """Return a new order in memory with what the price of a product depends on."""
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        # All that the domain of products needs of it; the rest of a company is a large record.
        company.sudo().fetch(["parent_path"])
        return self.with_company(company).new(
            {
                "company_id": company.id,
                "partner_id": values.get("partner_id"),
                "pricelist_id": values.get("pricelist_id"),
                "fiscal_position_id": values.get("fiscal_position_id"),
                "date_order": values.get("date_order") or fields.Datetime.now(),
            }
        )

    @api.model
    def _get_basket_on_screen(self, values):
        """Return the products of the lines, also those of lines that the screen did not load."""
        products = self.env["product.product"].browse(values.get("product_ids") or [])
        unloaded = Domain("id", "in", values.get("line_ids") or [])
        if values.get("saved_lines"):
            unloaded |= Domain("order_id", "=", values.get("order_id"))
        if not unloaded.is_false():
            lines = self.env["sale.order.line"].search_fetch(
                unloaded & Domain("product_id", "!=", False), ["product_id"]
            )
            products |= lines.product_id
        return products

    # What is shown

    def _prepare_suggestions(self, rows):
        """Return the rows as the panel shows them."""
        products = self.env["product.product"].browse([row.product_id for row in rows])
        reasons = self._get_suggestion_reasons(rows)
        prices = self._get_suggested_prices({row.product_id: row.quantity or 1.0 for row in rows})
        margins = self._get_suggested_margins(products, prices)
        with_warning = self.env.user.has_group("sale.group_warning_sale")
        return [
            {
                "product_id": product.id,
                "name": product.display_name,
                "kind": row.kind,
                "reason": reasons[product.id],
                "quantity": row.quantity or 1.0,
                "uom": product.uom_id.name,
                "price": prices[product.id],
                "currency_id": self.currency_id.id,
                "warning": with_warning and product.sale_line_warn_msg,
                **margins.get(product.id, {}),
            }
            for row, product in zip(rows, products, strict=True)
        ]

    @api.model
    def _get_suggestion_reasons(self, rows):
        """Return {product id: sentence that says why it is proposed}."""
        products = self.env["product.product"].with_context(display_default_code=False)
        sources = {
            "repeat": self.env["sale.customer.prediction"],
            "similar": self.env["sale.customer.prediction"],
            "upsell": self.env["product.upsell"],
        }
        reasons = {}
        for row in rows:
            if row.kind in sources:
                reasons[row.product_id] = sources[row.kind].browse(row.source_id).reason
                continue
            # sudo: a reason must not fail on a product that the reader may not see.
            origin = products.browse(row.origin_id).sudo()
            reasons[row.product_id] = self.env._(
                "%(both)s of %(orders)s orders with %(product)s also had it; lift %(lift).1f",
                both=row.orders_both,
                orders=row.orders_product,
                product=origin.display_name,
                lift=row.lift,
            )
        return reasons

    def _get_suggested_prices(self, quantities):
        """Return {product id: unit price for this customer}, as the line will have it.

        :param dict quantities: {product id: quantity}
        """
        products = self.env["product.product"].browse(quantities)
        rules = self.pricelist_id._get_applicable_rules(products, self.date_order)
        prices = {}
        for product in products:
            quantity = quantities[product.id]
            rule = next(
                (rule for rule in rules if rule._is_applicable_for(product, quantity)),
                rules.browse(),
            )
            price = rule._compute_price(
                product,
                quantity,
                product.uom_id,
                date=self.date_order,
                currency=self.currency_id,
            )
            # A price that includes taxes depends on the fiscal position.
            prices[product.id] = product._get_tax_included_unit_price_from_price(
                price,
                product_taxes=product.taxes_id._filter_taxes_by_company(self.company_id),
                fiscal_position=self.fiscal_position_id,
            )
        return prices

    def _get_suggested_margins(self, products, prices):
        """Return {product id: its margin and margin_percent} for those who may see margins.

        A product without a cost has none: it would be all of the price.
        """
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            return {}
        margins = {}
        for product in products.filtered("standard_price"):
            taxes = self.fiscal_position_id.map_tax(
                product.taxes_id._filter_taxes_by_company(self.company_id)
            )
            price = prices[product.id]
            if any(tax.price_include for tax in taxes):
                price = taxes._get_tax_details(price, 1.0, product=product)["total_excluded"]
            cost = product.cost_currency_id._convert(
                product.standard_price,
                self.currency_id,
                self.company_id,
                self.date_order,
                round=False,
            )
            margins[product.id] = {
                "margin": self.currency_id.round(price - cost),
                "margin_percent": (price - cost) / price if price else 0.0,
            }
        return margins
