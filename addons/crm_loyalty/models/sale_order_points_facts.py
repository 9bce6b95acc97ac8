from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..tools.order_points import PointsShare, get_share

# From the currency of an invoice to the currency of its order.
_RATE = SQL(
    "CASE WHEN move.currency_id = sale.currency_id THEN 1"
    " ELSE sale.currency_rate / NULLIF(move.invoice_currency_rate, 0) END"
)


class SaleOrder(models.Model):
    """How much of an order is kept, delivered, invoiced and paid, as its points see it.

    Amounts include taxes and are in the currency of the order. The number of queries is the same
    for one order and for a thousand.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "loyalty.order.mixin"]  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_points_states(self):
        return ("sale",)

    def _read_points_shares(self, programs_by_order):
        """Points are weighed by the lines that earned them: crediting something else takes none."""
        lines_by_order = self._read_points_lines()
        money = self._read_points_money()
        earning = self._get_earning_lines(lines_by_order, programs_by_order)
        shares = {}
        for order_id, programs in programs_by_order.items():
            lines = lines_by_order.get(order_id, [])
            received, other_credit = money.get(order_id, (0.0, 0.0))
            total = sum(line["amount"] for line in lines)
            left = total - sum(line["taken_back"] for line in lines)
            # What was credited without naming a line of the order: for all lines alike.
            other_credit -= sum(line["credited"] for line in lines)
            uncredited = 1 - get_share(other_credit, left) if other_credit > 0 else 1.0
            notes = sorted({note for line in lines for note in line["credit_notes"] or ()})
            for program in programs:
                earned = earning[order_id, program]
                amount = sum(line["amount"] for line in earned)
                kept = amount - sum(line["taken_back"] for line in earned)
                if program.points_release == "payment":
                    released = get_share(received, left * uncredited)
                else:
                    done = self._get_done_amount(earned, program.points_release)
                    released = get_share(done, kept)
                shares[order_id, program] = PointsShare(
                    get_share(kept, amount) * uncredited, released, ", ".join(notes)
                )
        return shares

    def _get_done_amount(self, lines, release):
        """Return what of the amount of ``lines`` lets points count that wait for ``release``."""
        if release == "delivery":
            return sum(line["amount"] * line["delivered"] for line in lines)
        if release == "invoice":
            return sum(min(line["invoiced"], line["amount"]) for line in lines)
        return sum(line["amount"] for line in lines)

    def _get_earning_lines(self, lines_by_order, programs_by_order):
        """Return {(order id, program): the lines whose products earn points of the program}.

        Rewards are left out: a discount makes all lines cheaper. Where no line earns any more,
        because the rules have changed, all lines do.
        """
        by_program = defaultdict(list)
        for order_id, programs in programs_by_order.items():
            for program in programs:
                by_program[program].append(order_id)
        earning = {}
        for program, order_ids in by_program.items():
            goods = {
                order_id: [
                    line for line in lines_by_order.get(order_id, []) if not line["reward_id"]
                ]
                for order_id in order_ids
            }
            valid_ids = program._get_earning_product_ids(
                {line["product_id"] for lines in goods.values() for line in lines}
            )
            for order_id, lines in goods.items():
                earned = [line for line in lines if line["product_id"] in valid_ids]
                earning[order_id, program] = earned or lines
        return earning

    def _read_points_lines(self):
        """Read the lines of the orders: {order id: [dict, ...]}.

        ``taken_back`` is what was credited and not invoiced again.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.order_id, line.product_id, line.reward_id,
                       line.price_total::float AS amount,
                       CASE WHEN line.product_uom_qty > 0
                            THEN GREATEST(LEAST(line.qty_delivered / line.product_uom_qty, 1), 0)
                            ELSE 1
                        END::float AS delivered,
                       COALESCE(invoice.invoiced, 0)::float AS invoiced,
                       COALESCE(invoice.credited, 0)::float AS credited,
                       invoice.credit_notes
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
             LEFT JOIN LATERAL (
                    SELECT SUM(item.price_total * %(rate)s)
                               FILTER (WHERE move.move_type != 'out_refund') AS invoiced,
                           SUM(item.price_total * %(rate)s)
                               FILTER (WHERE move.move_type = 'out_refund') AS credited,
                           array_agg(DISTINCT move.name)
                               FILTER (WHERE move.move_type = 'out_refund') AS credit_notes
                      FROM sale_order_line_invoice_rel rel
                      JOIN account_move_line item ON item.id = rel.invoice_line_id
                      JOIN account_move move ON move.id = item.move_id AND move.state = 'posted'
                     WHERE rel.order_line_id = line.id
                       ) invoice ON TRUE
                 WHERE line.order_id IN %(order_ids)s
                   AND line.display_type IS NULL
                   AND line.is_downpayment IS NOT TRUE
                """,
                rate=_RATE,
                order_ids=tuple(self.ids),
            )
        )
        lines_by_order = defaultdict(list)
        for line in rows:
            sign = -1 if line["amount"] < 0 else 1
            again = max(sign * (line["invoiced"] - line["amount"]), 0.0)
            credited = min(sign * line["credited"] - again, sign * line["amount"])
            line["taken_back"] = sign * max(credited, 0.0)
            lines_by_order[line["order_id"]].append(line)
        return lines_by_order

    def _read_points_money(self):
        """Return {order id: (money received, amount of credit notes that settled its invoices)}.

        Whatever settles an invoice is money, except credit notes of the order itself. An online
        payment counts once, with its order, whether it settles an invoice or not yet.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH invoice AS (
                    SELECT line.order_id, move.id AS move_id, move.move_type,
                           SUM(item.price_total) / NULLIF(move.amount_total, 0) * %(rate)s AS share
                      FROM sale_order_line line
                      JOIN sale_order sale ON sale.id = line.order_id
                      JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                      JOIN account_move_line item ON item.id = rel.invoice_line_id
                      JOIN account_move move ON move.id = item.move_id AND move.state = 'posted'
                     WHERE line.order_id IN %(order_ids)s
                     GROUP BY line.order_id, sale.id, move.id
                ), online AS (
                    SELECT rel.sale_order_id AS order_id, tx.id, tx.amount
                      FROM sale_order_transaction_rel rel
                      JOIN payment_transaction tx
                        ON rel.transaction_id IN (tx.id, tx.source_transaction_id)
                       AND tx.state = 'done'
                       AND tx.operation IS DISTINCT FROM 'validation'
                     WHERE rel.sale_order_id IN %(order_ids)s
                       AND NOT EXISTS (  -- captured in parts: these are counted
                           SELECT FROM payment_transaction part
                            WHERE part.source_transaction_id = tx.id AND part.operation != 'refund'
                       )
                ), settled AS (
                    SELECT invoice.order_id,
                           partial.debit_amount_currency * invoice.share AS amount,
                           source.move_type = 'out_refund' AND (
                               source.reversed_entry_id = invoice.move_id
                               OR EXISTS (
                                   SELECT FROM invoice own
                                    WHERE own.move_id = source.id
                                      AND own.order_id = invoice.order_id
                               )
                           ) AS is_credit
                      FROM invoice
                      JOIN account_move_line receivable
                        ON receivable.move_id = invoice.move_id
                       AND receivable.display_type = 'payment_term'
                      JOIN account_partial_reconcile partial
                        ON partial.debit_move_id = receivable.id
                      JOIN account_move_line counterpart
                        ON counterpart.id = partial.credit_move_id
                       AND counterpart.parent_state = 'posted'
                      JOIN account_move source ON source.id = counterpart.move_id
                 LEFT JOIN account_payment payment ON payment.id = source.origin_payment_id
                     WHERE invoice.move_type != 'out_refund'
                       AND NOT EXISTS (
                           SELECT FROM online
                            WHERE online.order_id = invoice.order_id
                              AND online.id = payment.payment_transaction_id
                       )
                 UNION ALL  -- registered, and waiting for the bank without an entry of its own
                    SELECT invoice.order_id, payment.amount * invoice.share, FALSE
                      FROM invoice
                      JOIN account_move__account_payment rel ON rel.invoice_id = invoice.move_id
                      JOIN account_payment payment
                        ON payment.id = rel.payment_id
                       AND payment.move_id IS NULL
                       AND payment.state = 'in_process'
                       AND payment.payment_type = 'inbound'
                     WHERE NOT EXISTS (
                           SELECT FROM online
                            WHERE online.order_id = invoice.order_id
                              AND online.id = payment.payment_transaction_id
                       )
                 UNION ALL
                    SELECT order_id, amount, FALSE FROM online
                )
                SELECT order_id,
                       COALESCE(SUM(amount) FILTER (WHERE NOT is_credit), 0)::float,
                       COALESCE(SUM(amount) FILTER (WHERE is_credit), 0)::float
                  FROM settled
                 GROUP BY order_id
                """,
                rate=_RATE,
                order_ids=tuple(self.ids),
            )
        )
        return {order_id: (received, credited) for order_id, received, credited in rows}
