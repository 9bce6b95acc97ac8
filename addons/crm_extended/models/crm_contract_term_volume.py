from odoo import models
from odoo.tools import SQL

from ..tools.term_periods import get_elapsed_share, get_pace_gap, is_limit_kept
from .crm_contract_orders import MOVE_TYPES, REFUNDS
from .crm_contract_term_evaluation import Finding


class CrmContractTerm(models.Model):
    """Volume: what has been ordered or invoiced in a period, and whether it keeps its pace."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _measure_volume(self, spans):
        volumes, counts, errors = self._read_volumes(spans)
        return {
            span: Finding(error=errors[span])
            if span in errors
            else span.term._judge_volume(span, volumes[span], counts.get(span, 0))
            for span in spans
        }

    def _judge_volume(self, span, actual, count):
        self.ensure_one()
        today = self.company_id._get_today()
        is_kept = is_limit_kept(self.limit_kind, self.target, actual)
        gap = 0.0
        if span.due_date:
            share = get_elapsed_share(span.date_from, span.date_to, today)
            gap = get_pace_gap(self.limit_kind, self.target, actual, share)
        return Finding(
            actual=actual,
            count=count,
            is_met=is_kept if span.due_date else None,
            is_behind=gap > self.target * self.pace_tolerance / 100,
        )

    def _read_volumes(self, spans):
        """Read all volumes in one query.

        :return: ({span: sum}, {span: number of documents}, {span: sentence about a missing rate})
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(spans)s, scope AS (
                    SELECT span.*,
                           EXISTS (SELECT FROM crm_contract_term_product_product_rel chosen
                                    WHERE chosen.crm_contract_term_id = span.term_id)
                           OR EXISTS (SELECT FROM crm_contract_term_product_category_rel chosen
                                       WHERE chosen.crm_contract_term_id = span.term_id)
                           AS is_limited
                      FROM span
                ), line AS (%(ordered)s UNION ALL %(invoiced)s)
                SELECT line.place,
                       CASE WHEN line.is_amount AND line.is_foreign THEN line.currency_id END,
                       CASE WHEN line.is_amount AND line.is_foreign THEN line.date END,
                       SUM(CASE WHEN line.is_amount THEN line.amount
                                ELSE line.quantity * COALESCE(
                                         line_uom.factor / NULLIF(product_uom.factor, 0), 1
                                     ) END),
                       COUNT(DISTINCT line.document_id)
                  FROM line
                  LEFT JOIN product_product product ON product.id = line.product_id
                  LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                  LEFT JOIN uom_uom line_uom ON line_uom.id = line.uom_id
                  LEFT JOIN uom_uom product_uom ON product_uom.id = template.uom_id
                 WHERE NOT line.is_limited
                    OR EXISTS (
                           SELECT FROM crm_contract_term_product_product_rel chosen
                            WHERE chosen.crm_contract_term_id = line.term_id
                              AND chosen.product_product_id = line.product_id
                       )
                    OR EXISTS (
                           SELECT FROM crm_contract_term_product_category_rel chosen
                             JOIN product_category top ON top.id = chosen.product_category_id
                             JOIN product_category own ON own.id = template.categ_id
                            WHERE chosen.crm_contract_term_id = line.term_id
                              AND own.parent_path LIKE top.parent_path || '%%'
                       )
                 GROUP BY 1, 2, 3
                """,
                spans=self._select_spans(spans),
                ordered=self._select_ordered_lines(),
                invoiced=self._select_invoiced_lines(),
            )
        )
        counts = {}
        for place, _currency, _date, _sum, count in rows:
            counts[spans[place - 1]] = counts.get(spans[place - 1], 0) + count
        volumes, errors = self._add_up(spans, [row[:4] for row in rows])
        return volumes, counts, errors

    def _select_ordered_lines(self):
        """The lines of confirmed orders in each span; without notes, and advance payments."""
        return SQL(
            """
            SELECT scope.place, scope.term_id, scope.is_limited, sale.id AS document_id,
                   scope.measure = 'amount' AS is_amount,
                   sale.currency_id <> scope.currency_id AS is_foreign, sale.currency_id,
                   sale.date_order::date AS date, line.product_id,
                   line.product_uom_id AS uom_id, line.price_subtotal AS amount,
                   line.product_uom_qty AS quantity
              FROM scope
              JOIN sale_order sale ON sale.contract_id = scope.contract_id
               AND sale.state = 'sale'
               AND sale.date_order >= scope.time_from AND sale.date_order < scope.time_to
              JOIN sale_order_line line ON line.order_id = sale.id
               AND line.display_type IS NULL AND line.is_downpayment IS NOT TRUE
             WHERE scope.basis = 'ordered' AND scope.kind = 'customer'
            """
        )

    def _select_invoiced_lines(self):
        """The lines of posted invoices in each span; those of credit notes count negative."""
        return SQL(
            """
            SELECT scope.place, scope.term_id, scope.is_limited, move.id,
                   scope.measure = 'amount', move.currency_id <> scope.currency_id,
                   move.currency_id, move.invoice_date, line.product_id, line.product_uom_id,
                   CASE WHEN move.move_type IN %(refunds)s THEN -line.price_subtotal
                        ELSE line.price_subtotal END,
                   CASE WHEN move.move_type IN %(refunds)s THEN -line.quantity
                        ELSE line.quantity END
              FROM scope
              JOIN account_move move ON move.contract_id = scope.contract_id
               AND move.state = 'posted'
               AND move.move_type IN %(types)s
               AND move.invoice_date BETWEEN scope.date_from AND scope.date_to
              JOIN account_move_line line ON line.move_id = move.id
               AND line.display_type = 'product' AND line.is_downpayment IS NOT TRUE
             WHERE scope.basis = 'invoiced' OR scope.kind = 'supplier'
            """,
            refunds=REFUNDS,
            types=tuple(name for names in MOVE_TYPES.values() for name in names),
        )
