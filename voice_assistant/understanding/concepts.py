"""What an utterance mentions, and what of it is denied.

Denial follows the idea of NegEx (Chapman et al. 2001): a word such as "no" or "isn't" denies what comes after it, up
to a word that begins something new ("but", "just", "it's") or another clause ("my knee is"); some words deny what came
before ("… was ruled out"); what is said to lie long past counts as denied ("… last year"). In doubt nothing is denied,
because a warning sign that is wrongly denied is worse than one that is wrongly believed. The words are data, see the
part on denial in dialogs/signs.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from voice_assistant.types import Concept, GuideError
from voice_assistant.understanding.pattern_index import PatternIndex
from voice_assistant.understanding.patterns import PART, Patterns, Text, split_possessives

DENIAL_CONCEPTS = (
    "denial",
    "false_denial",
    "new_matter",
    "unsure_denial",
    "another_clause",
    "new_matter_after_belief",
    "denial_behind",
    "no_denial_behind",
    "tag_question",
    "long_past",
    "dated_cause",
    "past_story",
    "present_matter",
    "present_again",
    "gone_for_good",
)
"""Entries of dialogs/signs.yaml that steer denial and are not looked for as signs."""

REACH_WORDS = 9
"""A denial reaches over a short list of things ("no swelling heat fever or numbness"), not over a whole story."""

_BEHIND_WORDS = 2
"""So many words may stand between a thing and its denial ("swelling in it is gone now")."""
_PAST_WORDS = 10
"""So many words of one clause may stand between a thing and the time long past when it was ("was swollen all
of last year"), so many words may a story of that time go on ("as a kid i broke …")."""
_ENDS_OF_DATED = ("new_matter", "another_clause", "denial", "dated_cause")
"""What ends a clause before its date is told."""
_TAG_WORDS = 3
"""So many words may stand between the end of a denial and the question that takes it back."""
_COMMANDS = ("also_", "action_")
"""How the names of entries begin that say how a command is meant, and not what an utterance is about: as features of
the matcher they cost three of 359 lines of real people."""
_WORD = re.compile(r"\S+")
PLACES = frozenset({"knee", "leg", "lower_limb", "calf_or_hollow"})
"""A part of the body is there whether or not something of it is denied ("I can't bear weight on the leg")."""
_STILL_THERE = PLACES | {"person", "knee_side"}
"""Who or what a denied thing is denied of; only the thing itself is left out ("a clot in the leg was excluded")."""
NOT_KNOWING = "not_knowing_whether"
"""The entry in which a sign is neither told nor denied ("I don't know if it's swollen")."""
_PAST_CLOT = "past_clot"
"""The entry of a clot that somebody had: that it was long ago, or is gone, does not deny it; "never had one" does."""
_TOLD_HOW = (NOT_KNOWING, _PAST_CLOT)
"""Entries that say how a sign is told, and not what an utterance is about: no features of the matcher."""
_MOOD, _COMPLAINTS = "action_distress", ("leg", "pain")
"""How somebody feels about a complaint is not compared with the phrases: "I can't take it any more, my knee hurts" is
no graver than a knee that hurts."""
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
    unsure: bool = False
    """Whether somebody does not know if it is there."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that an utterance mentions."""

    text: str
    """The utterance with a space before it."""
    mentions: tuple[Mention, ...]
    left_out: tuple[tuple[int, int], ...]
    """Stretches of the text in which something is denied, the denying word included, or a mood is told."""

    def has(self, *names: str) -> bool:
        """Whether any of the concepts is mentioned and not denied."""
        return self.first(names) is not None

    def first(self, names: Iterable[str]) -> Mention | None:
        """The first mention of any of the concepts that is not denied."""
        wanted = set(names)
        return next((mention for mention in self.mentions if mention.concept in wanted and not mention.denied), None)

    def names(self, *concepts: str) -> Mention | None:
        """The first mention of any of the concepts, denied or not."""
        return next((mention for mention in self.mentions if mention.concept in concepts), None)

    @property
    def affirmed_text(self) -> str:
        """The utterance without what was denied, so that "not hot just a dull ache" is compared as "just a dull ache",
        and without a mood beside a complaint.
        """
        kept = self.text
        for start, end in self.left_out:
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
        self.matter = tuple(name for name in self.names if not name.startswith(_COMMANDS) and name not in _TOLD_HOW)
        """Those that say what an utterance is about, and not how a command is meant or a sign is told."""
        self._steering = PatternIndex((name, node) for name in DENIAL_CONCEPTS for node in patterns.found(name))
        self._found = PatternIndex((name, node) for name in self.names for node in patterns.found(name))
        self._excepted = PatternIndex((name, node) for name in self.names for node in patterns.excepted(name))

    def find(self, text: str) -> Findings:
        """All mentions in the order of the text; overlapping mentions of one concept are found once."""
        padded = " " + split_possessives(text)
        places = [match.span() for match in _WORD.finditer(padded)]
        plain = Text(tuple(padded[start:end] for start, end in places))
        read = replace(plain, denying=frozenset(self._steering.fits(plain, ("denial",))["denial"]))
        denial = _Denial(len(read.words), self._steering.fits(read, DENIAL_CONCEPTS))
        mentions = []
        spans = [
            (name, begin, end, denial.denies_before(begin) if name == _PAST_CLOT else denial.denies(begin, end))
            for name, begin, end in self._spans(read)
        ]
        spans += self._hidden(read, denial, spans)
        wondering = [(begin, end) for name, begin, end, _ in spans if name == NOT_KNOWING]
        for name, begin, end, denied in spans:
            start_character, end_character = places[begin][0], places[end - 1][1]
            words = padded[start_character:end_character]
            unsure = any(first < begin and end <= last for first, last in wondering)
            mentions.append(Mention(name, start_character, end_character, words, denied, unsure))
        mentions.sort(key=lambda mention: (mention.start, mention.end))
        stretches = [(places[first][0], places[last - 1][1]) for first, last in denial.spans]
        # "It doesn't bend right back": how a command is meant ("right") is nothing that could be denied.
        not_there = [one for one in mentions if one.denied and not one.concept.startswith(_COMMANDS)]
        telling = [one for one in stretches if any(one[0] <= m.start < one[1] for m in not_there)]
        telling += [(m.start, m.end) for m in not_there if m.concept not in _STILL_THERE]
        telling += _beside_a_complaint(mentions)
        return Findings(text=padded, mentions=tuple(mentions), left_out=tuple(telling))

    def _hidden(
        self, text: Text, denial: _Denial, spans: Iterable[tuple[str, int, int, bool]]
    ) -> list[tuple[str, int, int, bool]]:
        """What is said after a denial or a story of long ago, hidden by a mention that reaches out of it: in "it
        doesn't hurt much but it's hugely swollen" the swelling is found from "much" on.
        """
        reaching = {name for name, _, end, denied in spans if denied and denial.reaches_out(end)}
        if not reaching:
            return []
        left = _mask(text, [*denial.spans, *denial.past_stories])
        return [
            (name, begin, end, False)
            for name, begin, end in self._spans(left, reaching)
            if not denial.denies(begin, end)
        ]

    def _spans(self, text: Text, names: Iterable[str] | None = None) -> Iterator[tuple[str, int, int]]:
        """Concept, first word and the word behind the last one of every mention of some concepts, or of all."""
        found = self._found.matches(text, names)
        for name, exceptions in self._excepted.matches(text, found).items():
            found[name] = self._found.matches(_mask(text, exceptions), (name,)).get(name, [])
        for name, spans in found.items():
            for begin, end in spans:
                yield name, begin, end


def _mask(text: Text, spans: Iterable[tuple[int, int]]) -> Text:
    """The text without the words in the spans; what denies still ends a gap."""
    words = list(text.words)
    for begin, end in spans:
        words[begin:end] = [_MASK] * (end - begin)
    return Text(tuple(words), text.denying)


def _beside_a_complaint(mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    """Where a mood is told beside a complaint."""
    told = [mention for mention in mentions if mention.concept in _COMPLAINTS]
    moods = [(mention.start, mention.end) for mention in mentions if mention.concept == _MOOD]
    return [(start, end) for start, end in moods if any(one.end <= start or end <= one.start for one in told)]


class _Denial:
    """What is denied in a text of so many words, by where the entries fit that steer denial (word → word behind)."""

    def __init__(self, length: int, fits: Mapping[str, Mapping[int, int]]) -> None:
        self._length = length
        self._fits = fits
        self.spans = self._find_spans()
        """Where things are denied by a word before them: the denying word and the word behind the last one."""
        self.past_stories = self._find_past_stories()
        gone = fits["gone_for_good"].items()
        self._is_here_again = any(
            not any(first <= begin < last for first, last in gone) for begin in fits["present_again"]
        )

    def denies(self, begin: int, end: int) -> bool:
        """Whether what stands from word `begin` up to word `end` is denied."""
        return self.denies_before(begin) or self._behind(end) or self._is_long_past(begin, end)

    def denies_before(self, begin: int) -> bool:
        """Whether a word before it denies what begins at word `begin`."""
        return any(first < begin < last for first, last in self.spans)

    def reaches_out(self, end: int) -> bool:
        """Whether what ends before word `end` reaches beyond every stretch in which something is denied."""
        return not any(first < end <= last for first, last in self.spans)

    def _behind(self, at: int) -> bool:
        for begin in range(at, at + _BEHIND_WORDS + 1):
            if begin in self._fits["no_denial_behind"]:
                return False
            if begin in self._fits["denial_behind"]:
                return True
            if begin in self._fits["new_matter_after_belief"] or begin in self._fits["another_clause"]:
                return False
        return False

    def _is_long_past(self, begin: int, end: int) -> bool:
        """Whether what stands in these words is said to have been long ago, and nothing says that it is here again."""
        if self._is_here_again:
            return False
        return self._is_dated(end) or any(first <= begin < last for first, last in self.past_stories)

    def _is_dated(self, at: int) -> bool:
        """Whether the clause that goes on at this word ends in a time long past; what is said to come after something
        that happened then, or before a story of that time begins, is not past itself.
        """
        for begin in range(at, at + _PAST_WORDS + 1):
            if begin in self._fits["past_story"]:
                return False
            if begin in self._fits["long_past"]:
                return True
            if any(begin in self._fits[name] for name in _ENDS_OF_DATED):
                return False
        return False

    def _find_past_stories(self) -> list[tuple[int, int]]:
        """Where a story of long ago is told: from its opening to the first word about today."""
        stories = []
        for start, behind in self._fits["past_story"].items():
            last = min(behind + _PAST_WORDS, self._length)
            stories.append(
                (start, next((end for end in range(behind, last) if end in self._fits["present_matter"]), last))
            )
        return stories

    def _find_spans(self) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        resume = 0
        for at, behind in sorted(self._fits["denial"].items()):
            if at < resume:
                continue
            resume = behind
            harmless = any(begin <= at < end for begin, end in self._fits["false_denial"].items())
            end = self._reach(at)
            if not harmless and not self._is_taken_back(end):
                spans.append((at, end))
        return spans

    def _is_taken_back(self, at: int) -> bool:
        return any(begin in self._fits["tag_question"] for begin in range(at, at + _TAG_WORDS + 1))

    def _reach(self, at: int) -> int:
        """Where the denial at word `at` ends: after a few words or where something new begins."""
        believed = self._fits["unsure_denial"].get(at)
        start = believed or self._fits["denial"][at]
        opening = self._fits["new_matter_after_belief" if believed else "new_matter"]
        boundaries = opening.keys() | self._fits["another_clause"].keys()
        last = min(start + REACH_WORDS, self._length)
        return next((end for end in range(start, last) if end in boundaries), last)
