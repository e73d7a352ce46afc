"""Sound as bytes and as numbers.

Outside this room sound travels as signed 16-bit bytes; filters and gains work on float32, where ±1 is full scale.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
"""One channel of sound, shape (samples,), full scale ±1."""

_FULL_SCALE = 32768.0


def scaled(samples: npt.NDArray[np.generic], factor: float) -> Floats:
    """Samples of any kind as float32, times `factor`."""
    result: Floats = samples.astype(np.float32)
    result *= np.float32(factor)
    return result


def to_floats(pcm: bytes) -> Floats:
    """Signed 16-bit little-endian bytes as float32 in [-1, 1), shape (samples,)."""
    return scaled(np.frombuffer(pcm, dtype="<i2"), 1 / _FULL_SCALE)


def to_pcm(samples: Floats) -> bytes:
    """Float samples as signed 16-bit little-endian bytes; what lies beyond full scale is clipped."""
    whole: Floats = np.rint(samples * np.float32(_FULL_SCALE))
    return bytes(np.clip(whole, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i2").tobytes())


def mix_down(interleaved: Floats, channels: int) -> Floats:
    """The mean of all channels, shape (frames,), of interleaved samples, shape (frames * channels,)."""
    if channels == 1:
        return interleaved
    mixed: Floats = interleaved.reshape(-1, channels) @ np.full(channels, 1 / channels, np.float32)
    return mixed
