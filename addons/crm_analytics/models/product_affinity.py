import io
import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

COPY_ROWS = 100_000


class ProductAffinity(models.Model):
    """What goes with what, in one company: "who buys the product also takes the other one".

    The rows are written by `_mine_company` alone, which replaces those of a company all at once.
    """

    _name = "product.affinity"
    _description = "Product Affinity"
    _rec_name = "other_product_id"
    _order = "score desc, id"
    # Mined by the hundred thousand: who and when is the company's `affinity_date`.
    _log_access = False
    # Neighbours kept for each product: anchored by measurement, twenty to thirty keep the quality.
    _max_neighbours = 30

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        comodel_name="product.product", required=True, readonly=True, ondelete="cascade"
    )
    other_product_id = fields.Many2one(
        string="Goes With",
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    orders_both = fields.Integer(
        string="Orders with Both",
        readonly=True,
        help="Confirmed orders of the period that have both products.",
    )
    orders_product = fields.Integer(string="Orders with Product", readonly=True, aggregator=None)
    orders_other = fields.Integer(string="Orders with the Other", readonly=True, aggregator=None)
    support = fields.Float(
        readonly=True, aggregator="max", help="Share of all orders that have both products."
    )
    confidence = fields.Float(
        readonly=True,
        aggregator="max",
        help="Share of the orders with the product that have the other one too.",
    )
    lift = fields.Float(
        readonly=True,
        aggregator="max",
        help="How many times more often than by chance both are on the same order.",
    )
    score = fields.Float(
        readonly=True,
        aggregator="max",
        help="What suggestions are ranked by: orders with both, weighed against how common "
        "each product is.",
    )

    # Product first: suggestions and smart buttons look up by product, in any number of companies.
    _pair_uniq = models.Constraint(
        "UNIQUE (product_id, other_product_id, company_id)",
        "There is already an affinity of these two products in this company.",
    )

    # Actions

    def action_compute_now(self):
        """Mine the current company's orders at once and say what was found."""
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(
                self.env._("Ask a sales administrator to compute what is bought together.")
            )
        found = self._mine_company(self.env.company)
        if found["pairs"]:
            message = self.env._(
                "%(pairs)s pairs that go together found in %(orders)s orders.", **found
            )
        else:
            message = self.env._(
                "Nothing found in %(orders)s orders: two products must be on %(min_orders)s "
                "confirmed orders together.",
                **found,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if found["pairs"] else "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # Scheduled action

    @api.model
    def _cron_compute_affinities(self):
        """Mine each company whose rows are older than six hours.

        One company is one step and one commit: a killed run begins again with those not yet done.
        """
        cron = self.env["ir.cron"]
        companies = self._get_companies_to_mine()
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    self._mine_company(company)
            except Exception:
                # Whatever is wrong with one company must not keep the others from theirs.
                _logger.exception("Product affinities of company %s not computed", company.id)
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_companies_to_mine(self):
        recently = fields.Datetime.now() - relativedelta(hours=6)
        return self.env["res.company"].search(
            Domain("affinity_date", "=", False) | Domain("affinity_date", "<", recently),
            order="affinity_date nulls first, id",
        )

    # Mining

    @api.model
    def _mine_company(self, company):
        """Replace the affinities of a company by those of its orders of the period.

        :return: what was found: `orders`, `products`, `pairs` (directed), `min_orders`
        :rtype: dict
        """
        # Imported here and not at server start: they cost memory in every process.
        from ..mining.affinity import mine_affinities
        from ..mining.baskets import build_baskets

        self._lock_company(company)
        settings = self._get_mining_settings()
        date_from = self._get_newest_order(company) - relativedelta(months=settings["months"])
        orders, products = self.env["sale.order.line"]._read_baskets(company, date_from)
        baskets = build_baskets(orders, products, settings["max_products"])
        affinities = mine_affinities(baskets, settings["min_orders"], self._max_neighbours)
        self._replace_rows(company, affinities)
        # sudo: the date belongs to the computation, no user may write it.
        company = company.sudo()
        company.write(
            {
                "affinity_date": fields.Datetime.now(),
                "affinity_version": company.affinity_version + 1,
            }
        )
        return {
            "orders": baskets.matrix.shape[0],
            "products": len(baskets.product_ids),
            "pairs": len(affinities.product),
            "min_orders": settings["min_orders"],
        }

    @api.model
    def _get_newest_order(self, company):
        """Return when a company's newest order was confirmed, or now if it has none.

        The period ends there: a history loaded from another system may end long ago.
        """
        # sudo: the matrix is the whole company's, so is its newest order.
        order = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "sale"),
                    ("date_order", "<=", fields.Datetime.now()),
                ],
                order="date_order desc, id desc",
                limit=1,
            )
        )
        return order.date_order or fields.Datetime.now()

    @api.model
    def _lock_company(self, company):
        """Keep a second computation of the same company out until this transaction ends.

        An advisory lock: locking the company's row would hold up everything that refers to it.
        """
        [(locked,)] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                self._table,
                company.id,
            )
        )
        if not locked:
            raise UserError(
                self.env._(
                    "What is bought together in %s is being computed already. Try again in a "
                    "few minutes.",
                    company.sudo().name,  # sudo: only its name is shown
                )
            )

    @api.model
    def _replace_rows(self, company, affinities):
        """Write a company's rows in place of the old ones.

        Both happen in the caller's transaction, so whoever reads meanwhile sees the old rows
        until it is committed. COPY takes the arrays as they are; the ORM would need a Python
        object for each value and a statement for each thousand rows.
        """
        from ..mining.pg_binary import encode_copy

        cr = self.env.cr
        self.env.execute_query(
            SQL(
                "DELETE FROM %s WHERE company_id = %s RETURNING NULL",
                SQL.identifier(self._table),
                company.id,
            )
        )
        copy = SQL(
            "COPY %s (%s) FROM STDIN (FORMAT BINARY)",
            SQL.identifier(self._table),
            SQL(", ").join(
                SQL.identifier(name)
                for name in (
                    "company_id",
                    "product_id",
                    "other_product_id",
                    "orders_both",
                    "orders_product",
                    "orders_other",
                    "support",
                    "confidence",
                    "lift",
                    "score",
                )
            ),
        )
        for start in range(0, len(affinities.product), COPY_ROWS):
            columns = [values[start : start + COPY_ROWS] for values in affinities]
            cr.copy_expert(copy.code, io.BytesIO(encode_copy([company.id, *columns])))
        self.invalidate_model()
