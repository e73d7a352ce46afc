"""What words mean, and what is said to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from voice_assistant.types.sound import Transcript


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
    """All durations that were named, together."""
    ordinal: int | None = None
    """1 for "the first one", 2 for the second; -1 for the last."""
    action: str | None = None
    """What is wanted of a timer or a control: the name of an entry `action_…` of dialogs/signs.yaml without its
    beginning, such as `cancel`, `spell` or `left`; a touch on the screen may also `set` a timer."""
    rate_wpm: int | None = None
    """A speed that was named by its number."""
    also: tuple[str, ...] = ()
    """What changes the meaning of a command: `again`, `slower`, `faster`, `louder`, `quieter`, `later`, `done` or
    `ready`."""
    spelled: tuple[str, ...] = ()
    """The words that are to be spelled, where they are named: "spell thrombosis"."""


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
    beside: Candidate | None = None
    """What else was asked in the same breath."""


Reason: TypeAlias = Literal["not_in_guide", "out_of_scope", "not_heard"]
"""Why there is no answer."""

Expects: TypeAlias = Literal["yes_no", "choice", "duration", "more"]
"""What the assistant waits for: a yes or no, one of several topics, how long, or whether to go on."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing in the guide answers the utterance, and why not."""

    reason: Reason
    score: float
    """0 to 1: how sure the refusal is, or how unsure the best candidate was."""
    best: Candidate | None = None
    """The node that came nearest."""
    phrase: str = ""
    """The known phrase that came nearest."""
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
    expects: Expects | None = None
    """What the assistant just asked for; None for nothing."""
    choices: tuple[str, ...] = ()
    """Node ids that were offered, in spoken order."""
    cause: str | None = None
    """The cause that the conversation is about, also when care in general was asked about since."""
    just_told: str | None = None
    """The cause that the latest answer was about, where nobody told a warning sign nor what they feel."""


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
    expects: Expects | None = None
    """As in Context.expects."""
    actions: tuple[str, ...] = ()
    """For the loop and the screen: `stop` and `pause` (be silent), `resume`, `rate` and `volume` (these have changed),
    `goodbye`, and `ignored` (it was not meant for the assistant)."""

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
