"""What listening costs while nobody speaks."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.sound.voices import chunks
from voice_assistant.hearing import Activity, Listener
from voice_assistant.types import SAMPLE_RATE_HZ, Transcript

_LENGTH_S = 30
_LEVEL = 0.002
"""Amplitude of a quiet room at a microphone: 54 dB below full scale."""


class _Nobody:
    """Stands for the recogniser, which gets nothing."""

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        """Never called while nobody speaks."""
        raise AssertionError("the recogniser was given sound while nobody spoke")

    def partial(self) -> str:
        """Never called."""
        return ""

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """Never called."""
        return Transcript("")

    def reset(self) -> None:
        """Nothing to forget."""


def silence_cost() -> float:
    """Processor seconds for a second of a quiet room, voice detector and noise estimate together."""
    hiss = np.random.default_rng(2).standard_normal(_LENGTH_S * SAMPLE_RATE_HZ) * _LEVEL
    listener = Listener(_Nobody(), Activity())
    sound = chunks(hiss.astype(np.float32))
    began = time.process_time()
    for chunk in sound:
        listener.feed(chunk)
    return (time.process_time() - began) / _LENGTH_S
