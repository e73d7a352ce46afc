"""The same sound a second time, as it came from the microphone.

Lowering noise helps where it takes away noise, and hurts where it takes away speech; which it did nobody can tell
beforehand. In noise each way hears words that the other misses, so both are heard, and their guesses are pooled
(`guesses.pooled`): of 540 sentences of ten synthetic voices in noise at 6 dB, 457 instead of 441 led to the right node,
and of 420 warning signs among them 366 instead of 346 were caught (docs/tuning.md). Without noise both sounds are
nearly the same, and nothing is heard twice.

It is heard as it comes, while what the noise was lowered in lies 24 ms behind. The network looks at the sound in steps
of 30 ms, and where its steps fall differently it makes other mistakes: with both at the same place less was gained on
half of the sentences.
"""

from __future__ import annotations

import numpy as np

from voice_assistant.hearing.decoder import Decoder
from voice_assistant.hearing.guesses import Guess
from voice_assistant.hearing.suppression import DELAY_SAMPLES
from voice_assistant.types import SAMPLE_RATE_HZ

UNTOUCHED_TRUST = 0.3
"""How much its guesses count, of 1 for both ways of hearing: alone it has one or two more word errors in a hundred.
With 0.5, 0.4 and 0.3 of 270 lines at 6 dB 225, 226 and 228 led to the right node (219 without it)."""
_LEAST_CHANGE = 0.006
"""Share of its power that has to have changed for the sound to be heard a second time: with speech 12 dB above the
noise 0.01 to 0.05, 24 dB above it 0.0003 to 0.002, without noise at most 0.009 and mostly none (24 utterances each)."""
_JUDGED_FROM = 2 * SAMPLE_RATE_HZ
"""Bytes: before a second of sound, much of it is what was heard before the voice."""


class UntouchedSound:
    """Hears an utterance as it came, from the moment on at which it is seen to differ from what is heard otherwise."""

    _waiting: bytearray
    _ahead: bytes
    _change: float
    _power: float

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._forget()

    def feed(self, lowered: bytes, untouched: bytes) -> None:
        """Take more of the utterance: the sound with noise lowered, and as it came, as long and DELAY_SAMPLES ahead."""
        if not untouched:
            return
        self._waiting += untouched
        if not self._decoder.fed_s:
            self._compare(lowered, untouched)
        if self._decoder.fed_s or (self._differs() and len(self._waiting) >= _JUDGED_FROM):
            self._hear()

    def guesses(self) -> tuple[Guess, ...]:
        """What the utterance may have been, none where both sounds are alike; the next `feed` begins another."""
        if self._differs():
            self._hear()
        self._forget()
        return self._decoder.guesses()

    def reset(self) -> None:
        """Throw away the utterance."""
        self._forget()
        self._decoder.reset()

    def _forget(self) -> None:
        self._waiting = bytearray()
        self._ahead = bytes(2 * DELAY_SAMPLES)
        self._change = self._power = 0.0

    def _compare(self, lowered: bytes, untouched: bytes) -> None:
        ahead = self._ahead + untouched
        self._ahead = ahead[len(lowered) :]
        before, after = (np.frombuffer(pcm, "<i2").astype(np.float64) for pcm in (ahead[: len(lowered)], lowered))
        self._change += float(((before - after) ** 2).sum())
        self._power += float((before**2).sum())

    def _differs(self) -> bool:
        return self._change > _LEAST_CHANGE * self._power

    def _hear(self) -> None:
        self._decoder.feed(bytes(self._waiting))
        self._waiting.clear()
