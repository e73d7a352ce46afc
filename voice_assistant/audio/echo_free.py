"""A microphone that does not hear the loudspeaker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voice_assistant.audio.echo.canceller import EchoCanceller
from voice_assistant.audio.echo.linear import BLOCK
from voice_assistant.audio.microphone import AudioSource, MicrophoneStatus
from voice_assistant.audio.pace import Pace
from voice_assistant.audio.playback import Playback
from voice_assistant.audio.resample import Resampler
from voice_assistant.audio.samples import Floats, to_floats, to_pcm
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

_AFTER_S = 1.1
"""So long after its last sound was played there may still be an echo: 0.65 s of delay, and a room's answer."""
_KEPT = 4 * SAMPLE_RATE_HZ
"""Samples of what was played that can wait to be compared."""
_WAITS = 2 * BLOCK
"""Samples that are kept back, so that what was played at that time is known, though it is told of a little late."""
_SAME_S = 0.02
"""What was played begins within this of the end of what was played before it: both are one sound."""
_JUMP_S = 0.1
"""A chunk that begins so far from the end of the one before begins another stream."""


class EchoFreeMicrophone:
    """Takes the chunks of `source` and gives them without the echo of what `playback` plays. Implements AudioSource.

    While nothing is played, and until an echo has been found, chunks go through as they are. While there is an echo
    they come up to 70 ms later, in other pieces. No sample is lost or given twice.
    """

    def __init__(self, source: AudioSource, playback: Playback) -> None:
        self._source = source
        self._playback = playback
        self._canceller = EchoCanceller()
        self._reference = Reference()
        self._pace = Pace()
        self._heard = np.zeros(0, np.float32)
        """What waits to fill a block."""
        self._is_active = False
        self._next_s: float | None = None
        self._block_s = 0.0
        """Where the block begins that is next taken from `_heard`."""
        self._owed = 0
        """Samples that the canceller still has."""

    def __enter__(self) -> EchoFreeMicrophone:
        self._source.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._source.__exit__(*exception)

    def close(self) -> None:
        """Ends the stream."""
        self._source.close()

    @property
    def status(self) -> MicrophoneStatus:
        """The source's."""
        return self._source.status

    @property
    def has_echo(self) -> bool:
        """Whether an echo was found: the loudspeaker is no headphone."""
        return self._canceller.delay_s is not None

    @property
    def hears_through(self) -> bool:
        """Whether a voice that is heard while something is played is most likely somebody's: the echo is known well."""
        return self._canceller.hears_through

    def __iter__(self) -> Iterator[AudioChunk]:
        for chunk in self._source:
            cleaned = self._take(chunk)
            if cleaned is not None:
                yield cleaned
        rest = self._end()
        if rest is not None:
            yield rest

    def _take(self, chunk: AudioChunk) -> AudioChunk | None:
        if self._next_s is None or abs(chunk.start_s - self._next_s) > _JUMP_S:
            self._begin_stream(chunk.start_s)
        self._next_s = chunk.end_s
        self._pace.observe(chunk.end_s, self._playback.clock_s)
        for played in self._playback.take_played():
            self._reference.add(played, played.start_s - self._pace.offset_s)
        if not self._is_active and not self._reference.sounds_after(chunk.start_s):
            return chunk
        return self._cancel(chunk)

    def _begin_stream(self, start_s: float) -> None:
        self._is_active = False
        self._heard = self._heard[:0]
        self._pace = Pace()

    def _cancel(self, chunk: AudioChunk) -> AudioChunk | None:
        if not self._is_active:
            self._is_active = True
            self._canceller.begin()
            self._block_s = chunk.start_s
            self._owed = 0
        heard = np.concatenate((self._heard, to_floats(chunk.pcm)))
        given_from_s = self._block_s - self._owed / SAMPLE_RATE_HZ
        done = []
        while len(heard) >= BLOCK + _WAITS:
            cleaned = self._canceller.process(heard[:BLOCK], self._reference.take(self._block_s))
            done.append(cleaned[BLOCK - self._owed :])
            self._owed = BLOCK
            self._block_s += BLOCK / SAMPLE_RATE_HZ
            heard = heard[BLOCK:]
        self._heard = heard
        if not self._reference.sounds_after(self._block_s - _AFTER_S):
            done += self._finish()
        samples = np.concatenate(done) if done else heard[:0]
        return AudioChunk(to_pcm(samples), SAMPLE_RATE_HZ, given_from_s) if len(samples) else None

    def _finish(self) -> list[Floats]:
        """What is still owed."""
        rest = np.zeros(0, np.float32)
        if self._owed:
            rest = self._canceller.process(np.zeros(BLOCK, np.float32), np.zeros(BLOCK, np.float32))
        left = [rest, self._heard]
        self._is_active = False
        self._heard = self._heard[:0]
        return left

    def _end(self) -> AudioChunk | None:
        if not self._is_active:
            return None
        start_s = self._block_s - self._owed / SAMPLE_RATE_HZ
        return AudioChunk(to_pcm(np.concatenate(self._finish())), SAMPLE_RATE_HZ, start_s)


class Reference:
    """What was played, on the time of the microphone's stream, 16 kHz."""

    def __init__(self) -> None:
        self._samples = np.zeros(_KEPT, np.float32)
        self._read = 0
        """Index in the stream up to which it has been taken."""
        self._next = 0
        """Index in the stream at which the sound under way goes on."""
        self._sounded = -_KEPT
        """Index after the last sound."""
        self._rate_hz = 0
        self._resampler = Resampler(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        self._end_s: float | None = None

    def add(self, played: AudioChunk, start_s: float) -> None:
        """A sound that was played from `start_s` on."""
        goes_on = self._end_s is not None and abs(start_s - self._end_s) <= _SAME_S
        if not goes_on or played.rate_hz != self._rate_hz:
            self._rate_hz = played.rate_hz
            self._resampler = Resampler(played.rate_hz, SAMPLE_RATE_HZ)
            self._next = round(start_s * SAMPLE_RATE_HZ)
            self._end_s = start_s
        self._end_s = (self._end_s or 0.0) + played.duration_s
        self._put(self._resampler.process(to_floats(played.pcm)))

    def sounds_after(self, time_s: float) -> bool:
        """Whether something was played after this time."""
        return self._sounded > round(time_s * SAMPLE_RATE_HZ)

    def take(self, start_s: float) -> Floats:
        """The BLOCK of samples from there on; later ones have to be asked for in order."""
        start = round(start_s * SAMPLE_RATE_HZ)
        places = np.arange(start, start + BLOCK) % _KEPT
        block: Floats = self._samples[places].copy()
        self._samples[places] = 0
        self._read = start + BLOCK
        return block

    def _put(self, samples: Floats) -> None:
        first, self._next = self._next, self._next + len(samples)
        late = max(0, self._read - first)
        samples, first = samples[late:][:_KEPT], first + late
        if len(samples) and samples.any():
            self._samples[np.arange(first, first + len(samples)) % _KEPT] = samples
            self._sounded = self._next
