"""Text made fit for the ear: what a speech engine should get to see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

MOST_CHARACTERS = 2_000
"""What is rendered at once: about two minutes of speech. Longer text is for `pieces`."""
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9']*")


def clean(text: str) -> str:
    """Text without control characters, lone surrogates and runs of white space, in composed form."""
    kept = (" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    readable = "".join(each for each in kept if unicodedata.category(each) not in ("Cf", "Cs", "Cn", "Co"))
    return " ".join(unicodedata.normalize("NFC", readable).split())


def is_speakable(text: str) -> bool:
    """Whether there is a letter or digit of any alphabet to be said."""
    return any(each.isalnum() for each in text)


def word_count(text: str) -> int:
    """English words and numbers; those of other alphabets are not counted, as an English voice may leave them out."""
    return len(_WORD.findall(text))


def replacer(say_as: Mapping[str, str]) -> Callable[[str], str]:
    """A function that writes whole words another way: {"ACL": "A C L"} turns "ACLs, ACL" into "ACLs, A C L".

    Case counts; where several fit, the longest does.
    """
    if not say_as:
        return lambda text: text
    words = sorted(say_as, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)")
    return lambda text: pattern.sub(lambda match: say_as[match.group()], text)


def pieces(text: str, most_characters: int = 400) -> Iterator[str]:
    """A text of any length in pieces that can be rendered one by one: sentences, and parts of overlong ones."""
    for sentence in _SENTENCE_END.split(clean(text)):
        rest = sentence
        while len(rest) > most_characters:
            cut = rest.rfind(" ", 1, most_characters + 1)
            cut = cut if cut > 0 else most_characters
            yield from _speakable(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        yield from _speakable(rest)


def _speakable(piece: str) -> Iterator[str]:
    if is_speakable(piece):
        yield piece


def shorten(text: str) -> str:
    """The first 2,000 characters, up to a whole word."""
    if len(text) <= MOST_CHARACTERS:
        return text
    cut = text.rfind(" ", 1, MOST_CHARACTERS + 1)
    return text[: cut if cut > 0 else MOST_CHARACTERS]
