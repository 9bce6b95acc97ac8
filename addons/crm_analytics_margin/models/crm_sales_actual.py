from odoo import fields, models
from odoo.tools import SQL


class CrmSalesActual(models.Model):
    _inherit = "crm.sales.actual"

    margin = fields.Monetary(
        compute="_compute_margin",
        aggregator="sum",
        groups="sales_team.group_sale_manager",
        help="What an ordered line leaves above its cost, in the currency of the company; each "
        "salesperson has the same part of it as of the amount.",
    )

    def _compute_margin(self):
        query = self._search([("id", "in", self.ids)])
        margin = self._field_to_sql(query.table, "margin", query)
        rows = dict(self.env.execute_query(query.select(SQL.identifier(query.table, "id"), margin)))
        for row in self:
            row.margin = rows.get(row.id)

    def _field_to_sql(self, alias, field_expr, query=None):
        """The margin is the order line's, looked up where it is asked for and not in each row."""
        if field_expr != "margin":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["margin"], "read")
        lines, orders = self.env["sale.order.line"].sudo(), self.env["sale.order"].sudo()
        return SQL(
            """
            CASE WHEN %(kind)s = 'ordered' THEN (
                SELECT %(margin)s / COALESCE(NULLIF(%(rate)s, 0), 1) * %(share)s / 100
                  FROM sale_order_line margin_line
                  JOIN sale_order margin_order ON margin_order.id = %(order)s
                 WHERE margin_line.id = %(source)s
            ) END
            """,
            kind=super()._field_to_sql(alias, "kind", query),
            share=super()._field_to_sql(alias, "share", query),
            source=SQL.identifier(alias, "source_id"),
            # sudo: who may read the row may read what it was made of
            margin=lines._field_to_sql("margin_line", "margin", query),
            order=lines._field_to_sql("margin_line", "order_id", query),
            rate=orders._field_to_sql("margin_order", "currency_rate", query),
        )
