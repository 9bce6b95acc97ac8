from collections import defaultdict

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
    # As they were when it was proposed. Related fields would be searched for and written again
    # whenever an order is saved.
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_from_order",
        store=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        string="Customer",
        comodel_name="res.partner",
        compute="_compute_from_order",
        store=True,
        ondelete="set null",
        help="The company of the customer, whose refusals are remembered.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    origin_product_id = fields.Many2one(
        string="Because Of",
        comodel_name="product.product",
        readonly=True,
        ondelete="set null",
        help="The product on the order, or bought before, that it was proposed for.",
    )
    kind = fields.Selection(
        selection=[
            ("affinity", "Bought Together"),
            ("repeat", "Bought Again"),
            ("similar", "Similar Customers"),
            ("upsell", "Up-Sell"),
        ],
        readonly=True,
    )
    reason = fields.Char(readonly=True, help="What the salesperson was told.")
    score = fields.Float(readonly=True, aggregator="avg")
    position = fields.Integer(
        readonly=True, aggregator="avg", help="Place among the suggestions, 1 is the first."
    )
    model_version = fields.Integer(
        readonly=True,
        aggregator=None,
        help="Which computation of what is bought together it comes from.",
    )
    state = fields.Selection(
        selection=[
            ("shown", "Shown"),
            ("added", "Added"),
            ("dismissed", "Dismissed"),
            ("ordered", "Ordered"),
            ("refused", "Refused"),
            ("held_out", "Held Out"),
        ],
        required=True,
        readonly=True,
        default="shown",
        help="Held out: not shown on purpose, to tell what is bought without suggestions.",
    )
    dismiss_reason = fields.Selection(
        selection=[
            ("not_needed", "Not Needed"),
            ("has_already", "Has It Already"),
            ("too_expensive", "Too Expensive"),
            ("later", "Later"),
            ("other", "Other"),
        ],
        readonly=True,
    )
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(
        compute="_compute_amounts",
        help="Untaxed amount of the product on the order as it is now.",
    )
    margin = fields.Monetary(
        compute="_compute_amounts",
        groups="sales_team.group_sale_manager",
        help="Amount less the cost of the product as it is now.",
    )

    # Order first: the panel asks for what was dismissed on one order.
    _order_product_uniq = models.Constraint(
        "UNIQUE (order_id, product_id)", "This product was already proposed on this order."
    )
    _dismissed_idx = models.Index("(partner_id, product_id) WHERE state = 'dismissed'")

    # Computes

    @api.depends("order_id")
    def _compute_from_order(self):
        for suggestion in self:
            suggestion.company_id = suggestion.order_id.company_id
            suggestion.partner_id = suggestion.order_id.partner_id.commercial_partner_id

    @api.depends("order_id", "product_id")
    def _compute_amounts(self):
        """Add up the lines of the order with the product, whichever of its variants.

        The lines are no dependency: saving an order must not look for its suggestions.
        """
        templates = self.product_id.product_tmpl_id
        groups = self.env["sale.order.line"]._read_group(
            [
                ("order_id", "in", self.order_id.ids),
                ("product_id.product_tmpl_id", "in", templates.ids),
            ],
            ["order_id", "product_id", "product_uom_id"],
            ["price_subtotal:sum", "product_uom_qty:sum"],
        )
        amounts, margins = defaultdict(float), defaultdict(float)
        for order, product, uom, amount, quantity in groups:
            unit_cost = product.with_company(order.company_id).standard_price
            cost = order.company_id.currency_id._convert(
                unit_cost * uom._compute_quantity(quantity, product.uom_id),
                order.currency_id,
                order.company_id,
                order.date_order or fields.Date.context_today(self),
            )
            key = (order, product.product_tmpl_id)
            amounts[key] += amount
            margins[key] += amount - cost
        for suggestion in self:
            key = (suggestion.order_id, suggestion.product_id.product_tmpl_id)
            suggestion.amount = amounts[key]
            suggestion.margin = margins[key]

    # Log

    @api.model
    def _log(self, rows):
        """Write what became of suggestions, one row for each order and product.

        One statement with the constraint as its arbiter: the same order may be open twice. What
        was held out stays that.

        :param list rows: dicts of the same stored fields: `order_id`, `product_id`, `state`,
            `dismiss_reason` and whatever is known when it is first proposed
        """
        names = list(rows[0])
        self.env.execute_query(
            SQL(
                """
                INSERT INTO %(table)s AS known (
                    %(names)s, create_uid, create_date, write_uid, write_date
                )
                VALUES %(rows)s
                    ON CONFLICT (order_id, product_id) DO UPDATE
                   SET state = EXCLUDED.state,
                       dismiss_reason = EXCLUDED.dismiss_reason,
                       write_uid = EXCLUDED.write_uid,
                       write_date = EXCLUDED.write_date
                 WHERE EXCLUDED.state NOT IN (known.state, 'shown', 'held_out')
                   AND known.state <> 'held_out'
             RETURNING known.id
                """,
                table=SQL.identifier(self._table),
                names=SQL(", ").join(SQL.identifier(name) for name in names),
                rows=SQL(", ").join(
                    SQL(
                        "(%(values)s, %(uid)s, %(now)s, %(uid)s, %(now)s)",
                        values=SQL(", ").join(SQL("%s", row[name]) for name in names),
                        uid=self.env.uid,
                        now=self.env.cr.now(),
                    )
                    for row in rows
                ),
            )
        )
        self.invalidate_model()
