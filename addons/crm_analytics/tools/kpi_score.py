"""How a figure stands against its target: numbers in, numbers out, None where nothing can be said.

All are ratios: 1.04 is 104 %. A target is never below zero.
"""


def get_progress(value, target):
    """How much of the target is there: "92 % of plan"."""
    if value is None or not target:
        return None
    return value / target


def get_pace(value, expected, direction="higher"):
    """The figure against what was to be expected by now: "104 % of pace", above 1 is ahead.

    Where lower is better, a figure as far below what was expected as another one is above it counts
    as the other one's opposite: nothing at all is 200 %, twice as much is 0.
    """
    if value is None or expected is None:
        return None
    if direction == "higher":
        return value / expected if expected > 0 else None
    if expected > 0:
        return max(2 - value / expected, 0)
    return 1.0 if value <= 0 else 0.0


def get_score(pace, floor=0.0, cap=1.0):
    """0 to 100: nothing up to the floor, all of it from the cap on, in proportion between."""
    if pace is None:
        return None
    if cap <= floor:
        return 100.0 if pace >= cap else 0.0
    return 100.0 * min(max((pace - floor) / (cap - floor), 0.0), 1.0)


def get_weighted_score(scores):
    """The mean of (score, weight); what has no score or no weight is left out."""
    known = [(score, weight) for score, weight in scores if score is not None and weight > 0]
    weights = sum(weight for _score, weight in known)
    return sum(score * weight for score, weight in known) / weights if weights else None
