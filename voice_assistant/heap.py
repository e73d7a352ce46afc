"""The C library's heap, kept small for a program that runs for months.

Does nothing where the C library is not the GNU one.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_M_ARENA_MAX = -8
"""As malloc.h defines it."""
_ARENAS = 2
"""Each thread would get an arena of its own, up to eight for each core, and what is freed in one serves no other."""


def limit_arenas() -> None:
    """Let all threads share a few arenas. Call it before threads are started."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def trim() -> None:
    """Give freed memory back to the system: loading a model needs much more than the loaded model. Takes some ms."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
