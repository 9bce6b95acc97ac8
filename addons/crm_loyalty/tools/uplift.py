"""What a campaign brought, compared with customers who were held out: plain arithmetic.

Everybody chosen counts in the group he was put in, whether his mail arrived or not ("intention to
treat"): only these two groups differ by chance alone.

Amounts for each customer are compared by Welch's t-test, which lets the two groups differ in size
and in spread (B. L. Welch: The generalization of "Student's" problem when several different
population variances are involved. Biometrika 34, 1947, 28-35). Its interval leans on the mean of
many customers; with few of them, or next to nobody who buys, nothing is said at all.

Shares of customers are compared by Fisher's exact test (R. A. Fisher: On the interpretation of
chi-squared from contingency tables. JRSS 85, 1922, 87-94), their difference is given with
Newcombe's interval, made of Wilson's score intervals (R. G. Newcombe: Interval estimation for the
difference between independent proportions: comparison of eleven methods. Statistics in Medicine
17, 1998, 873-890, method 10).
"""

import math
from typing import NamedTuple

CONFIDENCE = 0.95
# Fewer customers in a group, or fewer of them all who bought: no verdict
MIN_CUSTOMERS = 30
MIN_BUYERS = 5


class Sample(NamedTuple):
    """An amount for each customer of a group: how many customers, sum, sum of squares."""

    count: int
    total: float
    squares: float

    @property
    def mean(self):
        return self.total / self.count if self.count else 0.0

    @property
    def variance(self):
        if self.count < 2:
            return 0.0
        return max(self.squares - self.total * self.mean, 0.0) / (self.count - 1)


class Comparison(NamedTuple):
    """Target less hold-out: the difference, its confidence interval, the chance of it by luck.

    `verdict`: "none" (no hold-out), "few" (too few to tell), "open" (not significant), "more" or
    "less" (significant).
    """

    difference: float
    low: float
    high: float
    p_value: float
    verdict: str


def compare_means(target, holdout, buyers, confidence=CONFIDENCE):
    """Compare the amounts of two groups.

    :param Sample target: the customers with a voucher
    :param Sample holdout: those without
    :param int buyers: customers of both groups whose amount is not zero
    """
    difference = target.mean - holdout.mean
    verdict = _find_missing(target.count, holdout.count, buyers)
    parts = [group.variance / group.count for group in (target, holdout) if group.count]
    spread = sum(parts)
    if verdict in ("none", "few") or not spread:
        return Comparison(difference, 0.0, 0.0, 1.0, verdict or "few")

    from scipy import stats  # a second of loading, for those who look at results

    degrees = spread**2 / sum(
        part**2 / (group.count - 1) for part, group in zip(parts, (target, holdout), strict=True)
    )
    error = math.sqrt(spread)
    margin = float(stats.t.ppf((1 + confidence) / 2, degrees)) * error
    p_value = 2 * float(stats.t.sf(abs(difference) / error, degrees))
    verdict = _judge(difference, p_value, confidence)
    return Comparison(difference, difference - margin, difference + margin, p_value, verdict)


def compare_shares(target_hits, target_count, holdout_hits, holdout_count, confidence=CONFIDENCE):
    """Compare what share of two groups did something, in parts of one."""
    buyers = target_hits + holdout_hits
    verdict = _find_missing(target_count, holdout_count, buyers)
    if verdict:
        shares = [
            hits / count if count else 0.0
            for hits, count in ((target_hits, target_count), (holdout_hits, holdout_count))
        ]
        return Comparison(shares[0] - shares[1], 0.0, 0.0, 1.0, verdict)

    from scipy import stats

    share, low, high = _wilson(target_hits, target_count, confidence)
    other, other_low, other_high = _wilson(holdout_hits, holdout_count, confidence)
    difference = share - other
    table = [
        [target_hits, target_count - target_hits],
        [holdout_hits, holdout_count - holdout_hits],
    ]
    p_value = float(stats.fisher_exact(table)[1])
    return Comparison(
        difference,
        difference - math.hypot(share - low, other_high - other),
        difference + math.hypot(high - share, other - other_low),
        p_value,
        _judge(difference, p_value, confidence),
    )


def _wilson(hits, count, confidence):
    """A share and the ends of Wilson's score interval."""
    from scipy import stats

    share = hits / count
    z = float(stats.norm.ppf((1 + confidence) / 2))
    centre = share + z * z / (2 * count)
    margin = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return share, (centre - margin) / scale, (centre + margin) / scale


def _find_missing(target_count, holdout_count, buyers):
    """Why nothing can be said, or None."""
    if not holdout_count or not target_count:
        return "none"
    if min(target_count, holdout_count) < MIN_CUSTOMERS or buyers < MIN_BUYERS:
        return "few"
    return None


def _judge(difference, p_value, confidence):
    if p_value >= 1 - confidence:
        return "open"
    return "more" if difference > 0 else "less"
