"""How much something has grown over a run whose samples go up and down."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.stats import theilslopes


def growth(times: Sequence[float], values: Sequence[float]) -> list[float]:
    """Change over the whole of it, with its 95 % confidence interval: the median of the slopes between all pairs of
    samples (H. Theil 1950, P. K. Sen 1968), as what decoders keep for half a minute comes and goes by 100 MB."""
    if len(times) < 3:
        return [0.0, 0.0, 0.0]
    slope, _, low, high = theilslopes(values, times)
    return [round(float(each) * (times[-1] - times[0]), 2) for each in (slope, low, high)]
