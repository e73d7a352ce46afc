"""Puts hard terms right that a recogniser or a tongue got wrong: "baker assist", "gastric niemi us", "popliteel".

Two ways: what is known to be misheard (dialogs/terms.yaml) is replaced as it stands; then runs of one to three words
are compared with the long terms letter by letter (RapidFuzz) and replaced when they are nearly the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from voice_assistant.types import Term

LEAST_LIKENESS = 82.0
"""RapidFuzz ratio, 0–100, of the letters of a run and of a term; below it real words begin to be taken for terms."""
LONG_TERM = 9
"""Shorter terms are too like ordinary words to be compared letter by letter."""
_LONGEST_RUN = 3


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
        best = (0, "", LEAST_LIKENESS)
        for length in range(1, min(_LONGEST_RUN, len(words) - position) + 1):
            run = words[position : position + length]
            letters = "".join(run).replace("'", "")
            if len(letters) < LONG_TERM - 2 or any(word in self._own_words for word in run):
                continue
            found = process.extractOne(letters, self._letters.keys(), scorer=fuzz.ratio, score_cutoff=best[2])
            if found:
                best = (length, self._letters[found[0]], found[1])
        return best[0], best[1]
