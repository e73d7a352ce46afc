"""Words heard against words said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.understanding.labelled import Labelled
from voice_assistant.hearing import Features
from voice_assistant.types import Guide, Turn
from voice_assistant.understanding.text import normalise

_PLAIN = frozenset("a an and the of to in behind back my your for on with or is it tear injury problem pain".split())


def words(text: str) -> list[str]:
    """Both sides in one form: lower case, letters of acronyms joined, no fillers, no possessive mark."""
    return [_bare(word) for word in normalise(text).split() if word not in ("um", "uh", "er", "erm", "hmm")]


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Least number of words to put in, take out or exchange (Levenshtein 1966)."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], index
        for column, other in enumerate(heard, start=1):
            diagonal, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other))
    return row[-1]


def taught_words(guide: Guide) -> frozenset[str]:
    """All words that a recogniser is taught for the guide, also the rare ones of its phrases."""
    names = [node.name for node in guide.nodes.values() if node.heading is not None]
    return frozenset(word for text in [term.text for term in guide.terms] + names for word in words(text)) - _PLAIN


def guide_terms(guide: Guide) -> frozenset[str]:
    """The words that carry the guide's topics: of its names for them, and of the hard terms that its answers hold."""
    answered = [node for node in guide.nodes.values() if node.heading is not None]
    said = {
        word
        for node in answered
        for answer in node.answers.values()
        for sentence in (*answer.first, *answer.more)
        for word in words(sentence.text)
    }
    hard = {word for term in guide.terms for word in words(term.text) if word in said}
    return frozenset(hard | {word for node in answered for word in words(node.name)}) - _PLAIN


@dataclass(slots=True)
class Score:
    """Counts over a set of lines."""

    lines: int = 0
    said: int = 0
    wrong: int = 0
    terms: Counter[str] = field(default_factory=Counter)
    heard_terms: Counter[str] = field(default_factory=Counter)
    labelled: int = 0
    right: int = 0
    warnings: int = 0
    caught: int = 0
    answered: int = 0
    """Lines that got an answer of the guide instead of a refusal."""
    processor_s: float = 0.0
    """Processor time of the recogniser alone."""
    sound_s: float = 0.0

    def count_words(self, text: str, heard: str, terms: frozenset[str]) -> int:
        """Add a line; gives its errors."""
        expected, got = words(text), words(heard)
        wrong = errors(expected, got)
        self.lines += 1
        self.said += len(expected)
        self.wrong += wrong
        wanted = Counter(word for word in expected if word in terms)
        self.terms += wanted
        self.heard_terms += wanted & Counter(got)
        return wrong

    def count_turn(self, line: Labelled, turn: Turn, *, sound_s: float, processor_s: float) -> None:
        """Add what a line was understood as, and what it took to hear it."""
        self.labelled += 1
        self.right += turn.understood.node_id in line.accepted
        self.answered += not turn.understood.node_id.startswith("fallback.")
        if line.urgent == "yes":
            self.warnings += 1
            self.caught += turn.response.urgent
        self.sound_s += sound_s
        self.processor_s += processor_s

    @property
    def word_error_rate(self) -> float:
        """0 to 1 and above."""
        return self.wrong / max(1, self.said)

    @property
    def term_recall(self) -> float:
        """0 to 1."""
        return self.heard_terms.total() / max(1, self.terms.total())

    @property
    def cost(self) -> float:
        """Processor seconds a second of sound."""
        return self.processor_s / max(1e-9, self.sound_s)


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure a transcript was said to be, and whether it led to the right node."""

    evidence: Features
    confidence: float
    right: bool


BUCKETS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)


def reliability(heard: Sequence[Sure]) -> list[tuple[float, float, int, float, float]]:
    """For each bucket with transcripts: its bounds, how many, their mean confidence, the share that was right."""
    rows = []
    for low, high in pairwise(BUCKETS):
        inside = [one for one in heard if low <= one.confidence < high or high == one.confidence == 1.0]
        if inside:
            mean = sum(one.confidence for one in inside) / len(inside)
            rows.append((low, high, len(inside), mean, sum(one.right for one in inside) / len(inside)))
    return rows


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("'")
