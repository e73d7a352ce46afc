"""Spoken text in one form, whoever wrote it: a recogniser, a keyboard or a phrase file."""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 600
"""More words than anybody says in one breath; what lies beyond is cut so that time stays bounded."""

_SPELLED = re.compile(r"\b(?:[a-z] ){1,5}[a-z]\b")
_ACRONYMS = frozenset("acl ae ct dvt er gp harm hiit lcl mcl mri nsaid oa pcl police pt ra".split())
"""Words that are said letter by letter."""
_NOT_SPEECH = re.compile(r"[^\w\s'%]|_")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_SPACES = re.compile(r"\s+")
_STRETCHED = re.compile(r"([a-z])\1{3,}")


def normalise(text: str) -> str:
    """Lower case, no punctuation but apostrophes, "1.5" as "1 point 5", letters that were spelled joined ("m r i" →
    "mri"), at most 600 words.
    """
    folded = unicodedata.normalize("NFKC", text[: MOST_WORDS * 40]).lower().replace("’", "'").replace("`", "'")
    plain = _NOT_SPEECH.sub(" ", _DECIMAL_POINT.sub(" point ", folded))
    plain = _STRETCHED.sub(r"\1\1", plain)
    words = _SPACES.sub(" ", plain).strip().split(" ")[:MOST_WORDS]
    return _SPELLED.sub(_join_letters, " ".join(words))


def _join_letters(match: re.Match[str]) -> str:
    """Join the longest runs of single letters that make a known acronym; leave "i" and "a" as the words they are."""
    letters = match.group().split(" ")
    out: list[str] = []
    position = 0
    while position < len(letters):
        for end in range(len(letters), position + 1, -1):
            joined = "".join(letters[position:end])
            if joined in _ACRONYMS:
                out.append(joined)
                position = end
                break
        else:
            out.append(letters[position])
            position += 1
    return " ".join(out)
