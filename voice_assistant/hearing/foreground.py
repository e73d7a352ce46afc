"""Who stands before the microphone, and who talks in the background: by loudness.

Somebody who speaks to the assistant is nearer than the others; a television or people at the next table are 10 dB and
more below. Both are voices, so that no voice detector tells them apart.
"""

from __future__ import annotations

import numpy as np

from voice_assistant.types import SAMPLE_RATE_HZ

_FRAME = 320
_BELOW_DB = 12.0
"""A stretch of speech begins and ends with a sound that is at most so far below its loudest."""
AROUND_S = 0.2
"""What is softer just before and after belongs to it: an "s", the end of a word."""
_TALK_DB = 32.0
"""Where there is a background, three quarters of what is heard before and after are not further below the loudest. With
noise at 12 dB it is 19 to 26 dB, with one person alone 55 and more."""
_NOTHING = 1e-10
"""Power of digital silence, which is put before a stream and is no background."""
_LEAST_S = 0.3
"""Less of it changes nothing."""
_BACKGROUND_DB = 15.0
"""A frame so far below the loudest of late is in the background, …"""
_NOISY_DB = 32.0
"""… where there is one: where what is heard between words is not further below it than this."""
_FORGOTTEN = 10 ** (-0.1 * 0.032)
"""What is left of the loudest power a frame of 32 ms later: 1 dB less in a second."""
_RISES = 10 ** (0.3 * 0.032)
"""How fast the level of the background rises at most: 3 dB in a second."""
_LEAST = 1.0
"""Power of the background at least, in steps of 16-bit samples: from complete silence it would never rise."""


def foreground(pcm: bytes) -> tuple[int, int] | None:
    """The first and the last byte of what was said near the microphone, where others were heard before or after it."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    if len(frames) < 3:
        return None
    power = np.convolve((frames**2).mean(axis=1), np.full(3, 1 / 3), "same")
    near = np.flatnonzero(power > power.max() * 10 ** (-_BELOW_DB / 10))
    if not len(near):
        return None  # complete silence
    around = round(AROUND_S * SAMPLE_RATE_HZ / _FRAME)
    first, last = max(0, near[0] - around), min(len(frames), near[-1] + 1 + around)
    others = np.concatenate((power[:first], power[last:]))
    others = others[others > _NOTHING]
    if len(others) * _FRAME < _LEAST_S * SAMPLE_RATE_HZ:
        return None
    if np.percentile(others, 25) < power.max() * 10 ** (-_TALK_DB / 10):
        return None
    return int(first) * _FRAME * 2, int(last) * _FRAME * 2


class Nearness:
    """Tells frame by frame whether what is heard is as near as the nearest voice of late."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._power = 0.0
        self._loudest = 0.0
        self._background = float("inf")

    def is_near(self, power: float) -> bool:
        """Whether a frame of this mean power may be somebody who speaks to the assistant."""
        self._power = 0.5 * self._power + 0.5 * power
        self._loudest = max(self._loudest * _FORGOTTEN, self._power)
        self._background = max(min(self._background * _RISES, self._power), _LEAST)
        is_noisy = self._background > self._loudest * 10 ** (-_NOISY_DB / 10)
        return not is_noisy or self._power > self._loudest * 10 ** (-_BACKGROUND_DB / 10)
