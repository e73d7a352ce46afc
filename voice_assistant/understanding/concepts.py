"""What an utterance mentions, and what of it is denied.

Denial follows the idea of NegEx (Chapman et al. 2001): a word such as "no" or "isn't" denies what comes after it, up to a word
that begins something new ("but", "just", "it's"); some words deny what came before ("… was ruled out"). In doubt nothing is
denied, because a warning sign that is wrongly denied is worse than one that is wrongly believed. The words are data, see the
part on denial in dialogs/signs.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voice_assistant.types import Concept
from voice_assistant.understanding.patterns import CompiledConcept, compile_concepts

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

REACH_WORDS = 9
"""A denial reaches over a short list of things ("no swelling heat fever or numbness"), not over a whole story."""

_POSSESSIVE = re.compile(r"(?<=\w)(?<!\bit)(?<!\bhe)(?<!\bshe)(?<!\bthat)(?<!\bwhat)(?<!\bthere)(?<!\bwho)(?<!\bhow)'s\b")
_UP_TO_THREE_WORDS = re.compile(r"(?:\s+\S+){0,3}?")


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
        """The utterance without what was denied, so that "not hot just a dull ache" is compared as "just a dull ache"."""
        kept = self.text
        for start, end in self.denied_spans:
            kept = kept[:start] + " " * (end - start) + kept[end:]
        return " ".join(kept.split()) or self.text.strip()


class ConceptFinder:
    """Looks for the concepts of a guide in normalised text."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        """Compile the patterns.

        Raises:
            GuideError: a pattern cannot be read, or an entry that steers denial is missing.
        """
        compiled = {concept.name: concept for concept in compile_concepts(concepts, needed=DENIAL_CONCEPTS)}
        self._denial = _Denial({name: compiled.pop(name).found for name in DENIAL_CONCEPTS})
        self._concepts: tuple[CompiledConcept, ...] = tuple(compiled.values())
        self.names = tuple(compiled)

    def find(self, text: str) -> Findings:
        """All mentions in the order of the text; overlapping mentions of one concept are found once."""
        padded = " " + _POSSESSIVE.sub(" 's", text)
        spans = self._denial.spans(padded)
        mentions = [mention for concept in self._concepts for mention in self._mentions(concept, padded, spans)]
        mentions.sort(key=lambda mention: (mention.start, mention.end))
        telling = tuple(span for span in spans if any(m.denied and span[0] <= m.start < span[1] for m in mentions))
        return Findings(text=padded, mentions=tuple(mentions), denied_spans=telling)

    def _mentions(self, concept: CompiledConcept, text: str, spans: list[tuple[int, int]]) -> Iterable[Mention]:
        masked = concept.excepted.sub(_blank, text) if concept.excepted else text
        for match in concept.found.finditer(masked):
            start = match.start() + 1
            denied = any(begin < start < end for begin, end in spans) or self._denial.comes_behind(text, match.end())
            yield Mention(concept.name, start, match.end(), match.group().strip(), denied)


class _Denial:
    """Finds the stretches of a text that are denied."""

    def __init__(self, expressions: Mapping[str, re.Pattern[str]]) -> None:
        self._words = expressions
        behind, tag = expressions["denial_behind"].pattern, expressions["tag_question"].pattern
        self._behind = re.compile(r"(?:\s+(?!but\b)\S+){0,2}?" + behind)
        self._tag = re.compile(_UP_TO_THREE_WORDS.pattern + tag)

    def comes_behind(self, text: str, end: int) -> bool:
        """Whether what ends at `end` is denied by the words after it."""
        return self._behind.match(text, end) is not None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where things are denied by a word before them."""
        harmless = [match.span() for match in self._words["false_denial"].finditer(text)]
        spans = []
        for match in self._words["denial"].finditer(text):
            if not any(begin <= match.start() < end for begin, end in harmless):
                end = self._reach(text, match)
                if not self._tag.match(text, end):
                    spans.append((match.start() + 1, end))
        return spans

    def _reach(self, text: str, denial: re.Match[str]) -> int:
        """Where the denial ends: after a few words or where something new begins."""
        believed = self._words["unsure_denial"].match(text, denial.start())
        start = believed.end() if believed else denial.end()
        boundary = self._words["new_matter_after_belief" if believed else "new_matter"].search(text, start)
        words = re.compile(rf"(?:\s+\S+){{0,{REACH_WORDS}}}").match(text, start)
        end = words.end() if words else start
        return min(end, boundary.start()) if boundary else end


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"\S", "_", match.group())
