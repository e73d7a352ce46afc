"""What actors said, as a game keeps it."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """One file of a game."""

    sound: bytes
    """MP3, or unsigned 8-bit samples."""
    rate_hz: int
    """Of the samples; 0 for MP3."""
    words: str
    """In small letters; "" where they are not known."""
