import itertools
import random

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import panel_values

# Seeds are 1..9999: 0 is an order that has none.
SEEDS = 9_999


class SaleOrder(models.Model):
    _inherit = "sale.order"

    suggestion_seed = fields.Integer(
        copy=False,
        default=lambda self: random.randint(1, SEEDS),
        aggregator=None,
        help="Drawn once for each quotation: decides whether it is held out from suggestions.",
    )

    def _init_column(self, column_name):
        # Orders that are older than the column go by their id: one default would be all orders'.
        if column_name == "suggestion_seed":
            return None
        return super()._init_column(column_name)

    # Suggestions for the panel

    @api.model
    @api.readonly
    def get_affinity_suggestions(self, values, limit=5):
        """Return what goes best with the products on a quotation and with its customer.

        :param dict values: the quotation as it is on the screen, saved or not: `product_ids` on
            its lines, `line_ids` of saved lines that the screen did not load or `saved_lines` for
            all of them, `dismissed_ids` of products not wanted, `order_id` if it is saved,
            `suggestion_seed`, `company_id`, `partner_id`, `pricelist_id`, `fiscal_position_id`,
            `date_order`
        :return: best first, dicts of `product_id`, `name`, `kind` and `reason`, `quantity` (as
            this customer ordered last time, else 1), `uom`, `price` (of one unit, for this
            customer), `currency_id`, `warning` if core has one, and for those who may see them
            `margin` and `margin_percent` of one unit. Nothing on a quotation held out.
        :rtype: list[dict]
        """
        values = panel_values.parse(values)
        limit = panel_values.parse_limit(limit)
        order = self._get_order_on_screen(values)
        basket = self._get_basket_on_screen(values)
        order_id = values.get("order_id") or 0
        rows, held_out, seed = order._rank_suggestions(
            basket, limit, order_id=order_id, dismissed_ids=values.get("dismissed_ids") or []
        )
        seed = (seed if order_id else values.get("suggestion_seed")) or 0
        if not rows or self._is_held_out(held_out, seed, order_id):
            return []
        return order._prepare_suggestions(rows)

    @api.model
    def _is_held_out(self, logged, seed, order_id):
        """Return whether a quotation gets no suggestions, to compare with those that do.

        It stays as it was when something was first logged on it, whatever the share is now.

        :param logged: whether it was held out then, None if nothing is logged
        """
        if logged is not None:
            return logged
        if not seed and order_id:
            seed = 1 + order_id * 7919 % SEEDS  # spread: the older orders have no seed
        share = self.env["sale.suggestion"]._get_suggestion_settings()["holdout"]
        return 0 < seed <= share * SEEDS / 100

    # Memory of what was proposed

    def log_affinity_suggestions(
        self, state, product_ids, basket_ids, positions=(), dismiss_reason=False
    ):
        """Remember what was shown, added or dismissed on this order; the last word counts, and
        what was merely shown changes nothing that is already known.

        On a quotation held out nothing was shown: what would have been is remembered then, and
        nothing else.

        :param str state: shown, added or dismissed
        :param list product_ids: the products proposed
        :param basket_ids: list of the products that were on the order then; False for those of
            its lines
        :param list positions: place of each product on the screen, in the order of `product_ids`
            if left out
        :param dismiss_reason: why, if dismissed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_suggestion_outcome(state, dismiss_reason)
        order = self.with_company(self.company_id)
        positions = self._get_logged_positions(product_ids, positions)
        products = self.env["product.product"].browse(positions).exists()
        basket = self.env["product.product"].browse(panel_values.parse_ids(basket_ids))
        if basket_ids is False:
            basket = self.order_line.product_id - products
        if order._is_order_held_out():
            if state != "shown":
                return True
            state, products = "held_out", None
        # Reason and score are worked out again: the log does not believe the browser.
        rows = order._rank_suggestions_to_log(basket, products)
        values = order._prepare_suggestion_log(
            rows, state, products, positions, dismiss_reason or None
        )
        if values:
            # sudo: the log is written by this method alone, nobody may edit it.
            self.env["sale.suggestion"].sudo()._log(values)
        return True

    @api.model
    def _check_suggestion_outcome(self, state, dismiss_reason):
        if state not in ("shown", "added", "dismissed"):
            raise UserError(self.env._("A suggestion is shown, added or dismissed."))
        reasons = dict(self.env["sale.suggestion"]._fields["dismiss_reason"].selection)
        known = isinstance(dismiss_reason, str) and dismiss_reason in reasons
        if dismiss_reason and (state != "dismissed" or not known):
            raise UserError(
                self.env._(
                    "Choose one of the reasons for which a suggestion can be dismissed: "
                    "%(reasons)s.",
                    reasons=", ".join(reasons),
                )
            )

    @api.model
    def _get_logged_positions(self, product_ids, positions):
        """Return {product id: its place on the screen} of what a browser sent."""
        product_ids = product_ids if isinstance(product_ids, (list, tuple)) else []
        positions = list(positions) if isinstance(positions, (list, tuple)) else []
        positions += [None] * len(product_ids) if positions else range(1, len(product_ids) + 1)
        known = {
            product_id: panel_values.parse_id(position)
            for product_id, position in zip(product_ids, positions, strict=False)
            if panel_values.parse_id(product_id)
        }
        return dict(itertools.islice(known.items(), panel_values.MAX_SUGGESTIONS))

    def _is_order_held_out(self):
        self.ensure_one()
        [(logged,)] = self.env.execute_query(
            SQL(
                "SELECT bool_or(state = 'held_out') FROM sale_suggestion WHERE order_id = %s",
                self.id,
            )
        )
        return self._is_held_out(logged, self.suggestion_seed, self.id)

    def _rank_suggestions_to_log(self, basket, products):
        parts = self._get_suggestion_product_parts() + self._get_suggestion_source_parts()
        limit = 5 if products is None else len(products)
        if not limit:
            return []
        rows, _held_out, _seed = self._rank_suggestions(
            basket, limit, order_id=self.id, products=products, parts=parts
        )
        return rows

    def _prepare_suggestion_log(self, rows, state, products, positions, dismiss_reason):
        """Return the values of the log, also of products that nothing speaks for any more."""
        reasons = self._get_suggestion_reasons(rows)
        rows = {row.product_id: row for row in rows}
        common = {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id or None,
            "model_version": self.company_id.affinity_version,
            "state": state,
            "dismiss_reason": dismiss_reason,
        }
        if products is None:
            positions = {product_id: place for place, product_id in enumerate(rows, start=1)}
        result = []
        for product_id in rows if products is None else products.ids:
            row = rows.get(product_id)
            result.append(
                {
                    **common,
                    "product_id": product_id,
                    "origin_product_id": row and row.origin_id,
                    "kind": row and row.kind,
                    "reason": row and reasons[product_id],
                    "score": row.score if row else 0.0,
                    "position": positions.get(product_id),
                }
            )
        return result
