"""Files and nothing, in place of a microphone and a loudspeaker. Their time is that of the chunks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from voice_assistant.audio.buffer import PlaybackBuffer
from voice_assistant.audio.level import FLOOR_DB
from voice_assistant.audio.microphone import MicrophoneStatus
from voice_assistant.audio.playback import BufferedPlayback, PlaybackStatus
from voice_assistant.audio.wav import WavWriter, read_wav
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

_BLOCK_S = 0.02
_PLAIN_RATE_HZ = 22_050


class FileMicrophone:
    """Plays recordings, one after another with silence between and after them, as a microphone would bring them.

    The chunks follow one another without a gap; after the last file and its silence the iteration ends.
    """

    def __init__(
        self,
        paths: Iterable[str | Path],
        block_ms: int = 20,
        *,
        real_time: bool = False,
        silence_s: float = 2.0,
        may_go_on: Callable[[], bool] | None = None,
    ) -> None:
        """`real_time`: a chunk comes when its end would have been spoken; else as soon as it is asked for.

        `silence_s` follows every file. While `may_go_on()` is false (the assistant is still answering) more silence
        follows before the next file, and after the last one before the end.
        """
        self._paths = [str(path) for path in paths]
        self._block_ms = block_ms
        self._real_time = real_time
        self._silence_s = silence_s
        self._may_go_on = may_go_on or (lambda: True)
        self._closed = threading.Event()
        self._playing = ""

    def __enter__(self) -> FileMicrophone:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the iteration. From any thread; may be called again."""
        self._closed.set()

    @property
    def status(self) -> MicrophoneStatus:
        """Always working; the device is the file that is played."""
        return MicrophoneStatus(state="working", device=self._playing, level_db=FLOOR_DB)

    def __iter__(self) -> Iterator[AudioChunk]:
        """Raises AudioError when a file cannot be read, at the time when it would be played."""
        start_s = 0.0
        began_at_s = time.monotonic()
        for chunk in self._sounds():
            moved = AudioChunk(chunk.pcm, chunk.rate_hz, start_s)
            start_s = moved.end_s
            if self._real_time and self._closed.wait(max(began_at_s + start_s - time.monotonic(), 0.0)):
                return
            if self._closed.is_set():
                return
            yield moved

    def _sounds(self) -> Iterator[AudioChunk]:
        silence = AudioChunk(bytes(SAMPLE_RATE_HZ * self._block_ms // 1000 * 2), SAMPLE_RATE_HZ, 0.0)
        for path in self._paths:
            self._playing = path
            yield from read_wav(path, self._block_ms)
            waited_s = 0.0
            while waited_s < self._silence_s or not self._may_go_on():
                yield silence
                waited_s += silence.duration_s


class NullLoudspeaker(BufferedPlayback):
    """A loudspeaker that nobody hears. Time passes by `advance` only. Implements Playback."""

    def __init__(self, rate_hz: int = _PLAIN_RATE_HZ) -> None:
        """`rate_hz`: the rate of what is played."""
        self._buffer = PlaybackBuffer(rate_hz)
        self._owed_frames = 0.0
        self._passed_s = 0.0

    def __enter__(self) -> NullLoudspeaker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Forgets what waits."""
        self._buffer.stop()

    @property
    def status(self) -> PlaybackStatus:
        """Always working."""
        return PlaybackStatus(state="working", device="")

    @property
    def _sounds(self) -> PlaybackBuffer:
        return self._buffer

    @property
    def clock_s(self) -> float:
        """How much it has advanced."""
        return self._passed_s

    def take_played(self) -> tuple[AudioChunk, ...]:
        """Nobody hears it."""
        return ()

    def advance(self, seconds: float) -> None:
        """Plays this much. Fractions of a sample are kept for the next time."""
        self._passed_s += seconds
        self._owed_frames += seconds * self._buffer.rate_hz
        block = int(_BLOCK_S * self._buffer.rate_hz)
        while self._owed_frames >= 1:
            frames = min(int(self._owed_frames), block)
            self._owed_frames -= frames
            self._played(self._buffer.pull(frames).tobytes())

    def wait_until_idle(self, timeout_s: float | None = None) -> bool:
        """Lets as much time pass as everything needs, at once; False when it is paused or needs longer."""
        passed_s = 0.0
        while not self.is_idle:
            if self.is_paused or (timeout_s is not None and passed_s >= timeout_s):
                return False
            self.advance(_BLOCK_S)
            passed_s += _BLOCK_S
        return True

    def _played(self, pcm: bytes) -> None:
        """What becomes of the sound: nothing."""


class FileLoudspeaker(NullLoudspeaker):
    """Writes what a loudspeaker would have played, silence included, into a WAV file. Implements Playback."""

    def __init__(self, path: str | Path, rate_hz: int = _PLAIN_RATE_HZ) -> None:
        """Raises AudioError when the file cannot be written."""
        super().__init__(rate_hz)
        self._path = str(path)
        self._writer = WavWriter(path, rate_hz)

    @property
    def status(self) -> PlaybackStatus:
        """Always working; the device is the file."""
        return PlaybackStatus(state="working", device=self._path)

    def close(self) -> None:
        """Finishes the file; what still waits is not written. Raises AudioError when that fails."""
        super().close()
        self._writer.close()

    def _played(self, pcm: bytes) -> None:
        self._writer.write(pcm)
