from contextlib import contextmanager

from odoo import models
from odoo.tools import SQL


class AccountMove(models.Model):
    """Invoices, credit notes and what settles them move the points of the orders behind them."""

    _inherit = "account.move"

    def button_cancel(self):
        with self._syncing_loyalty_points():
            return super().button_cancel()

    def button_draft(self):
        with self._syncing_loyalty_points():
            return super().button_draft()

    def _post(self, soft=True):
        with self._syncing_loyalty_points():
            return super()._post(soft=soft)

    def _reverse_moves(self, default_values_list=None, cancel=False):
        with self._syncing_loyalty_points():
            return super()._reverse_moves(default_values_list=default_values_list, cancel=cancel)

    def _sync_loyalty_points(self):
        with self._syncing_loyalty_points():
            pass

    @contextmanager
    def _syncing_loyalty_points(self):
        """Bring the points of the orders of these entries up to date at the end of the block."""
        with self.env["sale.order"]._sync_loyalty_points_after() as order_ids:
            yield
            order_ids.update(self._get_orders_with_points())

    def _get_orders_with_points(self):
        """Return the ids of the orders behind these entries that gave points: one query.

        Behind a payment they are those of the invoices it settles.
        """
        if not self.ids:
            return []
        self.env["account.move.line"].flush_model(["sale_line_ids", "move_id"])
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH entry AS (
                    SELECT id FROM account_move WHERE id IN %(ids)s
                     UNION
                    SELECT invoice_item.move_id
                      FROM account_move_line item
                      JOIN account_partial_reconcile partial ON partial.credit_move_id = item.id
                      JOIN account_move_line invoice_item
                        ON invoice_item.id = partial.debit_move_id
                     WHERE item.move_id IN %(ids)s
                )
                SELECT DISTINCT line.order_id
                  FROM entry
                  JOIN account_move_line item ON item.move_id = entry.id
                  JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                  JOIN sale_order_line line ON line.id = rel.order_line_id
                 WHERE EXISTS (
                       SELECT FROM loyalty_history history
                        WHERE history.order_model = 'sale.order'
                          AND history.order_id = line.order_id
                          AND history.kind = 'earn'
                   )
                """,
                ids=tuple(self.ids),
            )
        )
        return [order_id for (order_id,) in rows]
