"""What the screen is told of the conversation, and what it may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from voice_assistant.types import Response, Understood

Json: TypeAlias = Mapping[str, Any]
"""An object that is sent to the page."""


@dataclass(frozen=True, slots=True)
class TimerLook:
    """The timer as it is just now."""

    left_s: float
    length_s: float
    held: bool = False
    ringing: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """As much of a conversation's state as the screen shows."""

    rate_wpm: int
    volume: float
    """0 to 1."""
    topic: str | None = None
    expects: str | None = None
    """As in Context.expects."""
    choices: tuple[str, ...] = ()
    more: bool = False
    """Whether "more" has something to say."""
    paused: bool = False
    check_question: int | None = None
    """Which question of the guided check waits, from 1."""
    walk: tuple[str, int] | None = None
    """The route (`police`, `harm`) and the step from 0 while a walk-through is under way."""
    timer: TimerLook | None = None


class Steering(Protocol):
    """The conversation as the screen steers it; every method returns at once."""

    def touch(self, understood: Understood) -> None:
        """A touch, which is an utterance that needs no understanding."""

    def push(self) -> None:
        """Be silent and listen."""

    def attend(self) -> None:
        """Somebody is there who needs no wake phrase from now on; nothing else happens."""

    def say(self, response: Response) -> None:
        """Say something without having been asked."""

    def forget(self, *, keep_timer: bool, forgotten: Callable[[], None]) -> None:
        """The visitor left: keep nothing, except a running timer where that is wanted.

        `forgotten` is called later, in the conversation's thread, when that is done; until then the conversation may
        still tell things of the visit.
        """

    def quieten(self, quiet: bool) -> None:
        """No sound at all, or sound again. What is said passes at its usual pace."""


TroubleKind: TypeAlias = Literal[
    "microphone_lost", "microphone_silent", "loudspeaker_lost", "voice_failed", "listening_failed", "turn_failed"
]
"""What can fail; the sentences for people stand in dialogs/screen.json."""
