from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from odoo.tests import BaseCase, tagged

from ..tools.uplift import Sample, compare_means, compare_shares

AMOUNTS = st.lists(
    st.integers(0, 50_000).map(lambda cents: cents / 100), min_size=30, max_size=60
).filter(lambda amounts: len(set(amounts)) > 3)


def summarise(amounts):
    return Sample(len(amounts), sum(amounts), sum(amount * amount for amount in amounts))


@tagged("post_install", "-at_install")
class TestUplift(BaseCase):
    """The arithmetic of results, compared with scipy on the single amounts and with papers."""

    @given(AMOUNTS, AMOUNTS)
    def test_means_as_scipy_compares_them(self, target, holdout):
        ours = compare_means(summarise(target), summarise(holdout), buyers=10)
        theirs = stats.ttest_ind(target, holdout, equal_var=False)
        interval = theirs.confidence_interval(0.95)
        for got, expected in zip(
            ours[:4],
            (
                sum(target) / len(target) - sum(holdout) / len(holdout),
                interval.low,
                interval.high,
                theirs.pvalue,
            ),
            strict=True,
        ):
            self.assertAlmostEqual(got, expected, delta=1e-6 * max(1, abs(expected)))
        is_significant = not ours.low <= 0 <= ours.high
        self.assertEqual(ours.verdict in ("more", "less"), is_significant)

    def test_shares_as_newcombe_prints_them(self):
        """His example (a) of 1998: 56 of 70 and 48 of 80, method 10."""
        comparison = compare_shares(56, 70, 48, 80)
        self.assertAlmostEqual(comparison.difference, 0.2, places=4)
        self.assertAlmostEqual(comparison.low, 0.0524, places=4)
        self.assertAlmostEqual(comparison.high, 0.3339, places=4)
        self.assertEqual(comparison.verdict, "more")

    @given(st.integers(30, 400), st.integers(30, 400), st.data())
    def test_shares_stay_shares(self, target_count, holdout_count, data):
        target_hits = data.draw(st.integers(5, target_count))
        holdout_hits = data.draw(st.integers(0, holdout_count))
        comparison = compare_shares(target_hits, target_count, holdout_hits, holdout_count)
        rounding = 1e-9
        self.assertGreaterEqual(comparison.difference, comparison.low - rounding)
        self.assertLessEqual(comparison.difference, comparison.high + rounding)
        self.assertTrue(-1 - rounding <= comparison.low <= comparison.high <= 1 + rounding)

    def test_nothing_is_said_of_too_few(self):
        sample = Sample(100, 1000.0, 20_000.0)
        self.assertEqual(compare_means(sample, Sample(0, 0, 0), 50).verdict, "none")
        self.assertEqual(compare_means(sample, Sample(29, 100, 900), 50).verdict, "few")
        self.assertEqual(compare_means(sample, sample, 4).verdict, "few")
        self.assertEqual(compare_means(sample, sample, 50).verdict, "open")
        self.assertEqual(compare_shares(3, 100, 1, 100).verdict, "few")
        self.assertEqual(compare_shares(3, 100, 0, 0).verdict, "none")

    def test_everybody_spent_the_same(self):
        same = Sample(50, 500.0, 5000.0)
        self.assertEqual(compare_means(same, same, 50).verdict, "few", "no spread to judge by")

    def test_two_equal_groups_differ_in_one_of_twenty_samples(self):
        """The verdict is as often wrong as it says: amounts like real ones, most of them 0."""
        import numpy as np

        chance = np.random.default_rng(19)
        wrong = 0
        for _sample in range(400):
            bought = chance.random((2, 400)) < 0.15
            amounts = bought * chance.lognormal(3, 1, (2, 400))
            samples = [Sample(400, row.sum(), (row * row).sum()) for row in amounts]
            wrong += compare_means(*samples, int(bought.sum())).verdict in ("more", "less")
        self.assertTrue(8 <= wrong <= 32, f"{wrong} of 400 at 95 % confidence")
