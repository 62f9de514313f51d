"""A share: n out of D, always printed with both; and how its percentage is rounded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`n` people out of `base`. Shares are pooled by adding, never by averaging percentages."""

    n: int
    base: int

    def __add__(self, other: "Share") -> "Share":
        return Share(self.n + other.n, self.base + other.base)

    @property
    def tenths(self) -> int | None:
        """The percentage in tenths, rounded half up; None when there is nobody to count.

        100,0 is kept for n = D and 0,0 for n = 0: what rounds there otherwise stops at 99,9 or 0,1.
        """
        if self.base == 0:
            return None
        rounded = (self.n * 2000 + self.base) // (2 * self.base)
        if 0 < self.n < self.base:
            return min(max(rounded, 1), 999)
        return rounded

    @property
    def percent(self) -> str:
        """``84,6%``, ``100%``, ``0%``; empty when there is nobody to count."""
        tenths = self.tenths
        if tenths is None:
            return ""
        return f"{tenths // 10}%" if tenths in (0, 1000) else f"{tenths // 10},{tenths % 10}%"

    def __str__(self) -> str:
        """``33/39 (84,6%)``; empty when there is nobody to count."""
        return f"{self.n}/{self.base} ({self.percent})" if self.base else ""
