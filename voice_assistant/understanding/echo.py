"""Tells the assistant's own voice, heard through the room, from a person's: word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

LEAST_LIKENESS = 0.5
"""RapidFuzz ratio (0–1) of the sounds of words heard and words spoken that may still be the same: a recogniser makes
"affirmative" of "as from the"."""
SURE_LIKENESS = 0.7
"""Less than this is likeness by chance where the word beside it is somebody else's."""
_BY_LETTER = 0.3
"""Share of the likeness of letters beside that of sounds."""
_MISSED = 0.15
"""Price of a spoken word that was not heard."""
_UNLIKE = 2.0
"""Price of a heard word that was likened to a spoken one, for no likeness at all; in proportion for some."""
_FOREIGN = 0.7
"""Price of a heard word that was not spoken: somebody else's. Low enough that "stop" is not taken for "the knee"."""
_SPANS = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2))
"""So many words heard for so many words spoken."""
_MOST_WORDS = 60
_SMALL = 3
"""Letters of a small word."""
_NO_WORD = re.compile(r"[^\w' ]+|_")
_SOUNDS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"[^a-z]", ""),
        (r"^kn", "n"),
        (r"wh", "w"),
        (r"ph", "f"),
        (r"gh", ""),
        (r"ould", "ud"),
        (r"ck|q|c(?![eiyh])", "k"),
        (r"c(?=[eiy])|z", "s"),
        (r"x", "ks"),
        (r"j", "ch"),
        (r"e$", ""),
        (r"d", "t"),
        (r"b", "p"),
        (r"g", "k"),
        (r"v", "f"),
        (r"m", "n"),
        (r"[aeiouy]+", "a"),
        (r"(.)\1+", r"\1"),
    )
)
"""English spelling to classes of sounds that recognisers mix up: voiced and voiceless, any vowel for any other."""


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
    found = _align(list(heard[skipped:]), list(spoken[-2 * _MOST_WORDS :]))
    return tuple(index + skipped for index in _with_small_words(found, [len(word) for word in heard[skipped:]]))


def _with_small_words(foreign: list[int], lengths: list[int]) -> list[int]:
    """A small word between two foreign ones is foreign too: everybody says "the" and "is"."""
    found = set(foreign)
    small = {
        at
        for at, length in enumerate(lengths)
        if length <= _SMALL and at - 1 in found and (at + 1 in found or (at + 2 in found and lengths[at + 1] <= _SMALL))
    }
    small |= {at + 1 for at in small if at + 1 not in found and at + 2 in found and lengths[at + 1] <= _SMALL}
    return sorted(found | small)


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
    spans: list[tuple[range, float]] = []
    while row:
        down, right = came[row][column]
        row, column = row - down, column - right
        alike = _alike(tuple(heard[row : row + down]), tuple(spoken[column : column + right])) if right else 0.0
        if down:
            spans.append((range(row, row + down), alike))
    return _foreign(spans[::-1])


def _foreign(spans: list[tuple[range, float]]) -> list[int]:
    """The words likened to nothing, with those beside them that were likened to something poorly."""
    foreign = [alike == 0.0 for _span, alike in spans]
    for order in (range(1, len(spans)), range(len(spans) - 2, -1, -1)):
        for at in order:
            beside = foreign[at - order.step]
            foreign[at] |= beside and spans[at][1] < SURE_LIKENESS
    return [word for (span, _alike), is_foreign in zip(spans, foreign, strict=True) if is_foreign for word in span]


def _steps(heard: list[str], spoken: list[str], row: int, column: int) -> list[tuple[tuple[int, int], float]]:
    """Where an alignment may go on to from here, and the price."""
    steps = []
    if row < len(heard):
        steps.append(((1, 0), _FOREIGN))
        for down, right in _SPANS:
            if row + down <= len(heard) and column + right <= len(spoken):
                alike = _alike(tuple(heard[row : row + down]), tuple(spoken[column : column + right]))
                if alike >= LEAST_LIKENESS:
                    steps.append(((down, right), _UNLIKE * (1.0 - alike) * down))
    if 0 < row < len(heard) and column < len(spoken):
        steps.append(((0, 1), _MISSED))
    return steps


@lru_cache(maxsize=8192)
def _alike(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """0 to 1: by sounds, and a little by letters."""
    by_sound = fuzz.ratio("".join(map(_sound, first)), "".join(map(_sound, second)))
    by_letter = fuzz.ratio("".join(first), "".join(second))
    return ((1 - _BY_LETTER) * by_sound + _BY_LETTER * by_letter) / 100


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    """The word by its sounds: "what do" and "would" come near."""
    sound = word
    for pattern, by in _SOUNDS:
        sound = pattern.sub(by, sound)
    return sound or word
