"""Whom the assistant listens to: everybody always, only after a wake phrase, or only after a key. Pure: time is an
argument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz

from voice_assistant.types import Transcript

WAKE_LIKENESS = 80.0
"""RapidFuzz ratio (0–100) between a wake phrase and as many words at the beginning of an utterance."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of an utterance."""

    admitted: bool
    text: str
    """What is left for understanding, without the wake phrase."""
    woken: bool = False
    """True when the wake phrase was said."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Frozen: each change gives a new one."""

    mode: Literal["always", "wake", "push"] = "always"
    wake_phrases: tuple[str, ...] = ()
    window_s: float = 10.0
    open_until_s: float = float("-inf")
    """Until when follow-ups are listened to without a wake phrase or a key."""

    def admit(self, text: str, started_s: float) -> Admission:
        """Decide about an utterance that began at `started_s`."""
        if self.mode == "always":
            return Admission(True, text)
        rest = self._after_wake_phrase(text) if self.mode == "wake" else None
        if rest is not None:
            return Admission(True, rest, woken=True)
        return Admission(started_s <= self.open_until_s, text)

    def without_wake_phrase(self, transcript: Transcript, admission: Admission) -> Transcript:
        """What was said after the wake phrase; a guess in which the phrase was not heard counts as `admission.text`."""
        others = []
        for guess in transcript.alternatives:
            rest = self._after_wake_phrase(guess.text)
            others.append(replace(guess, text=admission.text if rest is None else rest))
        return replace(transcript, text=admission.text, alternatives=tuple(others))

    def opened(self, now_s: float) -> Attention:
        """Listening without a wake phrase for the length of the window: after an answer or a key."""
        return replace(self, open_until_s=max(self.open_until_s, now_s + self.window_s))

    def closed(self) -> Attention:
        """Not listening until woken again."""
        return replace(self, open_until_s=float("-inf"))

    def _after_wake_phrase(self, text: str) -> str | None:
        """What follows the wake phrase at the beginning (one stray word before it is allowed); None when it was not
        said.
        """
        words = text.lower().split()
        for phrase in self.wake_phrases:
            length = len(phrase.split())
            for begin in (0, 1):
                run = words[begin : begin + length]
                if len(run) == length and fuzz.ratio(" ".join(run), phrase.lower()) >= WAKE_LIKENESS:
                    return " ".join(words[begin + length :])
        return None
