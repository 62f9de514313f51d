"""Growth: how a cost grows with the data, as the exponent of a power: 1 is in step with it, 2 is its square."""

import math
import statistics
from collections.abc import Mapping

SHARES = (100, 10, 1)  # of the size asked for


def exponent(spent: Mapping[int, float]) -> float:
    """The slope of the line through sizes and what they cost, both as logarithms."""
    sizes, costs = map(math.log, spent), map(math.log, spent.values())
    return statistics.linear_regression(list(sizes), list(costs)).slope
