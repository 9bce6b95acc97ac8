from datetime import datetime
from typing import NamedTuple

from psycopg2 import Binary

from odoo import api, fields, models
from odoo.tools import SQL


class Head(NamedTuple):
    size: int
    learn_date: datetime | None
    data: bytes


class SaleCustomerBlock(models.Model):
    """Arrays that the nightly run keeps between its batches and from one night to the next.

    What customers bought is read once, a range of orders (`chunk`) at a time, and kept for a range
    of customers (`bucket`) each. The next night reads again only the ranges in which an order
    changed. Nobody but the run sees these rows.
    """

    _name = "sale.customer.block"
    _description = "Stored Purchase Histories"
    _log_access = False

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Char(required=True, readonly=True)
    chunk = fields.Integer(required=True, readonly=True)
    bucket = fields.Integer(required=True, readonly=True)
    size = fields.Integer(readonly=True, help="Rows in the arrays.")
    day = fields.Integer(readonly=True, help="Days from 1970 to the day the rows are weighed by.")
    learn_date = fields.Datetime(readonly=True, help="When it was learned from all customers.")
    data = fields.Binary(attachment=False, readonly=True)

    _place_uniq = models.UniqueIndex(
        "(company_id, kind, bucket, chunk)", "These histories are stored already."
    )

    @api.model
    def _put(self, company, kind, rows, **values):
        """Store blocks: tuples of chunk, bucket, size and bytes; in place of what was there.

        In SQL, because the ORM keeps binary fields as text.
        """
        if not rows:
            return
        names = ("company_id", "kind", "chunk", "bucket", "size", "data", *values)
        self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) VALUES %s "
                "ON CONFLICT (company_id, kind, bucket, chunk) DO UPDATE SET %s RETURNING NULL",
                SQL.identifier(self._table),
                SQL(", ").join(map(SQL.identifier, names)),
                SQL(", ").join(
                    SQL(
                        "%s",
                        (company.id, kind, chunk, bucket, size, Binary(data), *values.values()),
                    )
                    for chunk, bucket, size, data in rows
                ),
                SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in ("size", "data", *values)
                ),
            )
        )

    @api.model
    def _get(self, company, kind, condition=None):
        """Return (chunk, bucket, day, bytes) of the blocks of a kind, in their order."""
        return self.env.execute_query(
            SQL(
                "SELECT chunk, bucket, day, data FROM %s WHERE company_id = %s AND kind = %s "
                "AND %s ORDER BY bucket, chunk",
                SQL.identifier(self._table),
                company.id,
                kind,
                condition or SQL("TRUE"),
            )
        )

    @api.model
    def _iter_arrays(self, company, kind):
        """Yield the list of arrays of each block of a kind, one in memory at a time."""
        from ..mining.purchases import unpack

        for bucket, _size in self._get_sizes(company, kind):
            for *_place, data in self._get(company, kind, SQL("bucket = %s", bucket)):
                yield unpack(data)

    @api.model
    def _get_heads(self, company, kind="head"):
        """Return {chunk: Head} of blocks that are not cut in buckets."""
        return {
            chunk: Head(size, learn_date, bytes(data))
            for chunk, size, learn_date, data in self.env.execute_query(
                SQL(
                    "SELECT chunk, size, learn_date, data FROM %s "
                    "WHERE company_id = %s AND kind = %s",
                    SQL.identifier(self._table),
                    company.id,
                    kind,
                )
            )
        }

    @api.model
    def _drop(self, company, kinds, condition=None):
        """Delete blocks and return how many there were."""
        return len(
            self.env.execute_query(
                SQL(
                    "DELETE FROM %s WHERE company_id = %s AND kind IN %s AND %s RETURNING NULL",
                    SQL.identifier(self._table),
                    company.id,
                    tuple(kinds),
                    condition or SQL("TRUE"),
                )
            )
        )

    @api.model
    def _get_sizes(self, company, kind):
        """Return [(bucket, rows)] of a kind, ascending."""
        return self.env.execute_query(
            SQL(
                "SELECT bucket, sum(size)::integer FROM %s WHERE company_id = %s AND kind = %s "
                "GROUP BY bucket ORDER BY bucket",
                SQL.identifier(self._table),
                company.id,
                kind,
            )
        )
