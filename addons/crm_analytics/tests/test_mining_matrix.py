import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..mining import matrix
from ..tools import matrix_options

LINES = st.lists(st.tuples(st.integers(0, 5), st.integers(3, 8), st.integers(-50, 50)), max_size=40)


@tagged("post_install", "-at_install")
class TestMiningMatrix(BaseCase):
    """Counted and added up again by plain loops."""

    def build(self, lines, key=lambda product: product):
        orders = np.array([order for order, _product, _amount in lines], np.int32)
        keys = np.array([key(product) for _order, product, _amount in lines], np.int32)
        return matrix.build_line_axis(orders, keys, 6)

    def get_orders(self, lines, item, key=lambda product: product):
        return {order for order, product, _amount in lines if key(product) == item}

    @settings(max_examples=60, deadline=None)
    @given(lines=LINES)
    def test_counts_and_sums(self, lines):
        def get_category(product):
            return product // 2

        products, categories = self.build(lines), self.build(lines, get_category)
        orders = np.array([line[0] for line in lines], np.int32)
        amounts = np.array([line[2] for line in lines], np.float64)
        for columns, key in ((products, lambda product: product), (categories, get_category)):
            both = matrix.count_both(products, columns)
            sums = matrix.sum_both(products, columns, orders, amounts)
            for row, product in enumerate(products.ids):
                for column, item in enumerate(columns.ids):
                    shared = self.get_orders(lines, product) & self.get_orders(lines, item, key)
                    self.assertEqual(both[row, column], len(shared))
                    expected = sum(
                        amount
                        for order, other, amount in lines
                        if order in shared and (other == product or key(other) == item)
                    )
                    self.assertEqual(sums[row, column], expected)

    @settings(max_examples=60, deadline=None)
    @given(lines=LINES, data=st.data())
    def test_taken_items_keep_their_figures(self, lines, data):
        axis = self.build(lines)
        positions = np.array(data.draw(st.permutations(range(len(axis.ids)))), np.intp)[:3]
        taken = axis.take(positions)
        self.assertEqual(taken.count_orders().tolist(), axis.count_orders()[positions].tolist())
        both = matrix.count_both(axis, axis)
        self.assertEqual(matrix.count_both(taken, axis).tolist(), both[positions].tolist())

    @settings(max_examples=60, deadline=None)
    @given(
        customers=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), max_size=12),
        members=st.lists(st.tuples(st.integers(1, 7), st.integers(10, 12)), max_size=12),
    )
    def test_groups(self, customers, members):
        def as_arrays(pairs):
            return np.array(pairs, np.int32).reshape(-1, 2).T

        axis = matrix.build_group_axis(*as_arrays(customers), *as_arrays(members), 5)
        found = {
            group: set(np.flatnonzero(axis.incidence[:, [column]].toarray().ravel()).tolist())
            for column, group in enumerate(axis.ids.tolist())
        }
        for group in {group for _member, group in members}:
            inside = {member for member, other in members if other == group}
            expected = {order for order, customer in customers if customer in inside}
            self.assertEqual(found.pop(group), expected)
        anybody = {member for member, _group in members}
        placed = {order for order, customer in customers if customer in anybody}
        self.assertEqual(found, {0: set(range(5)) - placed})

    def test_measures(self):
        measures = matrix.measure([[5, 2]], [6], [5, 3], 10)
        self.assertEqual(measures.support.tolist(), [[0.5, 0.2]])
        self.assertEqual(measures.confidence.round(4).tolist(), [[0.8333, 0.3333]])
        self.assertEqual(measures.lift.round(4).tolist(), [[1.6667, 1.1111]])
        by_column = matrix.measure([[5, 2]], [6], [5, 3], 10, by_column=True)
        self.assertEqual(by_column.confidence.round(4).tolist(), [[1.0, 0.6667]])

    @settings(max_examples=60, deadline=None)
    @given(keys=st.lists(st.integers(-1000, 1000)))
    def test_numbering(self, keys):
        ids, positions = matrix.number_keys(np.array(keys, np.int32))
        self.assertEqual(ids.tolist(), sorted(set(keys)))
        self.assertEqual(ids[positions].tolist(), keys)

    def test_ranking(self):
        ids = np.array([7, 3, 9, 1, 4])
        orders = np.array([2, 5, 2, 0, 9])
        keep = np.array([True, True, True, True, False])
        self.assertEqual(matrix.rank_items(orders, ids, keep).tolist(), [1, 0, 2])


@tagged("post_install", "-at_install")
class TestMatrixOptions(BaseCase):
    @settings(max_examples=200, deadline=None)
    @given(
        values=st.dictionaries(
            st.sampled_from(
                [
                    "rows",
                    "columns",
                    "measure",
                    "period",
                    "company",
                    "group",
                    "row_category",
                    "search",
                    "row_offset",
                    "row_limit",
                    "surprise",
                ]
            ),
            st.none()
            | st.text()
            | st.integers()
            | st.floats()
            | st.booleans()
            | st.lists(st.integers()),
        )
        | st.text()
        | st.none()
    )
    def test_anything_is_understood(self, values):
        options = matrix_options.parse(values)
        self.assertIn(options.rows, matrix_options.LINE_AXES)
        self.assertIn(options.measure, matrix_options.MEASURES)
        self.assertTrue(1 <= options.row_limit <= matrix_options.MAX_LIMIT)
        self.assertTrue(0 <= options.row_offset < 2**31)

    def test_an_address(self):
        options = matrix_options.parse(
            {
                "rows": "product",
                "columns": "tier",
                "group": "country-0",
                "row_category": "3",
                "column_category": "4",
            }
        )
        self.assertEqual(options.group, ("country", 0))
        # columns are no products: no category to narrow them to
        self.assertEqual((options.row_category, options.column_category), (3, None))
