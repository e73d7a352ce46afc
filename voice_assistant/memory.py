"""What the program asks of the C library's memory, so that it stays small for months. Does nothing where that is not
the GNU C library.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_MOST_ARENAS = -8
"""M_ARENA_MAX of malloc.h."""
_ARENAS = 2
"""Each thread would get an arena of its own, up to eight for each core, and what is freed in one serves no other."""


def keep_together() -> None:
    """Call it before threads are started."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_MOST_ARENAS, _ARENAS)


def give_back() -> None:
    """Gives freed memory back to the system: loading a model needs much more than the loaded model. Takes some ms."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
