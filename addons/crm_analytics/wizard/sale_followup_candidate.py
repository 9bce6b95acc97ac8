from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class SaleFollowupCandidate(models.TransientModel):
    """Customers of a product who never bought the other one: a list that is made when asked for.

    It turns what is known of products, bought together or moved to, into work with customers.
    """

    _name = "sale.followup.candidate"
    _inherit = ["sale.followup.mixin"]
    _description = "Customer to Propose a Product To"
    _order = "order_count desc, id"
    # The customers with most orders; more is not a list that somebody works through.
    _max_candidates = 500

    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        string="Customer", comodel_name="res.partner", required=True, readonly=True
    )
    product_id = fields.Many2one(
        string="Propose", comodel_name="product.product", required=True, readonly=True
    )
    origin_product_id = fields.Many2one(
        string="Because of", comodel_name="product.product", required=True, readonly=True
    )
    order_count = fields.Integer(
        string="Orders",
        readonly=True,
        help="Confirmed orders of the customer that have the product it is proposed for.",
    )
    last_order_date = fields.Date(string="Last Ordered", readonly=True)
    reason = fields.Char(compute="_compute_reason")

    @api.depends("order_count", "origin_product_id")
    @api.depends_context("lang")
    def _compute_reason(self):
        for candidate in self:
            candidate.reason = self.env._(
                "Bought %(product)s (orders: %(count)s), but never this",
                product=candidate.origin_product_id.with_context(
                    display_default_code=False
                ).display_name,
                count=candidate.order_count,
            )

    @api.model
    def _action_find(self, pairs):
        """Find customers for pairs of products and open them.

        :param pairs: records with `company_id`, `product_id` and `other_product_id`
        """
        pairs.check_access("read")
        found = pairs and self._find(
            [(pair.company_id.id, pair.product_id.id, pair.other_product_id.id) for pair in pairs]
        )
        if not found:
            raise UserError(
                self.env._("All customers of the selected products have bought the others too.")
            )
        action = self.env["ir.actions.actions"]._for_xml_id(
            "crm_analytics.sale_followup_candidate_action"
        )
        action["domain"] = [("id", "in", found.ids)]
        return action

    @api.model
    def _find(self, pairs):
        """Make and return the candidates of pairs: company, product and other product ids.

        Where affinities are kept by template, any variant counts as the product.
        """
        level = self.env["product.affinity"]._get_mining_settings()["level"]
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model(["partner_id", "date_order", "state"])
        self.env["res.partner"].flush_model(
            ["commercial_partner_id", "is_guest", "active", "user_id"]
        )
        # As the rule, so that the limit counts only customers who are shown.
        is_shown = SQL("TRUE")
        if not self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            is_shown = SQL("COALESCE(customer.user_id, %(uid)s) = %(uid)s", uid=self.env.uid)
        self.env["product.product"].flush_model(["product_tmpl_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH pair (company_id, product_id, other_id) AS (VALUES %(pairs)s),
                variant AS (
                    SELECT stored.id AS product_id, same.id AS variant_id
                      FROM product_product AS stored
                      JOIN product_product AS same
                        ON same.id = stored.id
                        OR %(by_template)s AND same.product_tmpl_id = stored.product_tmpl_id
                     WHERE stored.id IN (
                               SELECT product_id FROM pair UNION SELECT other_id FROM pair)
                ),
                bought AS (
                    SELECT line.company_id, partner.commercial_partner_id AS partner_id,
                           variant.product_id, count(DISTINCT line.order_id) AS orders,
                           max(sale.date_order) AS last_date
                      FROM variant
                      JOIN sale_order_line AS line ON line.product_id = variant.variant_id
                      JOIN sale_order AS sale ON sale.id = line.order_id
                      JOIN res_partner AS partner ON partner.id = sale.partner_id
                     WHERE line.company_id IN (SELECT company_id FROM pair)
                       AND sale.state = 'sale' AND line.product_uom_qty > 0
                     GROUP BY 1, 2, 3
                ),
                candidate AS (
                    SELECT DISTINCT ON (bought.company_id, bought.partner_id, pair.other_id)
                           bought.company_id, bought.partner_id, pair.other_id, bought.product_id,
                           bought.orders, bought.last_date
                      FROM pair
                      JOIN bought USING (company_id, product_id)
                      JOIN res_partner AS customer ON customer.id = bought.partner_id
                      LEFT JOIN bought AS owned
                        ON owned.company_id = pair.company_id
                       AND owned.partner_id = bought.partner_id
                       AND owned.product_id = pair.other_id
                     WHERE owned.partner_id IS NULL
                       AND customer.active AND customer.is_guest IS NOT TRUE AND %(is_shown)s
                     ORDER BY bought.company_id, bought.partner_id, pair.other_id,
                              bought.orders DESC, bought.product_id
                )
                INSERT INTO %(table)s (
                    company_id, partner_id, product_id, origin_product_id, order_count,
                    last_order_date, create_uid, create_date, write_uid, write_date
                )
                SELECT company_id, partner_id, other_id, product_id, orders, last_date::date,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM candidate
                 ORDER BY orders DESC, last_date DESC, partner_id
                 LIMIT %(limit)s
             RETURNING id
                """,
                pairs=SQL(", ").join(SQL("%s", pair) for pair in set(pairs)),
                by_template=level == "template",
                is_shown=is_shown,
                table=SQL.identifier(self._table),
                uid=self.env.uid,
                now=self.env.cr.now(),
                limit=self._max_candidates,
            )
        )
        return self.browse(candidate_id for (candidate_id,) in rows)
