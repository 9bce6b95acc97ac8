from datetime import date, timezone

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .product_affinity_settings import LEVELS

EPOCH = date(1970, 1, 1)
# Of the stored arrays: count it up where they change, and everything is read and learned again.
FORMAT = 2
# In place of a range: everybody's predictions are out of date.
EVERYBODY = -1
# Up to so many customers all are learned from again whenever one changed, else once a week.
SMALL_COMPANY = 20_000
RELEARN_AFTER = relativedelta(days=6)


class ProductAffinityRun(models.Model):
    """The step that reads what each customer bought, for the steps about customers.

    Each range of orders is one batch, stored as blocks (`sale.customer.block`) of the kinds
    "purchases", "head" (one for each range that was read, with its fingerprint) and "changed": the
    customers whose predictions are out of date, kept until those are replaced.
    """

    _inherit = "product.affinity.run"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_steps(self):
        return [*super()._get_steps(), "purchases"]

    def _step_purchases(self):
        """Read one range of orders that changed since it was read last."""
        blocks = self.env["sale.customer.block"]
        if not self.position:
            self._plan_purchases()
            self.position = 1
        todo = blocks._get_heads(self.company_id, "todo")
        if todo:
            chunk = min(todo)
            self._store_purchases(chunk, todo[chunk].data)
            blocks._drop(self.company_id, ["todo"], SQL("chunk = %s", chunk))
        return max(len(todo) - 1, 0)

    def _plan_purchases(self):
        """Note which ranges of orders are to be read, with their fingerprints."""
        company = self.company_id
        blocks = self.env["sale.customer.block"]
        found = self._get_fingerprints()
        heads = {chunk: head.data for chunk, head in blocks._get_heads(company).items()}
        changed = [
            chunk
            for chunk in found.keys() | heads.keys()
            if self.full or found.get(chunk) != heads.get(chunk)
        ]
        blocks._drop(company, ["todo"])
        blocks._put(company, "todo", [(chunk, 0, 0, found.get(chunk, b"")) for chunk in changed])
        if changed and self._must_learn():
            blocks._put(company, "changed", [(EVERYBODY, 0, 0, b"")])

    def _get_purchase_window(self):
        """Return the moment from which orders count, as for what is bought together, and the day
        from which they are looked at: that of the newest order, at the company."""
        affinities = self.env["product.affinity"]
        company = self.company_id
        date_from, _last_month = affinities._get_window(company)
        newest = affinities._get_newest_order(company).replace(tzinfo=timezone.utc)
        return date_from, newest.astimezone(company._get_tz()).date()

    def _get_fingerprints(self):
        """Return {range of orders: what its stored purchases depend on}."""
        date_from, _today = self._get_purchase_window()
        level = self.env["product.affinity"]._get_mining_settings()["level"]
        mark = f"{FORMAT} {date_from} {level} {self.company_id._get_tz().zone}"
        ranges = self.env["sale.order.line"]._get_basket_ranges(self.company_id, date_from)
        return {chunk: f"{mark} {key}".encode() for chunk, key in ranges.items()}

    def _must_learn(self):
        """Whether what all customers teach together is to be learned again, not only what those
        with new orders buy: once a week, and every time as long as there are few."""
        blocks = self.env["sale.customer.block"]
        found = blocks._get_heads(self.company_id, "interests").get(self._get_lesson_key())
        if self.full or not found:
            return True
        long_ago = fields.Datetime.now() - RELEARN_AFTER
        return found.size <= SMALL_COMPANY or found.learn_date < long_ago

    def _get_lesson_key(self):
        """Return what lessons are stored by: of no use where variants are one product now, or are
        one no more."""
        level = self.env["product.affinity"]._get_mining_settings()["level"]
        return FORMAT * len(LEVELS) + LEVELS.index(level)

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

    def _store_purchases(self, chunk, fingerprint):
        """Read a range of orders, store what its customers bought, and note for whom that changed.

        :param bytes fingerprint: empty for a range that has no orders any more
        """
        import numpy as np

        from ..mining import purchases as mining

        company = self.company_id
        date_from, today = self._get_purchase_window()
        day = (today - EPOCH).days
        blocks, here = self.env["sale.customer.block"], SQL("chunk = %s", chunk)
        old = [
            (mining.unpack_purchases(data), at)
            for _chunk, _bucket, at, data in blocks._get(company, "purchases", here)
        ]
        *lines, amounts = self.env["sale.order.line"]._read_purchases(company, chunk, date_from)
        purchases = mining.summarize(*lines, amounts=amounts, today=day)
        changed = [mining.changed_customers(mining.merge(old, day), purchases)]
        # What an unfinished run noted of this range still holds.
        changed += [mining.unpack(data)[0] for *_at, data in blocks._get(company, "changed", here)]
        customers = np.unique(np.concatenate(changed))
        blocks._drop(company, ("head", "purchases"), here)
        blocks._put(
            company,
            "purchases",
            [
                (chunk, bucket, len(part.amount), mining.pack_purchases(part))
                for bucket, part in mining.split(purchases)
            ],
            day=day,
        )
        blocks._put(company, "changed", [(chunk, 0, len(customers), mining.pack([customers]))])
        if fingerprint:
            blocks._put(company, "head", [(chunk, 0, 0, fingerprint)])

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
        # sudo: the period is that of the whole company
        orders = self.env["sale.order.line"]._get_basket_orders(self.company_id).sudo()
        first = orders.search_fetch(
            orders.env["sale.order.line"]._get_basket_order_domain(self.company_id)
            & Domain("date_order", ">=", date_from),
            ["date_order"],
            order="date_order, id",
            limit=1,
        )
        if not first:
            return 1.0
        days = self._get_purchase_today() - (first.date_order.date() - EPOCH).days + 1
        return max(days / 365.25, 0.25)
