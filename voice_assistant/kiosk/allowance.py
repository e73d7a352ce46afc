"""How many messages a page may send."""

from __future__ import annotations


class Allowance:
    """So many a second, and so many at once. Time is an argument."""

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self._rate_per_s = rate_per_s
        self._burst = self._left = burst
        self._counted_s = 0.0

    def grants(self, now_s: float) -> bool:
        """Whether one more is within it; what is not does not count."""
        self._left = min(self._burst, self._left + self._rate_per_s * (now_s - self._counted_s))
        self._counted_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
