"""The guide as data (dialogs/*.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from voice_assistant.types.talk import Sentence


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that people say, and what it means."""

    text: str
    """Lower case, as the recogniser would write it."""
    node_id: str
    facet: str | None
    """A facet of the node, `description` (tells what happened or how it feels) or None where the node has no facets."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node says to one facet: one breath first, the rest when more is wanted."""

    first: tuple[Sentence, ...]
    more: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One topic of the guide, or one thing that is said in conversation."""

    node_id: str
    name: str
    """How the topic is called in speech: "a Baker's cyst"."""
    heading: str | None
    """The heading of the guide that it answers for; None for conversation."""
    answers: Mapping[str, Answer]
    """Facet → answer; every node of the guide has `summary`."""
    leads_to: tuple[str, ...] = ()
    """Nodes worth offering next."""


@dataclass(frozen=True, slots=True)
class Concept:
    """Words for one thing that can be true of a person or an utterance: a sign, a body part, a way of asking."""

    name: str
    label: str
    """How it is called in speech: "swelling"."""
    patterns: tuple[str, ...]
    """Words in order; `*` at a word's end stands for any ending, `...` for up to three words between."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A warning sign: which concepts must and must not be there."""

    name: str
    level: Literal["urgent", "emergency"]
    all_of: tuple[tuple[str, ...], ...]
    """Groups of concepts: one of each group must be present and not denied."""
    none_of: tuple[str, ...] = ()
    source: str = "safety"
    only_sure: bool = False
    """True where not knowing whether a sign is there does not count as having it."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the recogniser finds hard, how it sounds, and what it is mistaken for."""

    text: str
    sounds_like: tuple[str, ...] = ()
    """Runs of words that the speech model knows and that together sound like the term."""
    misheard: tuple[str, ...] = ()
    """What recognisers write instead, to be put right before understanding."""
    by_sound: bool = False
    """Whether any words that sound the same are put right too: not for terms that ordinary talk sounds like."""
    say_as: str = ""
    """How to write it for the speech engine where that says it wrongly; empty where it does not."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The guide mentions this sign for this node."""

    node_id: str
    sign: str
    heading: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the guided check."""

    sign: str
    sentence: Sentence
    urgent: bool = False
    parts: tuple[str, ...] = ()
    """Further signs that the same sentence asks for: the question is answered with no once all of them are denied."""
    words: tuple[str, ...] = ()
    """Further entries of signs.yaml by which a denial of the sign is found ("it isn't warm")."""


@dataclass(frozen=True, slots=True)
class Omission:
    """A statement of the guide that is left unsaid on purpose."""

    statement: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listening:
    """Words that decide how the assistant listens; dialogs/listening.yaml explains them with examples."""

    unfinished: frozenset[str] = frozenset()
    """Words after which a sentence is hardly over."""
    points_back: frozenset[str] = frozenset()
    """Words that may mean the topic answered last: "it"."""
    asks: frozenset[str] = frozenset()
    """Words that a question begins with."""
    closing_questions: tuple[str, ...] = ()
    """Openings of a question at the end of a story."""
    follow_on: frozenset[str] = frozenset()
    """Node ids of answers to a few words that are about the topic answered last."""
    stands_alone: frozenset[str] = frozenset()
    """Words with which a short question is not only about the topic answered last."""
    addressed: frozenset[str] = frozenset()
    """Words by which the assistant is called: "stop it robot"."""
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Cause → words that name it."""
    over_speech: frozenset[str] = frozenset()
    """Single words that are heeded while the assistant speaks."""
    commands: tuple[str, ...] = ()
    """Short commands that are listened for a second time in the same sound."""
    general_topics: frozenset[str] = frozenset()
    """Node ids that the topic answered last replaces where "it" is asked about."""
    expected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the assistant waits for (one of Expects) → node ids that are likelier then."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything in dialogs/."""

    nodes: Mapping[str, Node]
    phrases: tuple[Phrase, ...]
    concepts: Mapping[str, Concept]
    rules: tuple[Rule, ...]
    terms: tuple[Term, ...]
    evidence: tuple[Evidence, ...]
    questions: tuple[Question, ...]
    lines: Mapping[str, tuple[Sentence, ...]]
    """The assistant's own talk: name of the occasion → variants, which may hold {placeholders}."""
    omissions: tuple[Omission, ...] = ()
    listening: Listening = Listening()
