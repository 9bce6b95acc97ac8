from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..mining import PREDICTION_WEIGHT
from ..tools.together import is_one_of

# What an up-sell adds to the rank; an affinity adds its score.
UPSELL_WEIGHT = 0.5


class SaleOrder(models.Model):
    """What speaks for a product: the rows that the nightly run stores."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _select_candidates(self, basket):
        """Select all that the stored rows propose: a row for each product and source."""
        sources = [self._select_predictions()]
        if basket:
            sources += [self._select_affinities(basket), self._select_upsells(basket)]
        else:
            sources.append(self._select_upsells_of_customer())
        return SQL(" UNION ALL ").join(sources)

    def _select_affinities(self, basket):
        affinities = self.env["product.affinity"]
        query = affinities._search(Domain("company_id", "=", self.company_id.id))
        query.add_where(
            SQL(
                "%s IN %s",
                affinities._field_to_sql(query.table, "product_id", query),
                self._get_affinity_basket(basket),
            )
        )
        return self._select_source(
            affinities,
            query,
            kind=SQL("'affinity'"),
            product="other_product_id",
            origin="product_id",
            numbers=("orders_both", "orders_product", "lift"),
        )

    def _get_affinity_basket(self, basket):
        """Return the products whose affinities are those of the basket, as SQL."""
        if self.env["product.affinity"]._get_mining_settings()["level"] == "variant":
            return SQL("%s", tuple(basket.ids))
        # All variants are one: the affinities are with the variant that stands for them.
        return SQL(
            "(SELECT id FROM product_product WHERE product_tmpl_id IN %s)",
            self._get_templates_query(basket),
        )

    def _select_upsells(self, basket):
        return self._select_upsells_where(SQL("IN %s", tuple(basket.ids)))

    def _select_upsells_of_customer(self):
        predictions = self.env["sale.customer.prediction"]
        query = predictions._search(
            Domain("company_id", "=", self.company_id.id) & Domain("kind", "=", "repeat")
        )
        query.add_where(self._is_customers(predictions, query))
        return self._select_upsells_where(SQL("= ANY(ARRAY%s)", query.subselect("product_id")))

    def _select_upsells_where(self, condition):
        upsells = self.env["product.upsell"]
        query = upsells._search(Domain("company_id", "=", self.company_id.id))
        query.add_where(
            SQL("%s %s", upsells._field_to_sql(query.table, "product_id", query), condition)
        )
        return self._select_source(
            upsells,
            query,
            kind=SQL("'upsell'"),
            product="other_product_id",
            origin="product_id",
            weight=UPSELL_WEIGHT,
        )

    def _select_predictions(self):
        predictions = self.env["sale.customer.prediction"]
        query = predictions._search(Domain("company_id", "=", self.company_id.id))
        query.add_where(self._is_customers(predictions, query))
        return self._select_source(
            predictions,
            query,
            kind=predictions._field_to_sql(query.table, "kind", query),
            product="product_id",
            origin="origin_product_id",
            weight=PREDICTION_WEIGHT,
        )

    def _is_customers(self, model, query):
        return is_one_of(
            model._field_to_sql(query.table, "partner_id", query),
            SQL("(SELECT commercial_id FROM customer)"),
        )

    def _select_source(self, model, query, *, kind, product, origin, weight=1.0, numbers=None):
        """Select candidates from the rows of a model, in the order of `SuggestionRow`."""

        def column(name):
            return model._field_to_sql(query.table, name, query)

        numbers = (
            [column(name) for name in numbers]
            if numbers
            else [SQL("NULL::int4"), SQL("NULL::int4"), SQL("NULL::float8")]
        )
        return query.select(
            SQL("%s AS product_id", column(product)),
            SQL("%s * %s::float8 AS score", column("score"), weight),
            SQL("%s::text AS kind", kind),
            SQL("%s AS origin_id", column(origin)),
            SQL("%s AS source_id", column("id")),
            *(
                SQL("%s AS %s", number, SQL.identifier(name))
                for number, name in zip(
                    numbers, ("orders_both", "orders_product", "lift"), strict=True
                )
            ),
        )
