"""Points are numbers with three digits after the point: 1,000 times 0.1 is 100."""

from odoo.tools import float_round

POINTS_DIGITS = (16, 3)
# More than any scheme gives: a balance beyond it is a slip of the finger.
POINTS_MAX = 1_000_000_000


def round_points(points):
    """Return ``points`` (float) as it is stored."""
    return float_round(points or 0.0, precision_digits=POINTS_DIGITS[1]) + 0.0
