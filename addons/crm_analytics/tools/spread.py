"""Split an amount so that the parts add up to it, to the last unit of money."""

from fractions import Fraction


def spread(amount, weights, rounding=0.01):
    """Parts of ``amount`` in proportion to ``weights``, each a multiple of ``rounding``.

    What rounding leaves over goes, a unit each, to the parts that lost most by it; of equals the
    first. Weights below zero count as zero; where nothing is left, all parts are equal.

    :param weights: a number for each part, at least one
    :return: a list of floats that add up to ``amount`` (rounded)
    """
    weights = [max(Fraction(weight), Fraction(0)) for weight in weights]
    total = sum(weights)
    if not total:
        weights, total = [Fraction(1)] * len(weights), len(weights)
    unit = Fraction(str(rounding))
    units = round(Fraction(str(amount)) / unit)
    shares = [abs(units) * weight / total for weight in weights]
    parts = [int(share) for share in shares]
    left = abs(units) - sum(parts)
    by_loss = sorted(range(len(parts)), key=lambda place: (parts[place] - shares[place], place))
    for place in by_loss[:left]:
        parts[place] += 1
    sign = -1 if units < 0 else 1
    return [float(sign * part * unit) for part in parts]
