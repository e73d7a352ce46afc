"""The values that travel from room to room, and the errors that a person can do something about.

All values are frozen: a room that wants another value makes a new one. Units stand in the names.

    AssistantError
    ├── SettingsError     a setting, flag or settings file is wrong
    ├── GuideError        a file in dialogs/ is wrong (names file, line and node)
    ├── ModelError        a model is missing, damaged or of another kind
    ├── AudioError        a recording or a sound device cannot be used
    └── VoiceError        the speech engine cannot speak
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

SAMPLE_RATE_HZ = 16_000
"""The rate at which the rooms hand audio for hearing on: the speech model's own (its mfcc.conf)."""


class AssistantError(Exception):
    """A fault outside the program; its text is one sentence that says what is wrong and what to do."""


class SettingsError(AssistantError):
    """A setting is unknown, of the wrong kind or out of range."""


class GuideError(AssistantError):
    """A file in dialogs/ breaks a rule; the text names file, line and node."""


class ModelError(AssistantError):
    """A model is missing, damaged or not of the kind that is needed."""


class AudioError(AssistantError):
    """A recording or a sound device cannot be used."""


class VoiceError(AssistantError):
    """The speech engine cannot be started or keeps failing."""


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A stretch of one-channel sound."""

    pcm: bytes
    """Signed 16-bit little-endian samples, one channel."""
    rate_hz: int
    """Samples a second."""
    start_s: float
    """Seconds from the start of the stream to the first sample."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.pcm) / 2 / self.rate_hz

    @property
    def end_s(self) -> float:
        """Seconds from the start of the stream to the end of the last sample."""
        return self.start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word and where it lies in the sound."""

    text: str
    confidence: float
    """0 to 1, the recogniser's own."""
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the recogniser's guesses for a whole utterance."""

    text: str
    score: float
    """Log score relative to the best guess: 0 for the best, below 0 for the others."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody began to speak."""

    at_s: float


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """What the recogniser believes so far. Never answered: only a Transcript is."""

    text: str
    at_s: float
    """Seconds from the start of the stream to the last sample that was considered."""
    silence_s: float = 0.0
    """How long nobody has spoken at the end of what was considered."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the recogniser made of a finished utterance. `text` is empty when there was sound but no words."""

    text: str
    alternatives: tuple[Alternative, ...] = ()
    """Best first; the first has the same text as `text`."""
    words: tuple[Word, ...] = ()
    confidence: float = 1.0
    """0 to 1: how likely it is that the words lead to the right answer (1 for typed text)."""
    start_s: float = 0.0
    end_s: float = 0.0
    """Where the speech begins and ends in the stream; silence that was waited for afterwards is not counted."""
    command: str = ""
    """What the same sound is when only short commands are listened for; empty when it is nothing of the kind."""

    @classmethod
    def typed(cls, text: str) -> Transcript:
        """Text that was typed, so that there is nothing to doubt about the words."""
        return cls(text=text, alternatives=(Alternative(text, 0.0),))


Heard: TypeAlias = SpeechStarted | PartialTranscript | Transcript

# --- understanding ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that might have been meant."""

    node_id: str
    facet: str | None
    score: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a person says they have or do not have, such as swelling or fever."""

    name: str
    """A concept of dialogs/signs.yaml."""
    present: bool
    """False when it was denied ("it isn't swollen")."""
    words: str
    """The words that said so."""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A warning sign that was recognised."""

    rule: str
    """The name of the rule in dialogs/red_flags.yaml that fired."""
    level: Literal["urgent", "emergency"]
    """`emergency`: the call-now sentence comes first."""
    words: str
    """What was said that made it fire."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Details in an utterance that commands need."""

    duration_s: float | None = None
    ordinal: int | None = None
    """1 for "the first one", 2 for the second; -1 for the last."""
    action: str | None = None
    """What is wanted of a timer or a control: `set`, `ask`, `cancel`, `change`, `spell`, `where`, `pause`, `left`…"""
    rate_wpm: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The node that an utterance means, and why."""

    node_id: str
    facet: str | None
    """The part of the topic that was asked for; None for the summary or when none was named."""
    score: float
    """0 to 1: the probability that this is the right node, as fitted."""
    phrase: str = ""
    """The known phrase that came nearest."""
    runner_up: Candidate | None = None
    red_flag: RedFlag | None = None
    signs: tuple[Sign, ...] = ()
    slots: Slots = Slots()
    choices: tuple[str, ...] = ()
    """Two or three node ids when it is unclear which was meant; the first is `node_id`."""


Reason: TypeAlias = Literal["not_in_guide", "out_of_scope", "not_heard"]


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing in the guide answers the utterance, and why not."""

    reason: Reason
    score: float
    best: Candidate | None = None
    phrase: str = ""
    signs: tuple[Sign, ...] = ()
    slots: Slots = Slots()

    @property
    def node_id(self) -> str:
        """The refusal as a node id."""
        return f"fallback.{self.reason}"


Understood: TypeAlias = Match | NoMatch


@dataclass(frozen=True, slots=True)
class Context:
    """What understanding may know of the conversation."""

    topic: str | None = None
    """The node that was answered last and that "it" refers to."""
    expects: str | None = None
    """What the assistant just asked for: `yes_no`, `choice`, `duration`, `more` or None."""
    choices: tuple[str, ...] = ()
    """Node ids that were offered, in spoken order."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One spoken sentence with where its facts come from."""

    text: str
    source: str
    """A heading of the guide, `safety` or `assistant`."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the assistant says next, and how it wants it said."""

    node_id: str
    """The node that speaks (after commands: the node that the command led to)."""
    sentences: tuple[Sentence, ...]
    facet: str | None = None
    urgent: bool = False
    """True when the answer gives urgent-care advice."""
    expects: str | None = None
    """As in Context.expects."""
    actions: tuple[str, ...] = ()
    """For the player and the loop: `stop`, `pause`, `resume`, `goodbye`, `listening`…"""

    @property
    def text(self) -> str:
        """All sentences as one text."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Turn:
    """One record of a whole exchange: the log, the screen, the JSON output, tests and benchmarks all read this."""

    transcript: Transcript
    understood: Understood
    response: Response
    timings_ms: dict[str, float] = field(default_factory=dict)
    """How long each stage took, by its name."""


# --- the guide as data (dialogs/*.yaml) --------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Omission:
    """A statement of the guide that is left unsaid on purpose."""

    statement: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listening:
    """Words that decide how the assistant listens, as dialogs/listening.yaml explains them."""

    unfinished: frozenset[str] = frozenset()
    points_back: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    follow_on: frozenset[str] = frozenset()
    over_speech: frozenset[str] = frozenset()
    commands: tuple[str, ...] = ()
    general_topics: frozenset[str] = frozenset()
    expected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
