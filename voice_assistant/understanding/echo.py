"""Tells the assistant's own voice, heard through the room, from a person's."""

from __future__ import annotations

from rapidfuzz import fuzz

LEAST_LIKENESS = 68.0
"""RapidFuzz partial ratio (0–100) of the letters heard and the letters spoken. Own speech through a loudspeaker
scores above 75 in nine of ten cases, unrelated speech of three words or more below 60 (benchmarks/conversation)."""
_FEW_WORDS = 2


def is_echo(heard: str, spoken: str) -> bool:
    """Whether what was heard is part of what is being spoken.

    Very short hearings ("stop", "yes") count only when they are spoken as whole words, so that a command gets through.
    """
    words = heard.split()
    if not words:
        return True
    said = spoken.lower().replace("’", "'")
    said = "".join(letter if letter.isalnum() or letter in "' " else " " for letter in said)
    if len(words) <= _FEW_WORDS:
        return all(word in said.split() for word in words)
    return fuzz.partial_ratio(" ".join(words), " ".join(said.split())) >= LEAST_LIKENESS
