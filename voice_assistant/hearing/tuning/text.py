"""Turns written sentences into words as a recogniser writes them: lower case, no punctuation, numbers as words."""

from __future__ import annotations

import re
from dataclasses import dataclass

GAP = ""
"""Stands for something that cannot be said as words; no n-gram reaches across it."""

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})
_PIECES = re.compile(r"[^\W_]+(?:['.][^\W_]+)*'?|[&%@+=#$€£]")
_NUMBER = re.compile(r"\d{1,6}")
_SYMBOLS = {"&": "and", "%": "percent", "+": "plus", "=": "equals", "@": "at"}
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@dataclass(frozen=True, slots=True)
class WeightedText:
    """A sentence to tune to."""

    text: str
    weight: float = 1.0
    """How often it counts as said; above 0."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of a sentence, GAP where a piece cannot be said (a number with letters, an unknown sign)."""
    words: list[str] = []
    for piece in _PIECES.findall(text.translate(_APOSTROPHES).lower()):
        words += _words_of_piece(piece)
    return tuple(words)


def number_words(number: int) -> tuple[str, ...]:
    """A whole number from 0 to 999,999 in English words."""
    if number >= 1000:
        rest = number % 1000
        return (*number_words(number // 1000), "thousand", *(number_words(rest) if rest else ()))
    if number >= 100:
        rest = number % 100
        return (_ONES[number // 100], "hundred", *(number_words(rest) if rest else ()))
    if number >= 20:
        rest = number % 10
        return (_TENS[number // 10], *((_ONES[rest],) if rest else ()))
    return (_ONES[number],)


def _words_of_piece(piece: str) -> tuple[str, ...]:
    if piece in _SYMBOLS:
        return (_SYMBOLS[piece],)
    if _NUMBER.fullmatch(piece):
        return number_words(int(piece))
    if any(character.isdigit() for character in piece) or not piece[0].isalnum():
        return (GAP,)
    return tuple(part for part in piece.split(".") if part)
