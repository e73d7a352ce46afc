"""Puts the real word where the recogniser wrote how it sounds ("gastric niemi us" → "gastrocnemius")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voice_assistant.types import Word


class Respelling:
    """Replaces runs of whole words by a term; where two runs fit, the longer one is taken."""

    def __init__(self, spoken_as: Mapping[str, str]) -> None:
        """`spoken_as`: run of words as the recogniser writes them → term. Raises ValueError for an empty run."""
        self._runs: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for run, term in spoken_as.items():
            words = tuple(run.split())
            if not words:
                raise ValueError(f"the spelling by ear of {term!r} is empty")
            self._runs.setdefault(words[0], []).append((words, term))
        for runs in self._runs.values():
            runs.sort(key=lambda entry: len(entry[0]), reverse=True)

    def text(self, text: str) -> str:
        """The text with every run replaced."""
        return " ".join(term for term, _, _ in self._spans(text.split()))

    def words(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words with every run merged into one word as long as the run, as sure as its least sure part."""
        return tuple(
            Word(
                term,
                min(word.confidence for word in words[first:end]),
                words[first].start_s,
                words[end - 1].end_s,
            )
            for term, first, end in self._spans([word.text for word in words])
        )

    def _spans(self, words: Sequence[str]) -> list[tuple[str, int, int]]:
        spans: list[tuple[str, int, int]] = []
        first = 0
        while first < len(words):
            term, length = self._at(words, first)
            spans.append((term, first, first + length))
            first += length
        return spans

    def _at(self, words: Sequence[str], first: int) -> tuple[str, int]:
        for run, term in self._runs.get(words[first], ()):
            if tuple(words[first : first + len(run)]) == run:
                return term, len(run)
        return words[first], 1
