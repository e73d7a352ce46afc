"""Turns written sentences into words as a recogniser writes them: lower case, no punctuation, numbers as words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from voice_assistant.hearing.tuning.numbers import digits_said, with_signs_said

GAP = ""
"""Stands for a sign that cannot be said as words; no n-gram reaches across it."""

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})
_PIECES = re.compile(r"[^\W_]+(?:['.][^\W_]+)*'?|[&%@+=#$€£]")
_NUMBER = re.compile(r"\d+")
_SYMBOLS = {"&": "and", "%": "percent", "+": "plus", "=": "equals", "@": "at"}


@dataclass(frozen=True, slots=True)
class WeightedText:
    """A sentence to tune to."""

    text: str
    weight: float = 1.0
    """How often it counts as said; above 0."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of a sentence; GAP where a sign cannot be said. What mixes digits and letters stays one piece, so that
    somebody may say how it sounds; else see `numbers.mixed_said`.
    """
    signs_said = with_signs_said(text.translate(_APOSTROPHES).lower())
    plain = unicodedata.normalize("NFKC", signs_said)
    return tuple(word for piece in _PIECES.findall(plain) for word in _words_of_piece(piece))


def _words_of_piece(piece: str) -> tuple[str, ...]:
    if piece in _SYMBOLS:
        return (_SYMBOLS[piece],)
    if _NUMBER.fullmatch(piece):
        return digits_said(piece)
    if not piece[0].isalnum():
        return (GAP,)
    if any(character.isdigit() for character in piece):
        return (piece,)
    return tuple(part for part in piece.split(".") if part)
