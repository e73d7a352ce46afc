"""Sounds that wait to be played: what every loudspeaker plays from."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_assistant.audio.resample import Resampler
from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.types import AudioChunk

Samples = npt.NDArray[np.int16]

MOST_BUFFERED_S = 180.0
"""What may wait to be played: three minutes, more than any answer."""
_RAMP_S = 0.010
"""Every change of loudness from nothing to all takes this long; a jump would click. It fits into one block."""
_PIECE_S = 0.25
"""The first sound of a sentence is ready to play before the rest of it is converted."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one enqueued sound has been played."""

    marker: Hashable
    """What was given with it."""
    played_s: float
    duration_s: float


class _Utterance:
    """One enqueued sound."""

    __slots__ = ("marker", "position", "ready", "samples")

    def __init__(self, marker: Hashable, frames: int) -> None:
        self.marker = marker
        self.samples: Samples = np.zeros(frames, np.int16)
        self.ready = 0
        """Frames that have been converted. Written by the enqueuing thread only."""
        self.position = 0
        """Frames that have been played. Written by the sound thread only."""


class PlaybackBuffer:
    """Sounds that wait to be played, with gain, pause and stop.

    `pull` is for the sound thread and takes no lock: what others tell it are single assignments, which it reads once a
    block. The others lock out each other only.
    """

    def __init__(self, rate_hz: int, fades_on_stop: bool = True) -> None:
        """`fades_on_stop`: whether a stopped sound fades out in the next block, or is left to who plays it."""
        self.rate_hz = rate_hz
        self._fades_on_stop = fades_on_stop
        self._control = threading.Lock()
        self._waiting: deque[_Utterance] = deque()
        """What is played and what comes after it. `stop` puts a new one in its place."""
        self._finished: deque[Progress] = deque(maxlen=1000)
        self._volume = 1.0
        self._duck = 1.0
        self._is_paused = False
        self._back_frames = 0
        self._playing: _Utterance | None = None
        self._playing_from = self._waiting
        self._gain = 1.0

    # --- for the sound thread ---

    def pull(self, frames: int) -> Samples:
        """The next block, shape (frames,); silence where there is nothing to play."""
        block: Samples = np.zeros(frames, np.int16)
        waiting = self._waiting
        done = 0
        if waiting is not self._playing_from:
            done = self._fade_away(block)
            self._playing, self._playing_from = None, waiting
        while done < frames:
            taken = self._play_into(block[done:], waiting)
            if not taken:
                break
            done += taken
        return block

    def _fade_away(self, block: Samples) -> int:
        """The last few milliseconds of a sound that was stopped."""
        playing = self._playing
        if playing is None or self._gain == 0.0 or not self._fades_on_stop:
            return 0
        count = min(self._ramp_frames, len(block), playing.ready - playing.position)
        if count <= 0:
            return 0
        curve = np.linspace(self._gain, 0.0, count, dtype=np.float32)
        block[:count] = playing.samples[playing.position : playing.position + count] * curve
        return count

    def _play_into(self, block: Samples, waiting: deque[_Utterance]) -> int:
        """Plays from the first sound that waits; the number of frames it gave."""
        if not waiting:
            return 0
        playing = waiting[0]
        target = 0.0 if self._is_paused else self._volume * self._duck
        if playing is not self._playing:
            self._playing = playing
            if playing.position == 0:
                self._gain = target
        if self._is_paused and self._gain == 0.0:
            return 0
        if not self._is_paused and self._back_frames:
            playing.position = max(playing.position - self._back_frames, 0)
            self._back_frames = 0
        count = min(len(block), playing.ready - playing.position)
        if self._is_paused:
            count = min(count, self._frames_to(target))
        if count > 0:
            part = playing.samples[playing.position : playing.position + count]
            block[:count] = part if self._gain == target == 1.0 else part * self._ramp(count, target)
            playing.position += count
        if playing.position >= len(playing.samples) and waiting[0] is playing:
            waiting.popleft()
            self._finished.append(self._progress_of(playing))
        return count

    @property
    def _ramp_frames(self) -> int:
        return max(int(self.rate_hz * _RAMP_S), 1)

    def _frames_to(self, target: float) -> int:
        return int(np.ceil(abs(target - self._gain) * self._ramp_frames))

    def _ramp(self, count: int, target: float) -> npt.NDArray[np.float32]:
        """The gain of each of the next frames, moving to the target by at most full scale in 10 ms."""
        if self._gain == target:
            return np.full(count, target, np.float32)
        step = (1.0 if target > self._gain else -1.0) / self._ramp_frames
        curve = self._gain + step * np.arange(1, count + 1, dtype=np.float32)
        low, high = sorted((self._gain, target))
        limited: npt.NDArray[np.float32] = np.clip(curve, low, high).astype(np.float32)
        self._gain = target if count >= self._frames_to(target) else float(limited[-1])
        return limited

    # --- for all others ---

    def enqueue(self, chunk: AudioChunk, marker: Hashable, begun: Callable[[], None] = lambda: None) -> bool:
        """As Playback.enqueue. Converts the rate, a quarter of a second at a time.

        `begun` is called when the first piece can be played.
        """
        frames = round(len(chunk.pcm) // 2 * self.rate_hz / chunk.rate_hz)
        utterance = _Utterance(marker, frames)
        with self._control:
            if self.waiting_s + frames / self.rate_hz > MOST_BUFFERED_S:
                return False
            if frames:
                self._waiting.append(utterance)
        resampler = Resampler(chunk.rate_hz, self.rate_hz)
        piece = int(chunk.rate_hz * _PIECE_S) * 2
        for start in range(0, len(chunk.pcm), piece):
            _append(utterance, to_pcm(resampler.process(to_floats(chunk.pcm[start : start + piece]))))
            begun()
        _append(utterance, to_pcm(resampler.flush()))
        utterance.ready = frames
        begun()
        return True

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that have not been played yet."""
        return sum(len(each.samples) - each.position for each in tuple(self._waiting)) / self.rate_hz

    def stop(self) -> tuple[Progress, ...]:
        """As Playback.stop."""
        with self._control:
            left = tuple(self._progress_of(each) for each in tuple(self._waiting))
            self._waiting = deque()
            self._is_paused = False
            self._back_frames = 0
        return left

    def pause(self) -> None:
        """As Playback.pause."""
        self._is_paused = True

    def resume(self, back_s: float) -> None:
        """As Playback.resume."""
        with self._control:
            if self._is_paused:
                self._back_frames = max(int(back_s * self.rate_hz), 0)
                self._is_paused = False

    def duck(self, gain: float) -> None:
        """As Playback.duck."""
        self._duck = min(max(gain, 0.0), 1.0)

    @property
    def volume(self) -> float:
        """0 to 1."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(max(volume, 0.0), 1.0)

    @property
    def is_paused(self) -> bool:
        """Whether it is paused."""
        return self._is_paused

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    @property
    def is_sounding(self) -> bool:
        """Whether the next block may be anything but silence."""
        return not self.is_idle and not (self._is_paused and self._gain == 0.0)

    @property
    def progress(self) -> Progress | None:
        """The sound that is played or comes next."""
        waiting = tuple(self._waiting)
        return self._progress_of(waiting[0]) if waiting else None

    def take_finished(self) -> tuple[Progress, ...]:
        """As Playback.take_finished."""
        taken = []
        while self._finished:
            taken.append(self._finished.popleft())
        return tuple(taken)

    def convert(self, rate_hz: int) -> PlaybackBuffer:
        """A buffer at another rate that goes on where this one is. Only while nothing pulls from either."""
        other = PlaybackBuffer(rate_hz, self._fades_on_stop)
        other._volume, other._duck, other._is_paused = self._volume, self._duck, self._is_paused
        other._gain = self._gain
        with self._control:
            for each in self._waiting:
                other.enqueue(AudioChunk(each.samples[: each.ready].tobytes(), self.rate_hz, 0.0), each.marker)
                other._waiting[-1].position = int(each.position * rate_hz / self.rate_hz)
            other._finished.extend(self._finished)
        return other

    def _progress_of(self, utterance: _Utterance) -> Progress:
        return Progress(utterance.marker, utterance.position / self.rate_hz, len(utterance.samples) / self.rate_hz)


def _append(utterance: _Utterance, pcm: bytes) -> None:
    samples = np.frombuffer(pcm, dtype="<i2")[: len(utterance.samples) - utterance.ready]
    utterance.samples[utterance.ready : utterance.ready + len(samples)] = samples
    utterance.ready += len(samples)
