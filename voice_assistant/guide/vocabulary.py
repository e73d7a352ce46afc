"""Which words of dialogs/ the speech model does not know, and how to spell them for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from voice_assistant.guide.draft import Draft, Finding, Place

Knows: TypeAlias = Callable[[str], bool]
"""Tells whether the speech model's vocabulary has a lower-case word."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def words_of(text: str) -> list[str]:
    """The words of a sentence or phrase as the speech model spells them: lower case, hyphens apart, apostrophes kept.

    A {placeholder} is no word.
    """
    return _WORD.findall(_PLACEHOLDER.sub(" ", text).lower().replace("’", "'"))


def unknown_words(draft: Draft, knows: Knows) -> list[Finding]:
    """Each unknown word once, where it stands first, and each sounds-like spelling that holds an unknown word."""
    spelt = {term.text.lower() for term in draft.terms if term.sounds_like}
    cache: dict[str, bool] = {}

    def is_heard(word: str) -> bool:
        if word not in cache:
            cache[word] = word in spelt or knows(word) or _possessive_is_heard(word, spelt, knows)
        return cache[word]

    findings = []
    reported: set[str] = set()
    for text, place in _texts(draft):
        for word in words_of(text):
            if word not in reported and not is_heard(word):
                reported.add(word)
                findings.append(
                    place.finding(
                        f"the speech model does not know “{word}”: reword, or give it `sounds_like` in terms.yaml"
                    )
                )
    return findings + list(_unknown_spellings(draft, knows))


def _possessive_is_heard(word: str, spelt: set[str], knows: Knows) -> bool:
    """“knee's” sounds like “knees”, which is how it is heard and how its tuning is spelt."""
    base, apostrophe, ending = word.rpartition("'")
    return apostrophe != "" and ending == "s" and (base in spelt or knows(base + "s") or knows(base))


def _texts(draft: Draft) -> Iterator[tuple[str, Place]]:
    for spoken in draft.spoken:
        yield spoken.sentence.text, spoken.place
    yield from draft.node_names
    for phrase, place in draft.phrases:
        yield phrase.text, place


def _unknown_spellings(draft: Draft, knows: Knows) -> Iterator[Finding]:
    for term, place in zip(draft.terms, draft.term_places, strict=True):
        for spelling in term.sounds_like:
            for word in words_of(spelling):
                if not knows(word):
                    yield place.finding(f"sounds_like: the speech model does not know “{word}” in “{spelling}”")
