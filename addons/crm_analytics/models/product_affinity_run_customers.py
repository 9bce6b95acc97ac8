from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Rows of histories of one batch of customers, about 100 bytes each to work with.
BATCH_ROWS = 200_000
# Rows that are predicted from at a time: each of them speaks for up to thirty other products.
PREDICTED_ROWS = 40_000


class ProductAffinityRun(models.Model):
    """The steps about customers: what they buy next, what they moved up to, what they lack.

    They work on the blocks that the step `purchases` stored, a batch of customers after the other.
    What a batch finds is stored as a block itself, and in the last one these take the place of the
    old rows.
    """

    _inherit = "product.affinity.run"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_steps(self):
        return [*super()._get_steps(), "predictions", "upsell", "white_space"]

    @api.model
    def _get_step_labels(self):
        return {
            **super()._get_step_labels(),
            "purchases": self.env._("Reading what customers bought"),
            "predictions": self.env._("Predicting what customers buy next"),
            "upsell": self.env._("Looking what customers moved up to"),
            "white_space": self.env._("Looking what customers lack"),
        }

    # Steps

    def _step_predictions(self):
        """Learn from all customers which products have the same ones, then predict for a batch."""
        if not self._has_changed_customers():
            # A product may be archived all the same.
            self._replace_predictions([])
            return 0
        if not self.position and self._is_everybody_changed():
            self._learn_interests()
        return self._do_customers("predictions", self._predict, self._replace_predictions)

    def _step_upsell(self):
        """Replace what customers moved up to, whenever all are learned from again."""
        self.env["product.upsell"]._replace_rows(
            self.company_id, self._mine_upsells() if self._is_everybody_changed() else None
        )

    def _step_white_space(self):
        """Choose whom customers are compared with, then find what a batch of them lacks."""
        if not self._has_changed_customers():
            self._replace_white_space([])
            return 0
        if not self.position and self._is_everybody_changed():
            self._choose_peers()
        left = self._do_customers("white_space", self._find_white_space, self._replace_white_space)
        if not left:
            self.env["sale.customer.block"]._drop(self.company_id, ["changed"])
        return left

    # Batches

    def _do_customers(self, kind, compute, replace):
        """Do the next batch of buckets, or after the last one replace the rows.

        `position` is the bucket to go on with, plus one: at 0 the step began.

        :param compute: gets `Purchases` of whole customers, returns arrays: rows to store
        :param replace: gets an iterable of these lists of arrays
        :return: number of batches left
        """
        from ..mining.purchases import pack

        blocks = self.env["sale.customer.block"]
        if not self.position:
            blocks._drop(self.company_id, [kind])
            self.position = 1
        batches = self._get_batches()
        if not batches:
            replace(blocks._iter_arrays(self.company_id, kind))
            blocks._drop(self.company_id, [kind])
            return 0
        purchases = self._select_changed(self._get_purchases(batches[0]))
        arrays = compute(purchases)
        blocks._put(self.company_id, kind, [(0, batches[0][0], len(arrays[0]), pack(arrays))])
        self.position = batches[0][-1] + 2
        return len(batches)

    def _get_batches(self):
        """Return what is left to do as lists of buckets, each of about `BATCH_ROWS` rows."""
        from ..mining.purchases import BUCKET_BITS

        changed = self._get_changed_customers()
        wanted = None if changed is None else {customer >> BUCKET_BITS for customer in changed}
        batches, rows = [], BATCH_ROWS
        for bucket, size in self.env["sale.customer.block"]._get_sizes(
            self.company_id, "purchases"
        ):
            if bucket < self.position - 1 or (wanted is not None and bucket not in wanted):
                continue
            if rows + size > BATCH_ROWS:
                batches.append([])
                rows = 0
            batches[-1].append(bucket)
            rows += size
        return batches

    def _select_changed(self, purchases):
        import numpy as np

        from ..mining.purchases import select

        if self._is_everybody_changed():
            return purchases
        changed = np.array(self._get_changed_customers(), np.int32)
        return select(purchases, np.isin(purchases.histories.customer, changed))

    # Likely next

    def _learn_interests(self):
        import numpy as np

        from ..mining.customer import add_habits, count_habits, learn_interests

        owned, habits = [(np.empty(0, np.int32),) * 2], []
        for histories in self._iter_histories():
            owned.append((histories.customer, histories.product))
            habits.append(count_habits(histories, self._get_purchase_today()))
        customers, products = (np.concatenate(values) for values in zip(*owned, strict=True))
        interests = learn_interests(customers, products, add_habits(habits))
        self._store_lesson("interests", np.unique(customers), interests)

    def _collect_histories(self, *names):
        """Return columns of the histories of all customers, read a batch at a time."""
        import numpy as np

        parts = [(np.empty(0, np.int32),) * len(names)]
        parts += [
            [getattr(histories, name) for name in names] for histories in self._iter_histories()
        ]
        return [np.concatenate(values) for values in zip(*parts, strict=True)]

    def _iter_histories(self):
        """Yield the histories of all customers, a batch at a time."""
        for batch in self._get_batches():
            yield self._get_purchases(batch).histories

    def _store_lesson(self, kind, customers, arrays):
        """Keep what all customers teach together for the nights until it is learned again."""
        from ..mining.purchases import pack

        blocks = self.env["sale.customer.block"]
        blocks._drop(self.company_id, [kind])
        blocks._put(
            self.company_id,
            kind,
            [(self._get_lesson_key(), 0, len(customers), pack(arrays))],
            learn_date=fields.Datetime.now(),
        )

    def _predict(self, purchases):
        import numpy as np

        from ..mining.customer import Interests, Predictions, predict_purchases
        from ..mining.purchases import pieces

        [arrays] = self.env["sale.customer.block"]._iter_arrays(self.company_id, "interests")
        found = [
            predict_purchases(
                piece.histories,
                Interests(*arrays),
                self._get_purchase_today(),
                limit=self.env["sale.customer.prediction"]._max_predictions,
            )
            for piece in pieces(purchases, PREDICTED_ROWS)
        ]
        if not found:
            return [np.empty(0, np.int32)] * len(Predictions._fields)
        return [np.concatenate(values) for values in zip(*found, strict=True)]

    def _replace_predictions(self, chunks):
        self.env["sale.customer.prediction"]._replace_rows(
            self.company_id, chunks, self._get_changed_customers()
        )

    # Up-sell

    def _mine_upsells(self):
        from ..mining.customer import Histories
        from ..mining.upsell import mine_upsells

        customers, products, first_days = self._collect_histories(
            "customer", "product", "first_day"
        )
        arrays = self._get_product_arrays()
        return mine_upsells(
            # what it does not look at is left out
            Histories(customers, products, None, first_days, None, None),
            arrays["products"],
            categories=arrays["categories"],
            prices=arrays["prices"],
            margins=arrays["prices"] - arrays["costs"],
        )

    def _get_product_arrays(self):
        """Return `products` (ids, ascending), `categories`, `prices` and `costs` of those for sale
        that have a category.

        Sales prices and costs of one unit in the company's currency, at today's rate.
        """
        import numpy as np

        company = self.company_id
        # sudo: products of the whole company, whoever asks
        products = self.env["product.product"].sudo().with_company(company)
        products = products.search(
            Domain("active", "=", True)
            & Domain("sale_ok", "=", True)
            & Domain("categ_id", "!=", False)
            & Domain(products._check_company_domain(company)),
            order="id",
        )
        today = company._get_today()
        rates = {
            currency: currency._convert(1.0, company.currency_id, company, today, round=False)
            for currency in products.currency_id | products.cost_currency_id
        }
        return {
            "products": np.array(products.ids, np.int32),
            "categories": np.array([product.categ_id.id for product in products], np.int32),
            "prices": np.array(
                [product.lst_price * rates[product.currency_id] for product in products]
            ),
            "costs": np.array(
                [product.standard_price * rates[product.cost_currency_id] for product in products]
            ),
        }

    # White space

    def _choose_peers(self):
        import numpy as np

        from ..mining.whitespace import build_pool

        parts = [(np.empty(0, np.int32),) * 2 + (np.empty(0, np.float32),)]
        parts += [
            self._get_category_amounts(self._get_purchases(batch)) for batch in self._get_batches()
        ]
        pool = build_pool(*(np.concatenate(values) for values in zip(*parts, strict=True)))
        self._store_lesson("pool", pool.customer, pool)

    def _get_category_amounts(self, purchases):
        """Return customers, categories and what is bought in a year, for each pair."""
        from ..mining.purchases import category_amounts

        products, categories = self._get_product_categories()
        return category_amounts(purchases, products, categories, self._get_purchase_years())

    def _get_product_categories(self):
        """Return the ids of all products, ascending, and of their categories, 0 for none."""
        import numpy as np

        products = self.env["product.product"].sudo().with_context(active_test=False)
        query = products._search(Domain("categ_id", "!=", False), order="id")
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "id"),
                products._field_to_sql(query.table, "categ_id", query),
            )
        )
        return np.array(rows, np.int32).reshape(-1, 2).T

    def _find_white_space(self, purchases):
        from ..mining.whitespace import Pool, find_white_spaces

        [arrays] = self.env["sale.customer.block"]._iter_arrays(self.company_id, "pool")
        return find_white_spaces(Pool(*arrays), *self._get_category_amounts(purchases))

    def _replace_white_space(self, chunks):
        self.env["sale.white.space"]._replace_rows(
            self.company_id, chunks, self._get_changed_customers()
        )
