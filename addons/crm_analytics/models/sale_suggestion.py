from odoo import api, fields, models
from odoo.tools import SQL


class SaleSuggestion(models.Model):
    """What was proposed on a quotation and what became of it: the proof of the suggestions.

    Rows come from `sale.order.log_affinity_suggestions`; nobody writes them by hand.
    """

    _name = "sale.suggestion"
    _description = "Suggestion on a Quotation"
    _rec_name = "product_id"
    _order = "id desc"

    order_id = fields.Many2one(
        comodel_name="sale.order", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    reason = fields.Char(readonly=True, help="What the salesperson was told.")
    score = fields.Float(readonly=True, aggregator="avg")
    state = fields.Selection(
        selection=[("shown", "Shown"), ("added", "Added"), ("dismissed", "Dismissed")],
        required=True,
        readonly=True,
        default="shown",
    )
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(
        compute="_compute_amount",
        help="Untaxed amount of the added product on the order as it is now.",
    )

    # Order first: the panel asks for what was dismissed on one order.
    _order_product_uniq = models.Constraint(
        "UNIQUE (order_id, product_id)", "This product was already proposed on this order."
    )

    @api.depends("state", "order_id.order_line.price_subtotal", "order_id.order_line.product_id")
    def _compute_amount(self):
        added = self.filtered(lambda suggestion: suggestion.state == "added")
        amounts = {
            (order.id, product.id): amount
            for order, product, amount in self.env["sale.order.line"]._read_group(
                [
                    ("order_id", "in", added.order_id.ids),
                    ("product_id", "in", added.product_id.ids),
                ],
                ["order_id", "product_id"],
                ["price_subtotal:sum"],
            )
        }
        for suggestion in self:
            key = (suggestion.order_id.id, suggestion.product_id.id)
            suggestion.amount = amounts.get(key, 0.0) if suggestion.state == "added" else 0.0

    @api.model
    def _log(self, rows):
        """Write what became of suggestions, one row for each order and product.

        One statement with the constraint as its arbiter: the same order may be open twice.

        :param list rows: tuples of order id, company id, product id, state, reason, score
        """
        self.env.execute_query(
            SQL(
                """
                INSERT INTO %(table)s AS known (
                    order_id, company_id, product_id, state, reason, score,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT log.*, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (VALUES %(rows)s) AS log
                    ON CONFLICT (order_id, product_id) DO UPDATE
                   SET state = EXCLUDED.state,
                       write_uid = EXCLUDED.write_uid,
                       write_date = EXCLUDED.write_date
                 WHERE EXCLUDED.state NOT IN (known.state, 'shown')
             RETURNING known.id
                """,
                table=SQL.identifier(self._table),
                uid=self.env.uid,
                now=self.env.cr.now(),
                rows=SQL(", ").join(SQL("%s", row) for row in rows),
            )
        )
        self.invalidate_model()
