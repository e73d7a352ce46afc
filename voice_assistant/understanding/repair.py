"""Puts hard terms right that a recogniser or a tongue got wrong: "baker assist", "gastric niemi us", "popliteel".

Three ways: what is known to be misheard (dialogs/terms.yaml) is replaced as it stands; then runs of a few words are
compared with the long terms letter by letter (RapidFuzz) and, for terms that ordinary talk does not sound like, by how
they sound (Metaphone, Philips 1990, by jellyfish): "arthur osk a pee" sounds as "arthroscopy" does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jellyfish import metaphone
from rapidfuzz import fuzz, process

from voice_assistant.types import Term

LEAST_LIKENESS = 82.0
"""RapidFuzz ratio, 0–100, of the letters of a run and of a term; below it real words begin to be taken for terms."""
LONG_TERM = 9
"""Shorter terms are too like ordinary words to be compared letter by letter."""
LONG_SOUND = 8
"""Letters of the Metaphone from which on it may differ a little: "how strong" is too near to "hamstring"."""
LEAST_SOUND = 90.0
"""RapidFuzz ratio, 0–100, of the sounds of a run and of a term with a long sound; others must sound the same."""
LEAST_LIKENESS_OF_SOUND_ALIKES = 65.0
"""RapidFuzz ratio of the letters of what sounds alike; with it, 21,500 phrases held no false one."""
_LONGEST_RUN = 5
_LONGEST_SPELLED_RUN = 3
_LONGEST_LETTERS = 20


class TermRepair:
    """Replaces misheard terms in normalised text."""

    def __init__(self, terms: Iterable[Term]) -> None:
        known = {heard: term.text for term in terms for heard in term.misheard}
        self._known: Mapping[str, str] = known
        longest_first = sorted(known, key=len, reverse=True)
        self._expression = (
            re.compile(r"(?<!\S)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\S)") if known else None
        )
        # Terms that nobody is known to mishear are rare words of everyday talk; nothing is to be turned into these.
        self._letters = {
            term.text.replace(" ", "").replace("'", ""): term.text
            for term in terms
            if term.misheard and len(term.text.replace(" ", "")) >= LONG_TERM
        }
        self._sounds = {_sounds(term.text): term.text for term in terms if term.by_sound}
        self._own_words = {word for term in terms for word in term.text.split()}

    def repair(self, text: str) -> str:
        """The text with the terms put right."""
        if self._expression:
            text = self._expression.sub(lambda match: self._known[match.group()], text)
        return " ".join(self._compare(text.split())) if self._letters else text

    def _compare(self, words: list[str]) -> list[str]:
        out: list[str] = []
        position = 0
        while position < len(words):
            length, replacement = self._best_run(words, position)
            out.append(replacement if length else words[position])
            position += max(1, length)
        return out

    def _best_run(self, words: list[str], position: int) -> tuple[int, str]:
        """The length of the run at `position` that is nearly a term, and the term; (0, "") when none is."""
        best, term, likeness = 0, "", 0.0
        for length in range(1, min(_LONGEST_RUN, len(words) - position) + 1):
            run = words[position : position + length]
            letters = "".join(run).replace("'", "")
            if len(letters) > _LONGEST_LETTERS or any(word in self._own_words for word in run):
                break
            for found, score in (self._by_letters(letters, length), self._by_sound(letters, length)):
                if score > likeness:
                    best, term, likeness = length, found, score
        return best, term

    def _by_letters(self, letters: str, length: int) -> tuple[str, float]:
        if length > _LONGEST_SPELLED_RUN or len(letters) < LONG_TERM - 2:
            return "", 0.0
        found = process.extractOne(letters, self._letters.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS)
        return (self._letters[found[0]], found[1]) if found else ("", 0.0)

    def _by_sound(self, letters: str, length: int) -> tuple[str, float]:
        sounds = _sounds(letters)
        if length == 1 or not sounds:
            return "", 0.0
        found = process.extractOne(sounds, self._sounds.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_SOUND)
        if not found or (sounds != found[0] and len(found[0]) < LONG_SOUND):
            return "", 0.0
        term = self._sounds[found[0]]
        likeness = fuzz.ratio(letters, term, score_cutoff=LEAST_LIKENESS_OF_SOUND_ALIKES)
        return (term, likeness) if likeness else ("", 0.0)


def _sounds(text: str) -> str:
    """How it sounds, without regard to the ends of words."""
    return metaphone(text.replace(" ", "").replace("'", "")).replace(" ", "")
