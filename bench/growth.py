"""Growth: how a cost grows with the data, as the exponent of a power: 1 is in step with it, 2 is its square."""

import math
import statistics
from collections.abc import Callable, Mapping

SHARES = (100, 10, 1)  # of the size asked for
Costs = Mapping[str, float]  # what is counted, with its unit → how much


def grown(what: str, whole: int, measure: Callable[[int], Costs]) -> str:
    """Measure a hundredth, a tenth and the whole of something: a table of costs, and the exponent of each."""
    found = {size: measure(size) for size in (max(1, whole // share) for share in SHARES)}
    names = list(found[whole])
    lines = [f"{what:>12}" + "".join(f"{name:>24}" for name in names)]
    lines += [f"{size:>12,}" + "".join(f"{costs[name]:>24,.2f}" for name in names) for size, costs in found.items()]
    slopes = [_slope({size: costs[name] for size, costs in found.items()}) for name in names]
    return "\n".join([*lines, f"{'exponent':>12}" + "".join(f"{slope:>24}" for slope in slopes)])


def exponent(spent: Mapping[int, float]) -> float:
    """The slope of the line through sizes and what they cost, both as logarithms."""
    sizes, costs = map(math.log, spent), map(math.log, spent.values())
    return statistics.linear_regression(list(sizes), list(costs)).slope


def _slope(spent: Mapping[int, float]) -> str:
    """As it is printed: less than the clock can see has no logarithm."""
    return f"{exponent(spent):.2f}" if all(spent.values()) else "–"
