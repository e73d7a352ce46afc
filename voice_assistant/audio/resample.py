"""Sound at one rate to sound at another, a block at a time.

A polyphase windowed-sinc filter in numpy. Written here because no library fits everywhere: `soxr` is LGPL, `samplerate`
has no wheel for Python 3.10 on 64-bit ARM, and scipy is 100 MB for one function.

The filter is a sinc under a Kaiser window, 32 zero crossings to each side. Kaiser's formulas (Oppenheim and Schafer,
Discrete-Time Signal Processing, 7.6) give for this length and 70 dB of stop band a transition of 0.134 of the lower
Nyquist frequency, which is laid to end just there: what is above cannot come back as an alias, and at 16 kHz speech
passes unchanged up to 6.9 kHz.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from voice_assistant.audio.samples import Floats, to_floats, to_pcm
from voice_assistant.types import AudioChunk

_ZERO_CROSSINGS = 32
_STOP_BAND_DB = 70.0
_KAISER_BETA = 0.1102 * (_STOP_BAND_DB - 8.7)
_TRANSITION = (_STOP_BAND_DB - 7.95) / (2.285 * 2 * _ZERO_CROSSINGS) / math.pi
_CUTOFF = 1.0 - _TRANSITION / 2
_PHASES_AT_MOST = 1000
"""Every usual pair of rates needs at most 640. For a rate such as 44,101 Hz the nearest ratio is taken, which is off
by less than a millionth: half a millisecond in ten minutes."""
_OUTPUTS_AT_ONCE = 2048
"""Bounds the memory of one step and keeps it in the processor's cache."""


class Resampler:
    """Turns a stream of blocks at `from_hz` into the same sound at `to_hz`.

    The gain is 1; the output starts at the same moment as the input (the filter's delay is taken out) and has, after
    `flush`, round(length * to_hz / from_hz) samples, one more or less.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        """Rates in samples a second, both positive."""
        if from_hz <= 0 or to_hz <= 0:
            raise ValueError(f"sample rates must be positive, not {from_hz} and {to_hz}")
        ratio = Fraction(from_hz, to_hz).limit_denominator(_PHASES_AT_MOST)
        self._up = ratio.denominator
        self._down = ratio.numerator
        self._phases = _design(self._up, self._down) if self._up != self._down else np.zeros((1, 1), np.float32)
        self._half = self._phases.shape[1] // 2
        self._pending = np.zeros(max(self._half - 1, 0), np.float32)
        self._position = 0
        """The next output sample, in steps of 1/up of an input sample from the start of `_pending`."""
        self._received = 0
        self._given = 0

    def process(self, samples: Floats) -> Floats:
        """All output that the input so far allows, shape (samples,); 32 samples of the lower rate are held back."""
        if self._up == self._down:
            return samples
        self._received += len(samples)
        self._pending = np.concatenate((self._pending, samples))
        return self._filter()

    def flush(self) -> Floats:
        """The held back rest at the end of the stream. Afterwards the resampler is used up."""
        if self._up == self._down:
            return np.zeros(0, np.float32)
        wanted = round(self._received * self._up / self._down) - self._given
        self._pending = np.concatenate((self._pending, np.zeros(self._phases.shape[1] + self._down, np.float32)))
        return self._filter()[: max(wanted, 0)]

    def _filter(self) -> Floats:
        taps = self._phases.shape[1]
        last_start = len(self._pending) - taps
        if last_start < 0:
            return np.zeros(0, np.float32)
        count = (last_start * self._up + self._up - 1 - self._position) // self._down + 1
        output = np.empty(max(count, 0), np.float32)
        # All windows of the input, overlapping in place: what sliding_window_view does, in a hundredth of its time.
        windows: Floats = np.ndarray((last_start + 1, taps), np.float32, buffer=self._pending, strides=(4, 4))
        for first in range(0, len(output), _OUTPUTS_AT_ONCE):
            last = min(first + _OUTPUTS_AT_ONCE, len(output))
            steps = self._position + np.arange(first, last, dtype=np.int64) * self._down
            output[first:last] = self._apply(windows, steps)
        self._position += len(output) * self._down
        used = min(self._position // self._up, len(self._pending))
        self._pending = self._pending[used:].copy()
        self._position -= used * self._up
        self._given += len(output)
        return output

    def _apply(self, windows: Floats, steps: npt.NDArray[np.int64]) -> Floats:
        starts = steps // self._up
        if self._up == 1:
            whole: Floats = windows[starts] @ self._phases[0]
            return whole
        result: Floats = np.einsum("ij,ij->i", windows[starts], self._phases[steps % self._up])
        return result


def _design(up: int, down: int) -> Floats:
    """The filter for every position of an output sample between two input samples, shape (up, taps)."""
    scale = min(1.0, up / down) * _CUTOFF
    half = math.ceil(_ZERO_CROSSINGS * max(1.0, down / up))
    offsets = np.arange(-half + 1, half + 1, dtype=np.float64)
    distance = offsets[None, :] - (np.arange(up, dtype=np.float64) / up)[:, None]
    inside = np.clip(1.0 - (distance / half) ** 2, 0.0, None)
    phases = np.sinc(distance * scale) * np.i0(_KAISER_BETA * np.sqrt(inside)) * (np.abs(distance) <= half)
    phases /= phases.sum(axis=1, keepdims=True)
    return phases.astype(np.float32)


def resample(chunk: AudioChunk, rate_hz: int) -> AudioChunk:
    """A whole sound at another rate."""
    if chunk.rate_hz == rate_hz:
        return chunk
    resampler = Resampler(chunk.rate_hz, rate_hz)
    samples = np.concatenate((resampler.process(to_floats(chunk.pcm)), resampler.flush()))
    return AudioChunk(pcm=to_pcm(samples), rate_hz=rate_hz, start_s=chunk.start_s)
