"""What a conversation remembers. Values are frozen: each turn makes new ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voice_assistant.types import FASTEST_WPM, SLOWEST_WPM, USUAL_WPM, Expects, Response, Sentence, Sign

AskedKind: TypeAlias = Literal[
    "check_question", "resume_check", "resume_walk", "start_walk", "choice", "duration", "more"
]

_EXPECTS: dict[AskedKind, Expects] = {
    "check_question": "yes_no",
    "resume_check": "yes_no",
    "resume_walk": "yes_no",
    "start_walk": "yes_no",
    "choice": "choice",
    "duration": "duration",
    "more": "more",
}


@dataclass(frozen=True, slots=True)
class DialogueSettings:
    """How a conversation is held. Times are in seconds, rates in words a minute, volumes from 0 to 1."""

    rate_wpm: int = USUAL_WPM
    rate_min_wpm: int = SLOWEST_WPM
    rate_max_wpm: int = FASTEST_WPM
    rate_step_wpm: int = 20
    volume: float = 0.8
    volume_min: float = 0.1
    """Above 0, so that a person without sight still hears how to get the voice back."""
    volume_max: float = 1.0
    volume_step: float = 0.1
    silence_prompt_s: float = 9.0
    """How long nobody speaks before a gentle prompt, when something was asked."""
    prompts_max: int = 3
    """After so many prompts in a row it waits quietly."""
    ignore_out_of_scope: bool = False
    """True where everything in a room is heard: other talk is then not answered at all."""
    timer_min_s: float = 10.0
    timer_max_s: float = 3 * 3600.0
    timer_repeat_s: float = 20.0
    """Between the announcements of a timer that has ended."""
    timer_announcements: int = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for an answer."""

    kind: AskedKind
    targets: tuple[str, ...] = ()
    """Node ids that were offered, or the route of a walk-through."""
    question: Sentence | None = None
    """As it was said, to be said again."""
    facet: str | None = None
    """The part of the one topic that was offered."""

    @property
    def expects(self) -> Expects:
        """As in Context.expects."""
        return _EXPECTS[self.kind]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk-through is."""

    route: str
    """`police` or `harm`."""
    index: int
    """The step that was told last, from 0."""
    left: bool = False
    """True once something else was asked in between and going on was offered."""


@dataclass(frozen=True, slots=True)
class Check:
    """Where the guided check is."""

    asked: tuple[str, ...] = ()
    """The signs that were asked for, in order; the last is the current one."""
    current: str | None = None
    """The sign whose question waits for an answer; None when the check has ended."""
    tries: int = 0
    """How often the current question was not answered."""
    left: bool = False
    """True while something else is talked about."""
    ended_by: str | None = None
    """The sign that ended it urgently, so that a correction can take it up again."""


@dataclass(frozen=True, slots=True)
class Timer:
    """The icing timer."""

    length_s: float
    ends_s: float
    """On the clock of `now_s`."""
    held_s: float | None = None
    """Seconds left while it is held; None while it runs."""
    announced: int = 0
    """How often its end was announced; above 0 it is ringing."""


BESIDE_A_CAUSE = ("treatment.", "care.see_doctor", "care.diagnosis", "relief.", "overview.prevalence")
"""Asked about beside a cause; the next "how do they find out" is about the cause again."""


@dataclass(frozen=True, slots=True)
class DialogueState:
    """A conversation so far."""

    rate_wpm: int
    volume: float
    topic: str | None = None
    """The node that was answered last; "it"."""
    facet: str | None = None
    history: tuple[tuple[str, str | None], ...] = ()
    """Topics before the present one with their facets, the newest last."""
    latest: Response | None = None
    """The last response that held words."""
    heard: int = 0
    """How many of its sentences were heard."""
    last: Response | None = None
    """What "say that again" repeats."""
    last_asked: Asked | None = None
    """What it asked."""
    pending: tuple[Sentence, ...] = ()
    """What "more" says next."""
    asked: Asked | None = None
    choices: tuple[str, ...] = ()
    """Node ids that were named as a list, in spoken order."""
    walk: Walk | None = None
    check: Check | None = None
    timer: Timer | None = None
    timer_length_s: float | None = None
    """How long the last timer was set for, also when it is over: "restart the timer"."""
    signs: tuple[tuple[str, bool], ...] = ()
    """What the person told of themselves: sign and whether it is there."""
    paused: bool = False
    urgent_told: bool = False
    """True once a warning sign was told."""
    urgent_sentences: int = 0
    """How many sentences of the latest response have to be heard before its urgent advice is."""
    urgent_line: Sentence | None = None
    """The one-line form of the latest urgent advice."""
    urgent_cut: bool = False
    """True when that advice was cut off, so that its one-line form comes first next time."""
    refusals: int = 0
    """Refusals in a row."""
    prompts: int = 0
    """Prompts in a row that nobody answered."""
    quiet_from_s: float = 0.0
    """Since when nobody has spoken."""
    more_hints: int = 0
    """How often it was said that there is more."""
    said: tuple[tuple[str, int], ...] = ()
    """Occasion → how often its lines were said, so that variants take turns."""

    @property
    def just_told(self) -> str | None:
        """The cause that the latest answer was about, where nobody told a warning sign nor what they feel."""
        latest = self.latest
        if latest is None or self.urgent_told or latest.facet == "description":
            return None
        return latest.node_id if latest.node_id.startswith("cause.") else None

    @property
    def cause(self) -> str | None:
        """The cause that is talked about: the topic, or the latest before questions about care and how common it is."""
        topics = (self.topic or "", *(node_id for node_id, _ in reversed(self.history)))
        other = next((node_id for node_id in topics if not node_id.startswith(BESIDE_A_CAUSE)), "")
        return other if other.startswith("cause.") else None

    @property
    def expects(self) -> Expects | None:
        """As in Context.expects."""
        return self.asked.expects if self.asked else None

    @property
    def open_check(self) -> Check | None:
        """The check while it has a question to ask."""
        return self.check if self.check and self.check.current else None


def merge_signs(known: tuple[tuple[str, bool], ...], told: Iterable[Sign]) -> tuple[tuple[str, bool], ...]:
    """What is known with what was told added; the later word counts."""
    merged = dict(known)
    for sign in told:
        merged[sign.name] = sign.present
    return tuple(merged.items())
