"""Makes a recording that is far too quiet as loud as speech usually is."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

USUAL_DBFS = -20.0
"""The loudest tenth of a second of a recording that was made well, in dB of full scale."""
QUIET_DBFS = -38.0
"""Below this it is made louder. The recogniser learned on usual levels, and below -70 nothing counts as voice."""
NOTHING_DBFS = -75.0
"""Below this there is nothing but the last bits of the converter."""
_JUDGED_S = 30.0
"""So much is looked at, and held in memory."""
_FRAME_S = 0.02
_FRAMES = 5
_PEAK = 0.9
"""Of full scale."""


def audible(chunks: Iterable[AudioChunk]) -> Iterator[AudioChunk]:
    """The same sound, all of it louder by the same factor where its first half minute is very quiet throughout; what
    comes later and is louder than that is raised by no more than it can bear.
    """
    source = iter(chunks)
    first: list[AudioChunk] = []
    held_s = 0.0
    for chunk in source:
        first.append(chunk)
        held_s += chunk.duration_s
        if held_s >= _JUDGED_S:
            break
    factor = _factor(first)
    if factor == 1.0:
        yield from itertools.chain(first, source)
        return
    yield from (replace(chunk, pcm=_louder(chunk.pcm, factor)) for chunk in first)
    for chunk in source:
        factor = max(1.0, min(factor, _most(chunk.pcm)))
        yield replace(chunk, pcm=_louder(chunk.pcm, factor))


def _factor(chunks: list[AudioChunk]) -> float:
    """By how much the amplitudes are to be multiplied."""
    if not chunks or any(len(chunk.pcm) % 2 or chunk.rate_hz != SAMPLE_RATE_HZ for chunk in chunks):
        return 1.0  # whoever listens says what is wrong with it
    loudest = _loudest_dbfs(b"".join(chunk.pcm for chunk in chunks), chunks[0].rate_hz)
    return float(10 ** ((USUAL_DBFS - loudest) / 20)) if NOTHING_DBFS < loudest < QUIET_DBFS else 1.0


def _loudest_dbfs(pcm: bytes, rate_hz: int) -> float:
    """Of a tenth of a second; the median in it, so that a click is not taken for loud speech."""
    samples, size = to_floats(pcm), int(rate_hz * _FRAME_S)
    powers = (samples[: len(samples) // size * size].reshape(-1, size) ** 2).mean(axis=1)
    if len(powers) < _FRAMES:
        return 0.0
    spans = np.lib.stride_tricks.sliding_window_view(powers, _FRAMES)
    return float(10 * np.log10(np.median(spans, axis=1).max() + 1e-12))


def _most(pcm: bytes) -> float:
    """The factor with which the loudest sample stays below full scale."""
    return _PEAK / max(float(np.abs(to_floats(pcm)).max(initial=0.0)), 1e-6) if len(pcm) % 2 == 0 else 1.0


def _louder(pcm: bytes, factor: float) -> bytes:
    return to_pcm(to_floats(pcm) * np.float32(factor))
