"""The same sound a second time: with noise lowered, and heard by what is expected.

Lowering noise helps where it takes away noise, and hurts where it takes away speech; expecting words helps who says
them, and makes them of other talk. Which it is nobody can tell beforehand, and each way of hearing catches words that
the other misses. So in noise the sound is heard as it came, openly, and once more with noise lowered by a decoder that
knows the text's own sentences and a few thousand of other talk (`expected.py`), and the guesses of both are pooled
(`guesses.pooled`). Of 341 warning signs in noise 306 are caught that way, 292 where both decoders expect the same, and
289 by the first alone (docs/tuning.md); it takes half the time of open hearing. Without noise both sounds are nearly
the same, and nothing is heard twice.
"""

from __future__ import annotations

import numpy as np

from voice_assistant.hearing.decoder import Decoder
from voice_assistant.hearing.guesses import Guess
from voice_assistant.hearing.suppression import DELAY_SAMPLES
from voice_assistant.types import SAMPLE_RATE_HZ

SECOND_TRUST = 0.3
"""How much its guesses count, of 1 for both ways of hearing. With 0.1, 0.2, 0.3 and 0.5 of 200 lines at 6 dB 152, 153,
153 and 151 led to the right node (143 by the first alone), and 124, 125, 125 and 124 of 155 warning signs were
caught (113)."""
_LEAST_CHANGE = 0.006
"""Share of its power that has to have changed for the sound to be heard a second time: with speech 12 dB above the
noise 0.01 to 0.05, 24 dB above it 0.0003 to 0.002, without noise at most 0.009 and mostly none (24 utterances each)."""
_JUDGED_FROM = 2 * SAMPLE_RATE_HZ
"""Bytes: before a second of sound, much of it is what was heard before the voice."""


class SecondHearing:
    """Hears an utterance with noise lowered, from the moment on at which it is seen to differ from the sound as it
    came. Its words lie DELAY_SAMPLES late.
    """

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
        self._waiting += lowered
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
