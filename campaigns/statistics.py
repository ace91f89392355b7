"""How sure we are of a share and of the difference between two: intervals that hold for small numbers too."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # the 97.5th percentile of the normal distribution: intervals of 95 %


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the bounds between which it lies, 95 % sure."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """The difference is more than chance."""
        return self.low > 0 or self.high < 0


def wilson(part: int, whole: int) -> Interval:
    """Return a share with its interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, p. 209)."""
    if whole <= 0:
        return Interval(0.0, 0.0, 1.0)
    share, z2 = part / whole, Z * Z
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def difference(part: int, whole: int, base_part: int, base_whole: int) -> Interval:
    """Return share minus base share with its interval (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10)."""
    one, base = wilson(part, whole), wilson(base_part, base_whole)
    value = one.value - base.value
    low = value - sqrt((one.value - one.low) ** 2 + (base.high - base.value) ** 2)
    high = value + sqrt((one.high - one.value) ** 2 + (base.value - base.low) ** 2)
    return Interval(value, low, high)
