"""Whether a measure helped: before and after, beside places where nothing was done.

Events of a place before and after are compared with those of control places in the same two
periods, so that a dry spring is no merit. The ratio of ratios of Poisson counts has, on the
logarithm, about the variance 1/a + 1/b + 1/c + 1/d; half an event is added to each count, so that
zeros have a ratio too (Haldane and Anscombe).
"""

from dataclasses import dataclass
from math import exp, log, sqrt

# Two-sided 90 %.
_Z = 1.6448536269514722
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Effect:
    """before, after: events of the place; control_*: of the control places in the same periods.

    change: after against before relative to the control; 0.5 is half of what was to be expected.
    low, high: its 90 % interval.
    """

    before: int
    after: int
    control_before: int
    control_after: int
    change: float
    low: float
    high: float

    @property
    def helped(self) -> bool:
        """Fewer than was to be expected, and hardly by chance."""
        return self.high < 1.0

    @property
    def harmed(self) -> bool:
        return self.low > 1.0

    @property
    def percent(self) -> int:
        """Change in per cent of what was to be expected, below 0 for fewer."""
        return round(100 * (self.change - 1))


def effect_of(before: int, after: int, *, control_before: int, control_after: int) -> Effect:
    """The effect; counts are of periods of equal length, or of equal seasons."""
    if min(before, after, control_before, control_after) < 0:
        raise ValueError("counts are not negative")
    a, b, c, d = (n + HALF for n in (after, before, control_after, control_before))
    middle, spread = log(a / b) - log(c / d), _Z * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return Effect(
        before, after, control_before, control_after, change=exp(middle),
        low=exp(middle - spread), high=exp(middle + spread),
    )  # fmt: skip
