"""Finds which of many patterns can fit a text at all, and where, so that only these are tried.

Every group of words that some pattern begins with or needs has a bit in an integer. A word is turned into the bits of
the groups that it belongs to; a pattern is tried only at words of the group that it begins with, and only where all the
groups that it needs follow within the most words that any pattern fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from voice_assistant.understanding.patterns import Node, Text, WordGroup, alternatives

Span = tuple[int, int]
"""The first word and the word behind the last one."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    pattern: Node
    opening: int
    """The bit of the group that it begins with."""
    needed: int
    """The bits of all groups that it needs."""


class PatternIndex:
    """Patterns by the words that they need."""

    def __init__(self, owned: Iterable[tuple[str, Node]]) -> None:
        """Take pairs of an owner's name and a pattern; the order within an owner is that of preference."""
        self._bits: dict[WordGroup, int] = {}
        self._by_word: dict[str, int] = {}
        self._by_beginning: dict[str, int] = {}
        self._patterns: dict[str, list[_Indexed]] = {}
        self._longest = 1
        for owner, pattern in ((owner, one) for owner, whole in owned for one in alternatives(whole)):
            traits = pattern.traits()
            opening = self._bit(traits.opening)
            needed = opening
            for group in traits.needed:
                needed |= self._bit(group)
            self._longest = max(self._longest, traits.longest)
            self._patterns.setdefault(owner, []).append(_Indexed(pattern, opening, needed))

    def matches(self, text: Text, owners: Iterable[str] | None = None) -> dict[str, list[Span]]:
        """Owner → spans in the order of the text that fit one of its patterns and do not overlap; without empty ones.

        What fits first in the text wins, then what stands first among the patterns. `owners` are those to look for,
        all when it is left out.
        """
        found: dict[str, list[Span]] = {}
        for owner, attempts in self._attempts(text, owners):
            spans: list[Span] = []
            for at, pattern in attempts:
                if spans and at < spans[-1][1]:
                    continue
                ends = pattern.ends(text, at)
                if ends:
                    spans.append((at, ends[0]))
            if spans:
                found[owner] = spans
        return found

    def fits(self, text: Text, owners: Iterable[str]) -> dict[str, dict[int, int]]:
        """Owner → word at which one of its patterns fits → the word behind it; spans may overlap here."""
        found: dict[str, dict[int, int]] = {owner: {} for owner in owners}
        for owner, attempts in self._attempts(text, found):
            for at, pattern in attempts:
                if at not in found[owner] and (ends := pattern.ends(text, at)):
                    found[owner][at] = ends[0]
        return found

    def _attempts(self, text: Text, owners: Iterable[str] | None) -> Iterator[tuple[str, list[tuple[int, Node]]]]:
        """Owner, and where which of its patterns may fit, in the order of the text and of preference."""
        of_words = [self._groups(word) for word in text.words]
        missing = ~_any_of(of_words)
        ahead = [_any_of(of_words[at : at + self._longest]) for at in range(len(of_words))]
        places: dict[int, list[int]] = {}
        for owner in self._patterns if owners is None else owners:
            attempts = []
            for number, one in enumerate(self._patterns.get(owner, ())):
                if one.needed & missing:
                    continue
                if one.opening not in places:
                    places[one.opening] = [at for at, groups in enumerate(of_words) if groups & one.opening]
                attempts += [(at, number, one.pattern) for at in places[one.opening] if not one.needed & ~ahead[at]]
            if attempts:
                attempts.sort(key=_place_and_number)
                yield owner, [(at, pattern) for at, _, pattern in attempts]

    def _bit(self, group: WordGroup) -> int:
        if group not in self._bits:
            bit = self._bits[group] = 1 << len(self._bits)
            for word in group.words:
                self._by_word[word] = self._by_word.get(word, 0) | bit
            for beginning in group.beginnings:
                self._by_beginning[beginning] = self._by_beginning.get(beginning, 0) | bit
        return self._bits[group]

    def _groups(self, word: str) -> int:
        groups = self._by_word.get(word, 0) | self._by_beginning.get("", 0)
        for length in range(1, len(word) + 1):
            groups |= self._by_beginning.get(word[:length], 0)
        return groups


def _any_of(groups: Iterable[int]) -> int:
    found = 0
    for one in groups:
        found |= one
    return found


def _place_and_number(attempt: tuple[int, int, Node]) -> tuple[int, int]:
    return attempt[0], attempt[1]
