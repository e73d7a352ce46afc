"""When a visit begins and ends. Pure: time (seconds on any clock that does not go back) is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from voice_assistant.kiosk.clinic import WARN_BEFORE_S

AFTER_GOODBYE_S = 4.0
LONGEST_WORDS_S = 20.0
"""So long after its end a visit waits for somebody to finish speaking; a room that never falls silent is nobody's."""
MOST_IN_A_ROW = 3
"""So many words in a row that ask for nothing keep a visit: a visitor's who is not understood, or talk in the room."""
VisitEvent: TypeAlias = Literal["warn", "end"]


@dataclass(frozen=True, slots=True)
class Visit:
    """Frozen: every step gives a new one."""

    idle_s: float = 60.0
    active: bool = False
    last_s: float = 0.0
    """When the visitor last did something, or was last being answered."""
    warned: bool = False
    leaving: bool = False
    """The visitor said goodbye."""
    kept_by_talk: bool = False
    """After the warning it went on for words that were not for the assistant, which may be a stranger's."""
    in_a_row: int = 0
    """How many words that asked for nothing have kept it since the visitor last did something."""

    def touched(self, now_s: float) -> Visit:
        """The visitor did something."""
        return replace(self, active=True, last_s=now_s, warned=False, leaving=False, kept_by_talk=False, in_a_row=0)

    def answered_in_vain(self, now_s: float) -> Visit:
        """Words that asked for nothing the assistant has. Some in a row keep the visit; after these, only the warning
        can still be answered with such words, as with talk that is not for the assistant.
        """
        if self.in_a_row < MOST_IN_A_ROW:
            return replace(self.touched(now_s), in_a_row=self.in_a_row + 1)
        return self.overheard(now_s) if self.warned else self

    def overheard(self, now_s: float) -> Visit:
        """Words after the warning that were not for the assistant: they keep a visit once, for a room never falls
        silent.
        """
        if self.kept_by_talk:
            return self
        return replace(self.touched(now_s), kept_by_talk=True, in_a_row=self.in_a_row)

    def left(self, now_s: float) -> Visit:
        """The visitor said goodbye."""
        return replace(self, leaving=True, last_s=now_s, warned=False)

    def ended(self) -> Visit:
        """As before anybody came."""
        return Visit(idle_s=self.idle_s)

    def seconds_left(self, now_s: float) -> float | None:
        """Until the end, once the visitor was warned."""
        return max(0.0, self.last_s + self.idle_s - now_s) if self.warned else None

    def tick(self, now_s: float, *, answering: bool, hearing: bool = False) -> tuple[Visit, VisitEvent | None]:
        """What is due now. While an answer is being said, nobody is idle; nobody is cut short in the middle of a word,
        but what they say keeps the visit alive only once it was answered.
        """
        if not self.active:
            return self, None
        if answering and not self.warned:
            return replace(self, last_s=now_s), None
        idle_s = now_s - self.last_s
        if hearing and idle_s < self.idle_s + LONGEST_WORDS_S:
            return self, None
        if idle_s >= (AFTER_GOODBYE_S if self.leaving else self.idle_s):
            return self.ended(), "end"
        if not self.warned and not self.leaving and idle_s >= self.idle_s - WARN_BEFORE_S:
            return replace(self, warned=True), "warn"
        return self, None
