from odoo import models
from odoo.tools import SQL

from ..tools.together import Part, is_one_of

# Of the products shown and of those they are shown because of; see `_select_wanted`.
PRODUCTS = SQL("(SELECT id FROM wanted)")
TEMPLATES = SQL("(SELECT template_id FROM wanted)")
ATTRIBUTE_LINES = SQL("(SELECT id FROM wanted_line)")


class SaleOrder(models.Model):
    """What the panel reads of the products that it shows, so that core's methods that name and
    price them find it in the cache."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _get_suggestion_parts(self):
        """Return what is read of the suggestions `best` and of what is `wanted` for them.

        A module that shows or prices more adds its fields here, lest each costs a query.

        :rtype: list[Part]
        """
        return [
            *self._get_suggestion_product_parts(),
            *self._get_suggestion_source_parts(),
            *self._get_suggestion_money_parts(),
            *self._get_suggestion_tax_parts(),
        ]

    def _get_suggestion_product_parts(self):
        # sudo: what is proposed is what the user may see, its name and price belong to it.
        env = self.sudo().env
        product_fields = [
            "product_tmpl_id",
            "default_code",
            "active",
            "standard_price",
            "product_template_attribute_value_ids",
        ]
        template_fields = [
            "name",
            "active",
            "type",
            "categ_id",
            "company_id",
            "list_price",
            "uom_id",
            "sale_line_warn_msg",
        ]
        value_fields = [
            "attribute_id",
            "attribute_line_id",
            "product_attribute_value_id",
            "ptav_active",
            "price_extra",
        ]
        parts = [
            Part(env["product.product"], PRODUCTS, product_fields),
            Part(env["product.template"], TEMPLATES, template_fields),
        ]
        if env.user.has_group("product.group_product_variant"):
            parts += [
                Part(
                    env["product.template.attribute.line"],
                    ATTRIBUTE_LINES,
                    ["attribute_id", "product_template_value_ids"],
                ),
                Part(
                    env["product.template.attribute.value"],
                    SQL("(SELECT value_id FROM wanted_value)"),
                    value_fields,
                ),
                Part(
                    env["product.attribute.value"],
                    SQL("(SELECT name_id FROM wanted_value)"),
                    ["name"],
                ),
                Part(
                    env["product.attribute"],
                    SQL("(SELECT attribute_id FROM wanted_line)"),
                    ["create_variant"],
                ),
            ]
        return parts

    def _get_suggestion_source_parts(self):
        """Read the rows that say why a product is proposed; of affinities `best` has it all."""

        def sources(*kinds):
            return SQL("(SELECT source_id FROM best WHERE kind IN %s)", kinds)

        prediction_fields = [
            "kind",
            "order_count",
            "interval_days",
            "due_date",
            "origin_product_id",
            "customers_both",
            "customers_product",
        ]
        upsell_fields = [
            "company_id",
            "product_id",
            "other_product_id",
            "customers",
            "customers_product",
            "price_gain",
        ]
        return [
            Part(
                self.env["sale.customer.prediction"],
                sources("repeat", "similar"),
                prediction_fields,
            ),
            Part(self.env["product.upsell"], sources("upsell"), upsell_fields),
        ]

    def _get_suggestion_money_parts(self):
        """Read what a price depends on besides the product."""
        # sudo: of companies, units and categories only what prices depend on.
        env = self.sudo().env
        # The company that prices of shared products are in the currency of.
        main_id = env["ir.model.data"]._xmlid_to_res_id("base.main_company")
        company_ids = SQL("(SELECT unnest(%s))", [self.company_id.id, main_id])
        pricelist_id = self.pricelist_id.id or 0
        currencies = SQL(
            """(SELECT currency_id FROM res_company WHERE id IN %s
                 UNION SELECT currency_id FROM product_pricelist WHERE id = %s)""",
            company_ids,
            pricelist_id,
        )
        categories = SQL("(SELECT categ_id FROM wanted)")
        units = SQL("(SELECT uom_id FROM wanted)")
        parts = [
            Part(
                env["res.company"],
                company_ids,
                ["account_price_include", "currency_id", "parent_id", "parent_path"],
            ),
            Part(
                env["res.currency"],
                currencies,
                ["active", "decimal_places", "name", "position", "rounding", "symbol"],
            ),
            Part(env["uom.uom"], units, ["factor", "name", "relative_factor", "relative_uom_id"]),
        ]
        if pricelist_id:
            parts += [
                Part(
                    self.env["product.pricelist"],
                    SQL("(SELECT %s)", pricelist_id),
                    ["active", "company_id", "currency_id"],
                ),
                Part(env["product.category"], categories, ["parent_path"]),
                self._get_suggestion_rule_part(),
            ]
        return parts

    def _get_suggestion_rule_part(self):
        """Read the rules of the price list that core's search may find."""
        rules = SQL(
            """(SELECT id FROM product_pricelist_item
                 WHERE pricelist_id = %(pricelist)s
                   AND (product_tmpl_id IS NULL OR product_tmpl_id IN %(templates)s)
                   AND (product_id IS NULL OR product_id IN %(products)s))""",
            pricelist=self.pricelist_id.id,
            templates=TEMPLATES,
            products=PRODUCTS,
        )
        rule_fields = [
            "applied_on",
            "base",
            "base_pricelist_id",
            "categ_id",
            "compute_price",
            "currency_id",
            "fixed_price",
            "min_quantity",
            "percent_price",
            "price_discount",
            "price_markup",
            "price_max_margin",
            "price_min_margin",
            "price_round",
            "price_surcharge",
            "pricelist_id",
            "product_id",
            "product_tmpl_id",
        ]
        return Part(self.env["product.pricelist.item"], rules, rule_fields)

    def _get_suggestion_tax_parts(self):
        """Read the taxes of the products and those that a fiscal position puts in their place."""
        env = self.env
        position_id = self.fiscal_position_id.id or 0
        of_product = env["product.template"]._fields["taxes_id"]
        of_position = env["account.fiscal.position"]._fields["tax_ids"]
        taxes = SQL(
            "(SELECT %s FROM %s WHERE %s UNION SELECT %s FROM %s WHERE %s = %s)",
            SQL.identifier(of_product.column2),
            SQL.identifier(of_product.relation),
            is_one_of(SQL.identifier(of_product.column1), TEMPLATES),
            SQL.identifier(of_position.column2),
            SQL.identifier(of_position.relation),
            SQL.identifier(of_position.column1),
            position_id,
        )
        tax_fields = [
            "active",
            "amount",
            "amount_type",
            "company_id",
            "include_base_amount",
            "is_base_affected",
            "original_tax_ids",
            "price_include_override",
            "sequence",
        ]
        return [
            Part(env["product.template"], TEMPLATES, ["taxes_id"]),
            Part(env["account.fiscal.position"], SQL("(SELECT %s)", position_id), ["tax_ids"]),
            Part(env["account.tax"], taxes, tax_fields),
        ]
