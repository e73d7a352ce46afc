"""The events of the voice loop, for whoever runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voice_assistant.types import AudioChunk, PartialTranscript, Response, Sentence, Turn


def _nothing(*_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class LoopEvents:
    """Callbacks, all called in the loop's thread; they must return at once."""

    partial: Callable[[PartialTranscript], None] = _nothing
    """Words so far of somebody who is being listened to."""
    turn: Callable[[Turn], None] = _nothing
    """An utterance or a touch was answered; what is said of it follows."""
    spoken: Callable[[Response], None] = _nothing
    """Something was said without having been asked: a greeting, a timer, a prompt."""
    sentence: Callable[[Sentence, int], None] = _nothing
    """A sentence of the present response begins to be played; with its place in the response."""
    state: Callable[[str], None] = _nothing
    """`idle`, `listening` or `speaking`, whenever it changes."""
    woken: Callable[[], None] = _nothing
    """The wake phrase was said and nothing else yet."""
    notice: Callable[[str], None] = _nothing
    """Trouble with a device or the voice, in a sentence."""
    level: Callable[[AudioChunk], None] = _nothing
    """Every chunk of sound, for a level meter."""
