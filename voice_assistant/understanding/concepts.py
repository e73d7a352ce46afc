"""What an utterance mentions, and what of it is denied.

Denial follows the idea of NegEx (Chapman et al. 2001): a word such as "no" or "isn't" denies what comes after it, up
to a word
that begins something new ("but", "just", "it's"); some words deny what came before ("… was ruled out"). In doubt
nothing is
denied, because a warning sign that is wrongly denied is worse than one that is wrongly believed. The words are data,
see the part on denial in dialogs/signs.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from voice_assistant.types import Concept, GuideError
from voice_assistant.understanding.patterns import Node, PatternIndex, Patterns, Text, split_possessives

DENIAL_CONCEPTS = (
    "denial",
    "false_denial",
    "new_matter",
    "unsure_denial",
    "new_matter_after_belief",
    "denial_behind",
    "tag_question",
)
"""Entries of dialogs/signs.yaml that steer denial and are not looked for as signs."""

PART = "_"
"""An entry whose name begins so only serves the patterns of other entries and is not looked for."""

REACH_WORDS = 9
"""A denial reaches over a short list of things ("no swelling heat fever or numbness"), not over a whole story."""

_BEHIND_WORDS = 2
"""So many words may stand between a thing and its denial ("swelling in it is gone now")."""
_TAG_WORDS = 3
"""So many words may stand between the end of a denial and the question that takes it back."""
_WORD = re.compile(r"\S+")
_MASK = "_"
"""Stands for a word that an exception took away."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in an utterance where a concept is mentioned. Positions are characters of `Findings.text`."""

    concept: str
    start: int
    end: int
    words: str
    denied: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that an utterance mentions."""

    text: str
    """The utterance with a space before it."""
    mentions: tuple[Mention, ...]
    denied_spans: tuple[tuple[int, int], ...]
    """Stretches of the text in which something is denied, the denying word included."""

    def has(self, *names: str) -> bool:
        """Whether any of the concepts is mentioned and not denied."""
        return self.first(names) is not None

    def first(self, names: Iterable[str]) -> Mention | None:
        """The first mention of any of the concepts that is not denied."""
        wanted = set(names)
        return next((mention for mention in self.mentions if mention.concept in wanted and not mention.denied), None)

    @property
    def affirmed_text(self) -> str:
        """The utterance without what was denied, so that "not hot just a dull ache" is compared as "just a dull
        ache".
        """
        kept = self.text
        for start, end in self.denied_spans:
            kept = kept[:start] + " " * (end - start) + kept[end:]
        return " ".join(kept.split()) or self.text.strip()


class ConceptFinder:
    """Looks for the concepts of a guide in normalised text."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        """Read the patterns.

        Raises:
            GuideError: a pattern cannot be read, or an entry that steers denial is missing.
        """
        for name in DENIAL_CONCEPTS:
            if name not in concepts:
                raise GuideError(f"signs.yaml: the entry {name} is missing; without it nobody knows what is denied.")
        patterns = Patterns(concepts)
        self.names = tuple(name for name in concepts if name not in DENIAL_CONCEPTS and not name.startswith(PART))
        self._denial = _Denial({name: patterns.entry(name) for name in DENIAL_CONCEPTS})
        self._found = PatternIndex((name, node) for name in self.names for node in patterns.found(name))
        excepted = {name: patterns.excepted(name) for name in self.names}
        self._excepted = {
            name: PatternIndex((name, node) for node in nodes) for name, nodes in excepted.items() if nodes
        }

    def find(self, text: str) -> Findings:
        """All mentions in the order of the text; overlapping mentions of one concept are found once."""
        padded = " " + split_possessives(text)
        places = [match.span() for match in _WORD.finditer(padded)]
        plain = Text(tuple(padded[start:end] for start, end in places))
        read = replace(plain, denying=self._denial.positions(plain))
        denied = self._denial.spans(read)
        mentions = []
        for name, begin, end in self._spans(read):
            is_denied = any(first < begin < last for first, last in denied) or self._denial.comes_behind(read, end)
            start_character, end_character = places[begin][0], places[end - 1][1]
            words = padded[start_character:end_character]
            mentions.append(Mention(name, start_character, end_character, words, is_denied))
        mentions.sort(key=lambda mention: (mention.start, mention.end))
        stretches = [(places[first][0], places[last - 1][1]) for first, last in denied]
        telling = tuple(one for one in stretches if any(m.denied and one[0] <= m.start < one[1] for m in mentions))
        return Findings(text=padded, mentions=tuple(mentions), denied_spans=telling)

    def _spans(self, text: Text) -> Iterator[tuple[str, int, int]]:
        """Concept, first word and the word behind the last one of every mention."""
        for name, spans in self._found.matches(text).items():
            if name in self._excepted:
                exceptions = self._excepted[name].matches(text).get(name)
                if exceptions:
                    masked = _mask(text, exceptions)
                    spans = self._found.matches(masked, only=name).get(name, [])
            for begin, end in spans:
                yield name, begin, end


def _mask(text: Text, spans: Iterable[tuple[int, int]]) -> Text:
    """The text without the words in the spans; what denies still ends a gap."""
    words = list(text.words)
    for begin, end in spans:
        words[begin:end] = [_MASK] * (end - begin)
    return Text(tuple(words), text.denying)


class _Denial:
    """Finds the stretches of a text that are denied, in words: the denying word and the word behind the last one."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes

    def positions(self, text: Text) -> frozenset[int]:
        """The words at which a denial begins."""
        return frozenset(at for at in range(len(text.words)) if self._end("denial", text, at) is not None)

    def comes_behind(self, text: Text, at: int) -> bool:
        """Whether what ends before word `at` is denied by the words after it."""
        for begin in range(at, min(at + _BEHIND_WORDS, len(text.words)) + 1):
            if self._end("denial_behind", text, begin) is not None:
                return True
            if begin < len(text.words) and text.words[begin] == "but":
                return False
        return False

    def spans(self, text: Text) -> list[tuple[int, int]]:
        """Where things are denied by a word before them."""
        spans: list[tuple[int, int]] = []
        resume = 0
        for at in sorted(text.denying):
            if at < resume:
                continue
            resume = self._end("denial", text, at) or at
            if self._is_harmless(text, at):
                continue
            end = self._reach(text, at)
            if not any(self._end("tag_question", text, tag) is not None for tag in range(end, end + _TAG_WORDS + 1)):
                spans.append((at, end))
        return spans

    def _is_harmless(self, text: Text, at: int) -> bool:
        ends = ((begin, self._end("false_denial", text, begin)) for begin in range(at + 1))
        return any(end is not None and begin <= at < end for begin, end in ends)

    def _reach(self, text: Text, at: int) -> int:
        """Where the denial at word `at` ends: after a few words or where something new begins."""
        believed = self._end("unsure_denial", text, at)
        start = believed or self._end("denial", text, at) or at
        boundary = "new_matter_after_belief" if believed else "new_matter"
        last = min(start + REACH_WORDS, len(text.words))
        return next((end for end in range(start, last) if self._end(boundary, text, end) is not None), last)

    def _end(self, name: str, text: Text, at: int) -> int | None:
        ends = self._nodes[name].ends(text, at)
        return ends[0] if ends else None
