"""The kiosk's clocks. Both are arguments elsewhere, so that tests can move them."""

from __future__ import annotations

import sys
import time
from datetime import datetime


def steady_s() -> float:
    """Seconds that never go back, and go on while the machine sleeps where the system can tell."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # Python's own stands still there while the machine sleeps
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


def local_now() -> datetime:
    """The wall clock where the screen hangs."""
    return datetime.now().astimezone()
