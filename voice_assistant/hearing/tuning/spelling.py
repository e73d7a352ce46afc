"""Spells a word that the speech model does not know with words that it knows and that sound like it ("gas trek knee me
us").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voice_assistant.hearing.tuning.phonemes import Phonemes

Run = tuple[str, ...]

_PIECE = 0.2
"""Cost of each word of a run: every seam between words may be heard as a pause."""
_SHORT_PIECE = 0.3
"""Added for a word of one phoneme, which is easily swallowed."""
_DROPPED_SCHWA = 0.5
_ADDED_SCHWA = 0.6
_DROPPED_CONSONANT = 1.0
_VOWELS = frozenset(["@", "I", "i", "E", "a", "V", "A", "U", "u", "3", "aI", "eI", "oU", "aU", "OI"])
_LONGEST_PIECE = 10
_LONGEST_ABBREVIATION = 2
_NO_ABBREVIATIONS = 500
"""Of words of one or two letters ("ca", "pa"), all but the most usual may be spoken as letters."""
_KEPT = 12
"""Partial runs that are kept for each place in the word."""

_NEAR: tuple[tuple[str, float], ...] = (
    ("@ I", 0.2), ("@ V", 0.2), ("@ E", 0.3), ("@ a", 0.4), ("@ U", 0.3), ("@ A", 0.4), ("@ 3", 0.4), ("@ oU", 0.5),
    ("I i", 0.2), ("I E", 0.4), ("E a", 0.4), ("E eI", 0.4), ("V A", 0.3), ("A oU", 0.5), ("A a", 0.5), ("U u", 0.3),
    ("i j", 0.3), ("i eI", 0.6), ("aI I", 0.8), ("aU A", 0.6), ("3 r", 0.4),
    ("s z", 0.3), ("t d", 0.4), ("p b", 0.4), ("k g", 0.4), ("f v", 0.4), ("T f", 0.5), ("T t", 0.6), ("D d", 0.5),
    ("D v", 0.6), ("S Z", 0.3), ("tS dZ", 0.4), ("S tS", 0.6), ("Z dZ", 0.4), ("s S", 0.7), ("n m", 0.6), ("n N", 0.4),
    ("l w", 0.8), ("v b", 0.7),
)  # fmt: skip
"""Phonemes that pass for one another, and how badly (0 like the same, 1 not at all)."""


def _neighbours() -> dict[str, tuple[tuple[str, float], ...]]:
    table: dict[str, list[tuple[str, float]]] = {}
    for pair, cost in _NEAR:
        one, other = pair.split()
        table.setdefault(one, []).append((other, cost))
        table.setdefault(other, []).append((one, cost))
    return {phoneme: tuple(near) for phoneme, near in table.items()}


_NEIGHBOURS = _neighbours()


@dataclass(frozen=True, slots=True)
class Spelling:
    """A run of known words for an unknown one."""

    run: Run
    cost: float
    """0 sounds exactly like it and is one word; each further word and each changed phoneme adds to it."""


def pronouncing_lexicon(words: Sequence[str], phonemes: Sequence[Phonemes]) -> dict[Phonemes, str]:
    """Phonemes → the word that is said so, the first where several are; `words` come sorted, the most usual first."""
    lexicon: dict[Phonemes, str] = {}
    for rank, (word, sounds) in enumerate(zip(words, phonemes, strict=True)):
        if sounds and word[0].isalpha() and (len(word) > _LONGEST_ABBREVIATION or rank < _NO_ABBREVIATIONS):
            lexicon.setdefault(sounds, word)
    return lexicon


def spell(sounds: Phonemes, lexicon: Mapping[Phonemes, str], most: int = 5) -> tuple[Spelling, ...]:
    """The best runs for a word's phonemes, cheapest first; none when nothing comes near.

    The word is cut in every possible way; each piece is looked up as it is, with one phoneme changed for a near one,
    and with one schwa more or less, and without one consonant. A word that sounds exactly the same is the only answer.
    """
    best: list[list[Spelling]] = [[] for _ in range(len(sounds) + 1)]
    best[0] = [Spelling((), 0.0)]
    for start in range(len(sounds)):
        if not best[start]:
            continue
        for end in range(start + 1, min(start + _LONGEST_PIECE, len(sounds)) + 1):
            for word, cost in _pieces(sounds[start:end], lexicon):
                best[end] += [Spelling((*before.run, word), before.cost + cost) for before in best[start]]
        for end in range(start + 1, len(sounds) + 1):
            best[end] = _cheapest(best[end], _KEPT)
    found = _cheapest(best[-1], most) if sounds else []
    return tuple(found[:1] if found and found[0].cost == _PIECE else found)


def _cheapest(spellings: list[Spelling], most: int) -> list[Spelling]:
    different: dict[Run, Spelling] = {}
    for spelling in sorted(spellings, key=lambda spelling: spelling.cost):
        different.setdefault(spelling.run, spelling)
    return list(different.values())[:most]


def _pieces(sounds: Phonemes, lexicon: Mapping[Phonemes, str]) -> Iterator[tuple[str, float]]:
    base = _PIECE + (_SHORT_PIECE if len(sounds) == 1 else 0.0)
    for variant, cost in _variants(sounds):
        word = lexicon.get(variant)
        if word is not None:
            yield word, base + cost


def _variants(sounds: Phonemes) -> Iterator[tuple[Phonemes, float]]:
    yield sounds, 0.0
    for place, phoneme in enumerate(sounds):
        for near, cost in _NEIGHBOURS.get(phoneme, ()):
            yield (*sounds[:place], near, *sounds[place + 1 :]), cost
        if len(sounds) > 2 and (phoneme == "@" or phoneme not in _VOWELS):
            yield (*sounds[:place], *sounds[place + 1 :]), _DROPPED_SCHWA if phoneme == "@" else _DROPPED_CONSONANT
        if place:
            yield (*sounds[:place], "@", *sounds[place:]), _ADDED_SCHWA
