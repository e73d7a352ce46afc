"""The clock of a sound device, as it can be known from outside: blocks come at an even pace but are told of late."""

from __future__ import annotations

_WINDOW_S = 2.0
"""Of arrivals, the earliest of which tells the offset."""
_OFF_S = 0.1
"""Clocks of two devices drift apart by up to a tenth of a millisecond a second, and a device that stumbles loses some
sound. Less than this is left to whoever compares the sounds themselves."""


class Pace:
    """Relates a device's own time, which counts its samples, to a clock on which its blocks arrive late and unevenly.

    The earliest arrivals of the last seconds are the truest. For one thread.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._window_end_s = 0.0
        self._least_s = self._least_before_s = float("inf")
        self._is_settled = False

    @property
    def offset_s(self) -> float:
        """What has to be added to the device's time; stays as it is unless it proves wrong by a tenth of a second."""
        return self._offset_s or 0.0

    def observe(self, own_s: float, arrived_s: float) -> None:
        """The device's sound up to `own_s` has arrived."""
        late_s = arrived_s - own_s
        if self._offset_s is None:
            self._offset_s, self._window_end_s = late_s, arrived_s + _WINDOW_S
        if not self._is_settled:
            self._offset_s = min(self._offset_s, late_s)
        self._least_s = min(self._least_s, late_s)
        if arrived_s < self._window_end_s:
            return
        least_s = min(self._least_s, self._least_before_s)
        if self._is_settled and abs(least_s - self._offset_s) > _OFF_S:
            self._offset_s = least_s
        self._is_settled = True
        self._least_before_s, self._least_s = self._least_s, float("inf")
        self._window_end_s = arrived_s + _WINDOW_S
