"""The state of the voice loop: the utterance under way, the last one, and what is being said."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field

from voice_assistant.dialogue import DialogueState
from voice_assistant.interjection import has_same_sign
from voice_assistant.types import RedFlag, Response, Transcript, Understood
from voice_assistant.understanding import TOGETHER_S


@dataclass(slots=True)
class Utterance:
    """What is known of the utterance under way."""

    started_s: float
    text: str = ""
    """The latest words of somebody else than the assistant."""
    warned: tuple[str, ...] = ()
    """Partial texts in which a warning sign was heard."""
    flagged: str = ""
    """The rule for the sign that is in the words so far."""
    continues: tuple[Transcript, ...] = ()
    """What it goes on with after a pause."""
    over_speech: bool = False
    """It began while the assistant spoke, or just after."""
    hears_through: bool = False
    """When it began, the assistant's own voice was taken out of what is heard so well that it hardly is its own."""
    may_be_echo: bool = False
    """There is an echo, and it was not yet taken out so well when it began."""
    meant: Understood | None = None
    """What somebody else's words mean so far, when they are meant for the assistant."""
    meant_since_s: float = 0.0

    def note(self, text: str, flag: RedFlag | None, now_s: float) -> None:
        """Keep words so far that hold a warning sign; where much was said before, if they do twice running."""
        is_long = now_s - self.started_s > TOGETHER_S
        if flag and (not is_long or flag.rule == self.flagged):
            self.warned = (*self.warned, text)
        self.flagged = flag.rule if flag else ""


@dataclass(slots=True)
class Finished:
    """The last utterance, in case the person had only paused."""

    parts: tuple[Transcript, ...]
    """What was heard between its pauses."""
    state_before: DialogueState
    ended_s: float
    """When the person fell silent."""
    understood: Understood
    silenced: bool = False
    """Whether its answer was stopped by hand."""

    def goes_on_in(self, understood: Understood) -> bool:
        """Whether this holds the same warning sign, so that its answer, which is on its way, need not begin again."""
        return not self.silenced and has_same_sign(understood, self.understood)

    def since(self, start_s: float) -> tuple[Transcript, ...]:
        """The parts that began later."""
        return tuple(part for part in self.parts if part.start_s > start_s)


@dataclass(slots=True)
class Memory:
    """What changes while the loop runs; for the loop's thread, but for `orders` and `ending`."""

    now_s: float = 0.0
    spoke_s: float = float("-inf")
    """When the assistant was last heard speaking."""
    utterance: Utterance | None = None
    finished: Finished | None = None
    reported: str = ""
    """The state that was last told to LoopEvents.state."""
    sentence: int | None = None
    """Which sentence of `response` was last told to begin."""
    response: Response | None = None
    """What is being said."""
    ending: bool = False
    """True once `run` is to return."""
    failed_s: float = float("-inf")
    """When a failed turn was last spoken of."""
    orders: queue.SimpleQueue[Callable[[], None]] = field(default_factory=queue.SimpleQueue)
    """What other threads want done, in order; each is called in the loop's thread."""

    def silence(self) -> None:
        """Note that the answer to the last utterance was stopped by hand."""
        if self.finished:
            self.finished.silenced = True
