"""Makes a recording that is far too quiet as loud as speech usually is."""

from __future__ import annotations

import itertools
from collections import deque
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
_TINY = 1e-6


def audible(chunks: Iterable[AudioChunk]) -> Iterator[AudioChunk]:
    """The same sound, all of it louder by the same factor where its first half minute is very quiet throughout; what
    comes later and is louder than that, and no mere click, is raised by no more than it can bear.
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
    peaks = deque([0.0] * _FRAMES, maxlen=_FRAMES)
    for chunk in source:
        if not _can_be_heard(chunk):
            yield chunk
            continue
        peaks.append(float(np.abs(to_floats(chunk.pcm)).max(initial=0.0)))
        factor = min(factor, _most(float(np.median(peaks))))
        yield replace(chunk, pcm=_louder(chunk.pcm, min(factor, _most(peaks[-1]))))


def _factor(chunks: list[AudioChunk]) -> float:
    """By how much the amplitudes are to be multiplied."""
    if not chunks or not all(_can_be_heard(chunk) for chunk in chunks):
        return 1.0
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


def _most(peak: float) -> float:
    """The factor with which so loud a sample stays below full scale; never a smaller one than 1."""
    return max(1.0, _PEAK / max(peak, _TINY))


def _can_be_heard(chunk: AudioChunk) -> bool:
    """Otherwise it is left as it is: whoever listens says what is wrong with it."""
    return len(chunk.pcm) % 2 == 0 and chunk.rate_hz == SAMPLE_RATE_HZ


def _louder(pcm: bytes, factor: float) -> bytes:
    return to_pcm(to_floats(pcm) * np.float32(factor))
