from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

# How many of the best pairs become optional products when somebody asks for them
BEST_PAIRS = 3


class ProductTemplate(models.Model):
    """Optional products, which the configurator and the shop propose, taken from real baskets.

    Only on request: what somebody chose by hand stays, nothing is written every night.
    """

    _inherit = "product.template"  # pylint: disable=consider-merging-classes-inherited

    def action_set_optional_products(self):
        """Add what goes best with each product to its optional products."""
        return self._add_optional_products(self._get_best_pairs(BEST_PAIRS))

    def _may_have_optional(self, other):
        """Return whether a variant of another product may stand beside this one, as for core."""
        self.ensure_one()
        return (
            other.product_tmpl_id != self
            and other.active
            and other.sale_ok
            and (not other.company_id or other.company_id == self.company_id)
        )

    def _get_best_pairs(self, limit):
        """Return [(template id, other template id)], the best of each template by score.

        A template counts with the best of its variants. One query, however many templates.
        """
        affinities = self.env["product.affinity"]
        query = affinities._search(
            Domain("company_id", "=", self.env.company.id)
            & Domain("product_id.product_tmpl_id", "in", self.ids)
            & Domain("other_product_id", "any", [("active", "=", True), ("sale_ok", "=", True)])
        )
        product = query.join(query.table, "product_id", "product_product", "id", "of")
        other = query.join(query.table, "other_product_id", "product_product", "id", "with")
        template = query.join(product, "product_tmpl_id", "product_template", "id", "tmpl")
        beside = query.join(other, "product_tmpl_id", "product_template", "id", "tmpl")
        ids = SQL.identifier(template, "id"), SQL.identifier(beside, "id")
        companies = (
            self._field_to_sql(template, "company_id", query),
            self._field_to_sql(beside, "company_id", query),
        )
        query.add_where(SQL("%s <> %s", *ids))
        query.add_where(SQL("(%s IS NULL OR %s = %s)", companies[1], *companies))
        best = SQL("max(%s)", affinities._field_to_sql(query.table, "score", query))
        query.groupby = SQL("%s, %s", *ids)
        query.order = None
        ranked = query.select(
            SQL("%s AS template_id", ids[0]),
            SQL("%s AS other_id", ids[1]),
            SQL(
                "row_number() OVER (PARTITION BY %s ORDER BY %s DESC, %s) AS place",
                ids[0],
                best,
                ids[1],
            ),
        )
        return self.env.execute_query(
            SQL("SELECT template_id, other_id FROM (%s) AS ranked WHERE place <= %s", ranked, limit)
        )

    def _add_optional_products(self, pairs):
        """Add optional products to templates and say how many were new.

        :param list pairs: (template id, id of the optional one), that may stand beside each other
        """
        templates = self.browse({template_id for template_id, _other_id in pairs})
        templates.check_access("write")
        field = self._fields["optional_product_ids"]
        rows = []
        if pairs:
            # One statement for all: by the field it would be one for each template.
            rows = self.env.execute_query(
                SQL(
                    "INSERT INTO %s (%s, %s) SELECT * FROM unnest(%s, %s)"
                    " ON CONFLICT DO NOTHING RETURNING %s",
                    SQL.identifier(field.relation),
                    SQL.identifier(field.column1),
                    SQL.identifier(field.column2),
                    [template_id for template_id, _other_id in pairs],
                    [other_id for _template_id, other_id in pairs],
                    SQL.identifier(field.column1),
                )
            )
            templates.invalidate_recordset(["optional_product_ids"])
            templates.modified(["optional_product_ids"])
        return self._notify_optional_products(len(rows), len({row[0] for row in rows}))

    def _notify_optional_products(self, optional_count, template_count):
        if optional_count:
            message = self.env._(
                "Optional products added: %(optionals)s, to %(products)s products.",
                optionals=optional_count,
                products=template_count,
            )
        else:
            message = self.env._(
                "No optional product to add: nothing new goes with these products."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success" if optional_count else "info",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
