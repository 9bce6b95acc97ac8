from typing import NamedTuple

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.together import fetch_together, is_one_of


class SuggestionRow(NamedTuple):
    """A product to propose, and why: the fields after `score` are of its best source, which is an
    affinity with the quotation's products if there is one."""

    product_id: int
    score: float
    kind: str
    origin_id: int | None
    source_id: int
    # of an affinity alone
    orders_both: int | None
    orders_product: int | None
    lift: float | None
    # what this customer ordered of it last time
    quantity: float | None


class SaleOrder(models.Model):
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _get_suggestion_domain(self, basket):
        """Return the products that may be proposed beside those of the basket.

        Core's own domain of the catalog: of this company, for sale, and addable in one click.
        A module may narrow it further; what it adds is part of one query, so a condition is
        better than a search.
        """
        return (
            self._get_product_catalog_domain()
            & Domain("active", "=", True)
            & Domain("product_tmpl_id", "not in", self._get_templates_query(basket))
        )

    def _get_templates_query(self, products):
        """Return the query of the templates of products, not run."""
        query = self.env["product.product"]._search(
            Domain("id", "in", products.ids), active_test=False, bypass_access=True
        )
        return query.subselect("product_tmpl_id")

    def _rank_suggestions(
        self, basket, limit, *, order_id=0, dismissed_ids=(), products=None, parts=None
    ):
        """Return what goes best with the basket and with this customer, ready to be shown.

        One query ranks and reads all that the panel shows of the products, which is
        `_get_suggestion_parts`. The rank is the sum over the sources of a product, as
        `mining/recommend.py` has it for many orders at once.

        :param basket: products on the order
        :param int order_id: the order in the database, if it is saved: `self` may be as it is on
            the screen
        :param dismissed_ids: ids of products not wanted here
        :param products: only these, whatever was dismissed; all that may be proposed if None
        :param parts: what to read of them, `_get_suggestion_parts` if None
        :return: best first; whether the order was held out when suggestions were logged (None if
            they never were); its seed
        :rtype: tuple[list[SuggestionRow], bool | None, int | None]
        """
        if products is None:
            domain = self._get_suggestion_domain(basket) & Domain("id", "not in", dismissed_ids)
        else:
            domain = Domain("id", "in", products.ids)
        queries = {
            "customer": self._select_customer(),
            "candidate": self._select_candidates(basket),
            "dismissed": self._select_dismissed(order_id),
            "owned": self._select_owned(),
            "best": self._select_best(domain, limit, everything=products is not None),
            **self._select_wanted(),
        }
        with_queries = SQL(
            "WITH %s",
            SQL(", ").join(
                SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
                for name, query in queries.items()
            ),
        )
        self.env.flush_all()  # the tables are read as they are
        rows = fetch_together(
            self.env,
            self._get_suggestion_parts() if parts is None else parts,
            head=self._select_head(order_id),
            with_queries=with_queries,
        )
        [(_zero, (held_out, seed)), *ranked] = sorted(rows, key=lambda row: row[0])
        return [SuggestionRow(*values) for _position, values in ranked], held_out, seed

    # Who

    def _select_customer(self):
        """Select the ids of the customer's company and its contacts."""
        partners = self.env["res.partner"]._search(
            Domain("id", "=", self.partner_id.id), active_test=False
        )
        return SQL(
            """
            SELECT member.id, member.commercial_partner_id AS commercial_id
              FROM res_partner AS member
             WHERE member.commercial_partner_id IN %s
            """,
            partners.subselect("commercial_partner_id"),
        )

    # What is not wanted

    def _select_dismissed(self, order_id):
        """Select the products dismissed on this order, or by this customer often enough.

        Twice on any orders, or once because he has it already, until some months have passed.
        """
        months = self.env["sale.suggestion"]._get_suggestion_settings()["hidden_months"]
        # The log of this customer's other quotations, whoever wrote them: only whether a product
        # is proposed depends on it.
        return SQL(
            """
            SELECT product_id
              FROM sale_suggestion
             WHERE state = 'dismissed' AND order_id = %(order)s
             UNION
            SELECT product_id
              FROM sale_suggestion
             WHERE state = 'dismissed'
               AND partner_id = ANY(ARRAY(SELECT commercial_id FROM customer))
               AND company_id = %(company)s
             GROUP BY product_id
            HAVING (count(*) >= 2 OR bool_or(dismiss_reason = 'has_already'))
               AND max(write_date) >= %(since)s
            """,
            order=order_id,
            company=self.company_id.id,
            since=fields.Datetime.subtract(fields.Datetime.now(), months=months),
        )

    def _select_owned(self):
        """Select the candidates that are bought once and that this customer has bought."""
        # All of the customer's orders count, also those that this user may not open.
        return SQL(
            """
            SELECT product.id AS product_id
              FROM product_product AS product
              JOIN product_template AS template ON template.id = product.product_tmpl_id
             WHERE product.id = ANY(ARRAY(SELECT product_id FROM candidate))
               AND (template.bought_once
                    OR EXISTS (SELECT FROM product_category AS category
                                 JOIN product_category AS parent
                                   ON category.parent_path LIKE parent.parent_path || '%%'
                                WHERE category.id = template.categ_id AND parent.bought_once))
               AND EXISTS (SELECT FROM sale_order_line AS line
                             JOIN product_product AS variant ON variant.id = line.product_id
                            WHERE variant.product_tmpl_id = template.id
                              AND line.state = 'sale'
                              AND line.product_uom_qty > 0
                              AND line.order_partner_id = ANY(ARRAY(SELECT id FROM customer)))
            """
        )

    # The best

    def _select_best(self, domain, limit, everything):
        products = self.env["product.product"]._search(domain, active_test=False)
        if not products.is_empty():
            candidates = SQL("(SELECT product_id FROM candidate)")
            products.add_where(is_one_of(SQL.identifier(products.table, "id"), candidates))
        wanted = SQL(
            """
            AND product_id NOT IN (SELECT product_id FROM dismissed)
            AND product_id NOT IN (SELECT product_id FROM owned)
            """
        )
        # What the quotation itself says is the better reason: nobody sees a habit on it.
        first = SQL(", ").join(
            SQL(
                "(array_agg(%(name)s ORDER BY kind <> 'affinity', score DESC, origin_id))[1]"
                " AS %(name)s",
                name=SQL.identifier(name),
            )
            for name in SuggestionRow._fields[2:-1]
        )
        return SQL(
            """
            SELECT ranked.*, row_number() OVER (ORDER BY score DESC, product_id)::int4 AS position
              FROM (SELECT product_id, sum(score) AS score, %(first)s
                      FROM candidate
                     WHERE product_id IN %(products)s %(wanted)s
                     GROUP BY product_id
                     ORDER BY score DESC, product_id
                     LIMIT %(limit)s) AS ranked
            """,
            first=first,
            products=products.subselect(),
            wanted=SQL() if everything else wanted,
            limit=limit,
        )

    def _select_wanted(self):
        """Return the queries of the ids of all that is read, each simple: planning them costs."""
        return {
            "wanted": SQL(
                """
                SELECT product.id, template.id AS template_id, template.categ_id, template.uom_id
                  FROM product_product AS product
                  JOIN product_template AS template ON template.id = product.product_tmpl_id
                 WHERE product.id = ANY(ARRAY(
                           SELECT product_id FROM best UNION SELECT origin_id FROM best))
                """
            ),
            "wanted_line": SQL(
                """
                SELECT id, attribute_id
                  FROM product_template_attribute_line
                 WHERE product_tmpl_id = ANY(ARRAY(SELECT template_id FROM wanted))
                """
            ),
            "wanted_value": SQL(
                """
                SELECT id AS value_id, product_attribute_value_id AS name_id
                  FROM product_template_attribute_value
                 WHERE attribute_line_id = ANY(ARRAY(SELECT id FROM wanted_line))
                """
            ),
        }

    def _select_head(self, order_id):
        """Select (position, values of `SuggestionRow`), and (0, [held out, seed])."""
        return SQL(
            """
            SELECT 0, jsonb_build_array(
                (SELECT bool_or(state = 'held_out')
                   FROM sale_suggestion WHERE order_id = %(order)s),
                (SELECT suggestion_seed FROM sale_order WHERE id = %(order)s)
            )
            UNION ALL
            SELECT position, jsonb_build_array(%(columns)s, (
                SELECT line.product_uom_qty
                  FROM sale_order_line AS line
                  JOIN product_product AS product ON product.id = line.product_id
                  JOIN product_template AS template ON template.id = product.product_tmpl_id
                 WHERE line.product_id = best.product_id
                   AND line.order_partner_id = ANY(ARRAY(SELECT id FROM customer))
                   AND line.company_id = %(company)s
                   AND line.state = 'sale'
                   AND line.product_uom_qty > 0
                   AND line.product_uom_id = template.uom_id
                 ORDER BY line.id DESC
                 LIMIT 1
            ))
              FROM best
            """,
            order=order_id,
            company=self.company_id.id,
            columns=SQL(", ").join(
                SQL.identifier("best", name) for name in SuggestionRow._fields[:-1]
            ),
        )
