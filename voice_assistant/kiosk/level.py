"""How loud a chunk of sound is, for the meter on the screen."""

from __future__ import annotations

import math
from array import array

from voice_assistant.types import AudioChunk

LEVEL_STEPS = 12
_QUIETEST_DB, _LOUDEST_DB = -55.0, -10.0
_SAMPLED = 8
"""Every eighth sample is enough for a meter."""


def level_of(chunk: AudioChunk) -> int:
    """Loudness from 0 to LEVEL_STEPS."""
    samples = array("h", chunk.pcm[: len(chunk.pcm) // 2 * 2])[::_SAMPLED]
    power = sum(sample * sample for sample in samples) / max(len(samples), 1)
    decibels = 10 * math.log10(max(power, 1.0) / 32768**2)
    share = (decibels - _QUIETEST_DB) / (_LOUDEST_DB - _QUIETEST_DB)
    return round(LEVEL_STEPS * min(1.0, max(0.0, share)))
