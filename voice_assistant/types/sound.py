"""From sound to words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

SAMPLE_RATE_HZ = 16_000
"""The rate at which the rooms hand audio for hearing on: the speech model's own (its mfcc.conf)."""


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
