"""What was read from dialogs/, before the rules are applied: values of the guide and the places where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from voice_assistant.types import (
    Concept,
    Evidence,
    Listening,
    Node,
    Omission,
    Phrase,
    Question,
    Rule,
    Sentence,
    Term,
    group_of,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in dialogs/ that breaks a rule."""

    file: str
    """Path below dialogs/, with forward slashes."""
    line: int
    """Counted from 1."""
    node: str | None
    """The node, concept, rule, term or occasion that it is about; None when it is about the whole file."""
    message: str

    def __str__(self) -> str:
        about = f" {self.node}:" if self.node else ""
        return f"{self.file}:{self.line}:{about} {self.message}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands."""

    file: str
    line: int
    node: str | None = None

    def finding(self, message: str) -> Finding:
        """A finding about what stands here."""
        return Finding(self.file, self.line, self.node, message)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that can be said, and where it stands."""

    sentence: Sentence
    place: Place
    facet: str | None
    """The facet of the node, the sign of the question or the occasion of the line."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that has to exist elsewhere."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Contract:
    """What dialogs/ promises to everything that names its nodes (contract.yaml)."""

    nodes: tuple[str, ...] = ()
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Node id or group → facets that it may answer."""
    phrase_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Node id or group → keys that its phrases may stand under; all others use `any`."""
    urgent_nodes: tuple[str, ...] = ()
    urgent_advice: tuple[str, ...] = ()
    """Words of which one must be in every first answer of the urgent nodes."""

    def facets_of(self, node_id: str) -> tuple[str, ...]:
        """The facets that a node may answer."""
        return self.facets.get(node_id, self.facets.get(group_of(node_id), ()))

    def phrase_keys_of(self, node_id: str) -> tuple[str, ...]:
        """The keys that a node's phrases may stand under."""
        return self.phrase_keys.get(node_id, self.phrase_keys.get(group_of(node_id), ("any",)))


@dataclass(slots=True)
class Draft:
    """Everything that was read, each with its place. Filled by reading.py, then only looked at."""

    contract: Contract = field(default_factory=Contract)
    headings: tuple[str, ...] = ()
    nodes: dict[str, Node] = field(default_factory=dict)
    node_places: dict[str, Place] = field(default_factory=dict)
    node_names: list[tuple[str, Place]] = field(default_factory=list)
    node_headings: list[Mention] = field(default_factory=list)
    leads_to: list[Mention] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    phrases: list[tuple[Phrase, Place]] = field(default_factory=list)
    concepts: dict[str, Concept] = field(default_factory=dict)
    pattern_places: list[tuple[str, Place]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    rule_concepts: list[Mention] = field(default_factory=list)
    rule_sources: list[Mention] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    term_places: list[Place] = field(default_factory=list)
    questions: list[tuple[Question, Place]] = field(default_factory=list)
    evidence: list[tuple[Evidence, Place]] = field(default_factory=list)
    lines: dict[str, tuple[Sentence, ...]] = field(default_factory=dict)
    omissions: list[Omission] = field(default_factory=list)
    listening: Listening = field(default_factory=Listening)
    listened_nodes: list[Mention] = field(default_factory=list)
    listened_words: list[Mention] = field(default_factory=list)
