from datetime import date, datetime, time, timezone

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Orders whose ids share a multiple of this are read together.
CHUNK_ORDERS = 100_000
# A transaction that began before the reading may be committed after it.
LATE_COMMITS = relativedelta(minutes=15)
EPOCH = date(1970, 1, 1)
# In place of a range: everybody's predictions are out of date.
EVERYBODY = -1
# Up to so many customers all are learned from again whenever one changed, else once a week.
SMALL_COMPANY = 20_000
RELEARN_AFTER = relativedelta(days=6)


class ProductAffinityRun(models.Model):  # pylint: disable=consider-merging-classes-inherited
    """The step that reads what each customer bought, for the steps about customers.

    Each range of orders is one batch, stored as blocks (`sale.customer.block`) of the kinds
    "head" (one for each range that is read), "purchases", and "changed": the customers whose
    predictions are out of date, kept until those are replaced.
    """

    _inherit = "product.affinity.run"

    @api.model
    def _get_steps(self):
        return [*super()._get_steps(), "purchases"]

    def _step_purchases(self):
        """Read one range of orders that changed since it was read last."""
        date_from, today = self._get_purchase_window()
        chunks = self._get_order_chunks(date_from)
        blocks = self.env["sale.customer.block"]
        if not self.position:
            self._forget_changed_chunks(chunks, date_from)
            self.position = 1
        missing = sorted(chunks.keys() - blocks._get_heads(self.company_id).keys())
        if missing:
            self._store_purchases(missing[0], chunks[missing[0]][0], date_from, today)
        return max(len(missing) - 1, 0)

    def _get_purchase_window(self):
        """Return the moment from which orders count, and the day from which they are looked at.

        That is the day of the newest order: a history loaded from another system may end long ago.
        Whole months, so that the period does not move every night.
        """
        affinities = self.env["product.affinity"]
        zone = self.company_id._get_tz()
        newest = affinities._get_newest_order(self.company_id)
        today = newest.replace(tzinfo=timezone.utc).astimezone(zone).date()
        months = affinities._get_mining_settings()["months"]
        start = datetime.combine((today - relativedelta(months=months)).replace(day=1), time.min)
        return zone.localize(start).astimezone(timezone.utc).replace(tzinfo=None), today

    def _get_order_chunks(self, date_from):
        """Return {chunk: (orders, last change)} of the ranges with orders since a moment.

        Quotations too: an order that was cancelled is to be forgotten.
        """
        orders = self.env["sale.order"].sudo()  # sudo: the run is about the whole company
        query = orders._search(
            Domain("company_id", "=", self.company_id.id) & Domain("date_order", ">=", date_from),
            order="id",
        )
        chunk = SQL("%s / %s", SQL.identifier(query.table, "id"), CHUNK_ORDERS)
        query.groupby = chunk
        query.order = None
        rows = self.env.execute_query(
            query.select(
                chunk,
                SQL("count(*)"),
                SQL("max(%s)", orders._field_to_sql(query.table, "write_date", query)),
            )
        )
        return {chunk: (count, changed) for chunk, count, changed in rows}

    def _forget_changed_chunks(self, chunks, date_from):
        """Drop the ranges that are to be read again, and note whose customers changed."""
        company = self.company_id
        blocks = self.env["sale.customer.block"]
        mark = self._get_head_mark(date_from)
        heads = {
            chunk: (size, read_date)
            for chunk, (size, read_date, data) in blocks._get_heads(company).items()
            if data == mark and not self.full
        }
        valid = [
            chunk
            for chunk, (size, read_date) in heads.items()
            if chunk in chunks and chunks[chunk][0] == size and chunks[chunk][1] < read_date
        ]
        dropped = blocks._drop(company, ("head", "purchases"), SQL("chunk <> ALL(%s)", valid))
        changed = chunks.keys() - set(valid)
        for chunk in sorted(changed):
            read_date = heads[chunk][1] if chunk in heads else None
            self._note_changed_customers(chunk, date_from, read_date)
        if (changed or dropped) and self._must_learn():
            blocks._put(company, "changed", [(EVERYBODY, 0, 0, b"")])

    def _get_head_mark(self, date_from):
        """Return what the stored histories depend on besides the orders."""
        level = self.env["product.affinity"]._get_mining_settings().get("level")
        return f"{date_from} {level} {self.company_id._get_tz().zone}".encode()

    def _note_changed_customers(self, chunk, date_from, read_date):
        """Store the customers of the orders of a range that changed since a moment."""
        from ..mining.purchases import pack, unpack

        company = self.company_id
        blocks = self.env["sale.customer.block"]
        orders = self.env["sale.order"].sudo()  # sudo: the run is about the whole company
        query = orders._search(
            Domain("company_id", "=", company.id)
            & Domain("date_order", ">=", date_from)
            & Domain("id", ">=", chunk * CHUNK_ORDERS)
            & Domain("id", "<", (chunk + 1) * CHUNK_ORDERS)
            & (Domain("write_date", ">=", read_date) if read_date else Domain.TRUE)
        )
        query.order = None
        partner = query.join(query.table, "partner_id", "res_partner", "id", "partner_id")
        customer = SQL.identifier(partner, "commercial_partner_id")
        [(found,)] = self.env.execute_query(query.select(SQL("array_agg(DISTINCT %s)", customer)))
        customers = set(found or ())
        # What a run that never ended noted of this range still holds.
        for _chunk, _bucket, _day, data in blocks._get(
            company, "changed", SQL("chunk = %s", chunk)
        ):
            customers.update(unpack(data)[0].tolist())
        blocks._put(company, "changed", [(chunk, 0, len(customers), pack([sorted(customers)]))])

    def _must_learn(self):
        """Whether what all customers teach together is to be learned again, not only what those
        with new orders buy: once a week, and every time as long as there are few."""
        found = self.env["sale.customer.block"]._get_heads(self.company_id, "interests")
        if self.full or not found:
            return True
        customers, learned, _data = found[0]
        return customers <= SMALL_COMPANY or learned < fields.Datetime.now() - RELEARN_AFTER

    def _has_changed_customers(self):
        changed = self._get_changed_customers()
        return changed is None or bool(changed)

    def _is_everybody_changed(self):
        return self._get_changed_customers() is None

    def _get_changed_customers(self):
        """Return the ids of the customers whose predictions are out of date, None for all."""
        from ..mining.purchases import unpack

        customers = set()
        for chunk, _bucket, _day, data in self.env["sale.customer.block"]._get(
            self.company_id, "changed"
        ):
            if chunk == EVERYBODY:
                return None
            customers.update(unpack(data)[0].tolist())
        return sorted(customers)

    def _store_purchases(self, chunk, count, date_from, today):
        """Read a range of orders and store what its customers bought."""
        from ..mining.purchases import pack_purchases, split, summarize

        company, day = self.company_id, (today - EPOCH).days
        read_date = fields.Datetime.now() - LATE_COMMITS
        *lines, amounts = self.env["sale.order.line"]._read_purchases(
            company, chunk * CHUNK_ORDERS, (chunk + 1) * CHUNK_ORDERS - 1, date_from
        )
        blocks = self.env["sale.customer.block"]
        blocks._put(
            company,
            "purchases",
            [
                (chunk, bucket, len(part.amount), pack_purchases(part))
                for bucket, part in split(summarize(*lines, amounts=amounts, today=day))
            ],
            day=day,
        )
        mark = self._get_head_mark(date_from)
        blocks._put(company, "head", [(chunk, 0, count, mark)], read_date=read_date)

    def _get_purchases(self, buckets=None):
        """Return the purchases of the customers of some buckets, or of all of them."""
        from ..mining.purchases import merge, unpack_purchases

        return merge(
            [
                (unpack_purchases(data), day)
                for _chunk, _bucket, day, data in self.env["sale.customer.block"]._get(
                    self.company_id,
                    "purchases",
                    SQL("bucket = ANY(%s)", list(buckets)) if buckets else None,
                )
            ],
            self._get_purchase_today(),
        )

    def _get_purchase_today(self):
        """Return the day from which purchases are looked at, in days from 1970."""
        _date_from, today = self._get_purchase_window()
        return (today - EPOCH).days

    def _get_purchase_years(self):
        """Return the length of the period of the purchases, a quarter of a year at least: what was
        sold in a week says nothing of a year."""
        date_from, _today = self._get_purchase_window()
        [(first,)] = (
            self.env["sale.order"]
            .sudo()
            ._read_group(  # sudo: as above
                Domain("company_id", "=", self.company_id.id)
                & Domain("state", "=", "sale")
                & Domain("date_order", ">=", date_from),
                aggregates=["date_order:min"],
            )
        )
        if not first:
            return 1.0
        return max((self._get_purchase_today() - (first.date() - EPOCH).days + 1) / 365.25, 0.25)
