import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

# Bytes of blocks fetched at a time.
FETCHED_BYTES = 16_000_000


class ProductAffinityBlock(models.Model):
    """The counts of one month of a range of orders, as `mining/blocks.py` encodes them."""

    _name = "product.affinity.block"
    _description = "Counts of a Month"
    _rec_name = "month"
    _order = "range_id, month"
    _log_access = False

    range_id = fields.Many2one(
        comodel_name="product.affinity.range", required=True, readonly=True, ondelete="cascade"
    )
    month = fields.Integer(
        required=True, readonly=True, help="In UTC: the year times 12, plus 0 for January."
    )
    # Written and read by SQL: the ORM takes what is in such a field for text in base 64.
    data = fields.Binary(attachment=False, required=True, readonly=True)

    _month_uniq = models.UniqueIndex("(range_id, month)")

    def init(self):
        result = super().init()
        # Small as it is, it need not be compressed by PostgreSQL once more.
        self.env.cr.execute(
            SQL(
                "ALTER TABLE %s ALTER COLUMN data SET STORAGE EXTERNAL",
                SQL.identifier(self._table),
            )
        )
        return result

    @api.model
    def _replace(self, order_range, blocks):
        """Keep the (month, bytes) of a range in place of what was kept of it."""
        cr = self.env.cr
        table = SQL.identifier(self._table)
        cr.execute(SQL("DELETE FROM %s WHERE range_id = %s", table, order_range.id))
        for month, data in blocks:
            cr.execute(
                SQL(
                    "INSERT INTO %s (range_id, month, data) VALUES (%s, %s, %s)",
                    table,
                    order_range.id,
                    month,
                    psycopg2.Binary(data),
                )
            )
        self.invalidate_model()


class StoredBlocks:
    """The blocks of some months of a company with a weight each, as often as they are asked for.

    What is in memory at a time is bounded: see `FETCHED_BYTES`.
    """

    def __init__(self, env, company, weights):
        """:param dict weights: {month: weight}; blocks of other months are passed over"""
        self.env = env
        self.company = company
        self.weights = weights

    def __iter__(self):
        for block_ids in self._get_batches():
            rows = self.env.execute_query(
                SQL("SELECT month, data FROM product_affinity_block WHERE id = ANY(%s)", block_ids)
            )
            for month, data in rows:
                yield data, self.weights[month]

    def _get_batches(self):
        sizes = self.env.execute_query(
            SQL(
                """
                SELECT block.id, octet_length(block.data)
                  FROM product_affinity_block block
                  JOIN product_affinity_range order_range ON order_range.id = block.range_id
                 WHERE order_range.company_id = %s AND block.month = ANY(%s)
                 ORDER BY block.id
                """,
                self.company.id,
                list(self.weights),
            )
        )
        batch, total = [], 0
        for block_id, size in sizes:
            if batch and total + size > FETCHED_BYTES:
                yield batch
                batch, total = [], 0
            batch.append(block_id)
            total += size
        if batch:
            yield batch
