"""A second hearing of noisy speech: as the microphone brought it.

What takes noise away also takes a little of the voice, so the recogniser makes other mistakes on either sound, and what
one hearing loses the other may hold: a warning sign above all. It costs as much time as the first, so it begins only
where there is noise. Everything happens in step with the first, in the same thread, so that the same sound gives the
same words every time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from voice_assistant.types import Alternative, Transcript

NOISY = 0.5
"""Share of the suppressor's depth (0 to 1), in the mean over the utterance so far, from which on it counts as noise:
speech at 17 dB over the noise or less. A single frame tells little: what a clean voice begins with, and a long vowel,
look like noise for a moment."""
LESS_LIKELY = 2.0
"""By how much (natural log) a guess of the second hearing counts as less likely than the first's of the same rank: it
mishears more. 1 to 4 gave the same nodes."""
_SOON = 4
"""So many frames of the voice are waited for before it is decided whether there is noise."""


class Ear(Protocol):
    """What it needs of a recogniser; see Recogniser."""

    def feed(self, pcm: bytes) -> None:
        """Take sound."""

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """Words of the utterance."""

    def reset(self) -> None:
        """Forget the utterance."""


class SecondHearing:
    """Keeps the sound of the present utterance, and has it heard from the moment that noise is noticed."""

    def __init__(self, make: Callable[[], Ear] | None) -> None:
        """`make` gives the recogniser and is called at the first noise; None where there is to be no second hearing."""
        self._make = make
        self._ear: Ear | None = None
        self._waiting: list[bytes] = []
        self._hears = False
        self._noise = 0.0
        self._frames = 0

    def feed(self, frame: bytes, noise: float | None = None) -> None:
        """Take a frame as the microphone brought it. `noise`: the suppressor's share, 0 to 1; None before the voice."""
        if self._make is None:
            return
        self._waiting.append(frame)
        if noise is not None:
            self._noise += noise
            self._frames += 1
        if not self._hears and (self._frames < _SOON or self._noise < NOISY * self._frames):
            return
        self._ear = self._ear or self._make()
        self._hears = True
        for waiting in self._waiting:
            self._ear.feed(waiting)
        self._waiting.clear()

    def finish(self, first: Transcript) -> Transcript:
        """What was heard first, with the guesses of the second hearing among its own."""
        if self._ear is None or not self._hears:
            self.reset()
            return first
        second = self._ear.finish()
        self._forget()
        return merged(first, second)

    def reset(self) -> None:
        """Forget the utterance."""
        if self._ear is not None and self._hears:
            self._ear.reset()
        self._forget()

    def _forget(self) -> None:
        self._hears = False
        self._noise, self._frames = 0.0, 0
        self._waiting.clear()


def merged(first: Transcript, second: Transcript) -> Transcript:
    """The first transcript with the other's guesses, each text once, the likeliest first; the other one when the first
    is empty. A short command stays alone: it may have been said amid the talk of others, which the second holds too.
    """
    if not second.text or (first.text and first.command):
        return first
    if not first.text:
        return replace(second, command=first.command, start_s=first.start_s, end_s=first.end_s)
    best, *rest = first.alternatives or (Alternative(first.text, 0.0),)
    rest += [replace(other, score=other.score - LESS_LIKELY) for other in second.alternatives]
    ranked = {best.text: best}
    for other in sorted(rest, key=lambda one: one.score, reverse=True):
        ranked.setdefault(other.text, other)
    return replace(first, alternatives=tuple(ranked.values()))
