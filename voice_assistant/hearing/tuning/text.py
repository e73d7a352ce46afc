"""Turns written sentences into words as a recogniser writes them: lower case, no punctuation, numbers as words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

GAP = ""
"""Stands for a sign that cannot be said as words; no n-gram reaches across it."""

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})
_PIECES = re.compile(r"[^\W_]+(?:['.][^\W_]+)*'?|[&%@+=#$€£]")
_THOUSANDS = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3})+)(?![\d,]*\d)")
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
    """The words of a sentence; GAP where a sign cannot be said. What mixes digits and letters stays as it is, and is no
    word that could be heard.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).lower()
    plain = _THOUSANDS.sub(lambda number: number[1].replace(",", ""), plain)
    return tuple(word for piece in _PIECES.findall(plain) for word in _words_of_piece(piece))


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
    if not piece[0].isalnum():
        return (GAP,)
    if any(character.isdigit() for character in piece):
        return (piece,)
    return tuple(part for part in piece.split(".") if part)
