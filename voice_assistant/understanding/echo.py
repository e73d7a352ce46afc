"""Tells the assistant's own voice, heard through the room, from a person's: word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

LEAST_LIKENESS = 0.5
"""RapidFuzz ratio (0–1) of the sounds of words heard and words spoken that may still be the same: a recogniser makes
"affirmative" of "as from the"."""
_MISSED = 0.3
"""Price of a spoken word that was not heard; what is heard and likened costs 1 − likeness a word."""
_FOREIGN = 0.62
"""Price of a heard word that was not spoken: somebody else's. Low enough that "stop" is not taken for "the knee"."""
_SPANS = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2))
"""So many words heard for so many words spoken."""
_MOST_WORDS = 60
_NO_WORD = re.compile(r"[^\w' ]+|_")
_SOUNDS = (
    (re.compile(r"[^a-z]"), ""),
    (re.compile(r"ph"), "f"),
    (re.compile(r"ck|q|c(?![eiyh])"), "k"),
    (re.compile(r"c(?=[eiy])|z"), "s"),
    (re.compile(r"igh|eigh"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"e\b"), ""),
)


def words_of(text: str) -> list[str]:
    """Words as a recogniser writes them."""
    return _NO_WORD.sub(" ", text.lower().replace("’", "'")).split()


def foreign_words(heard: Sequence[str], spoken: Sequence[str]) -> tuple[int, ...]:
    """Which of the heard words (by index) are not the echo of what was spoken at that time.

    An alignment of both rows of words at the least price, by dynamic programming: spoken words may be missing, several
    words may have been heard as several others that sound alike, and what fits nowhere is somebody else's. `spoken` may
    begin earlier and end later than what was heard.
    """
    skipped = max(0, len(heard) - _MOST_WORDS)
    found = _align([_sound(word) for word in heard[skipped:]], [_sound(word) for word in spoken[-2 * _MOST_WORDS :]])
    return tuple(index + skipped for index in found)


def _align(heard: list[str], spoken: list[str]) -> list[int]:
    rows, columns = len(heard) + 1, len(spoken) + 1
    price = [[0.0] * columns] + [[float("inf")] * columns for _ in heard]
    came: list[list[tuple[int, int]]] = [[(0, 0)] * columns for _ in range(rows)]
    for row in range(rows):
        for column in range(columns):
            here = price[row][column]
            for (down, right), cost in _steps(heard, spoken, row, column):
                if here + cost < price[row + down][column + right]:
                    price[row + down][column + right] = here + cost
                    came[row + down][column + right] = (down, right)
    row, column = rows - 1, min(range(columns), key=lambda at: price[-1][at])
    foreign = []
    while row:
        down, right = came[row][column]
        if right == 0:
            foreign.append(row - 1)
        row, column = row - down, column - right
    return foreign[::-1]


def _steps(heard: list[str], spoken: list[str], row: int, column: int) -> list[tuple[tuple[int, int], float]]:
    """Where an alignment may go on to from here, and the price."""
    steps = []
    if row < len(heard):
        steps.append(((1, 0), _FOREIGN))
        for down, right in _SPANS:
            if row + down <= len(heard) and column + right <= len(spoken):
                alike = _alike("".join(heard[row : row + down]), "".join(spoken[column : column + right]))
                if alike >= LEAST_LIKENESS:
                    steps.append(((down, right), (1.0 - alike) * down))
    if 0 < row < len(heard) and column < len(spoken):
        steps.append(((0, 1), _MISSED))
    return steps


@lru_cache(maxsize=4096)
def _alike(first: str, second: str) -> float:
    return fuzz.ratio(first, second) / 100


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    """A spelling nearer to the sound: "knight" and "nite" differ less."""
    sound = word
    for pattern, by in _SOUNDS:
        sound = pattern.sub(by, sound)
    return sound or word
