"""A loudspeaker that can be silenced within one block."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

import numpy as np

from voice_assistant.audio.buffer import PlaybackBuffer, Samples
from voice_assistant.audio.devices import find_device
from voice_assistant.audio.keeper import StreamKeeper
from voice_assistant.audio.playback import BufferedPlayback, PlaybackStatus
from voice_assistant.audio.sound_system import OpenStream, SoundSystem, shared_sound_system
from voice_assistant.types import AudioChunk, AudioError

_POLL_S = 0.01
_HOLD_S = 5.0
"""A device that comes back within this goes on where it was; after that what waits passes unheard, so that the
conversation goes on upon the screen."""


class Loudspeaker(BufferedPlayback):
    """Plays sounds one after another on a device, at its own rate unless another is asked for.

    The device's stream runs all the time, so that a sound starts within two blocks. When the device is lost it is
    opened again; see PlaybackStatus. Implements Playback.
    """

    def __init__(
        self,
        device: int | str | None = None,
        rate_hz: int | None = None,
        block_ms: int = 20,
        *,
        volume: float = 1.0,
        wait_for_device: bool = False,
        on_status: Callable[[PlaybackStatus], None] | None = None,
        system: SoundSystem | None = None,
    ) -> None:
        """`device`: index, part of a name, or None for the default, whichever that is at the time.

        `wait_for_device`: begin as lost, instead of raising, when it is not there. `on_status` is called by `advance`
        whenever `status.state` has changed.
        """
        self._wanted = device
        self._wanted_rate_hz = rate_hz
        self._block_ms = block_ms
        self._wait_for_device = wait_for_device
        self._on_status = on_status
        self._system = system or shared_sound_system()
        self._keeper = StreamKeeper("loudspeaker", self._system, self._open)
        self._enqueuing = threading.Lock()
        self._pulling = threading.Lock()
        self._buffer: PlaybackBuffer | None = None
        self._volume = volume
        self._lost_at_s: float | None = None
        self._reported = "working"

    def start(self) -> None:
        """Opens the device. Raises AudioError when there is none, it is busy, or sound is not set up."""
        self._keeper.start(self._wait_for_device)

    def close(self) -> None:
        """Ends playing at once and closes the device. May be called again."""
        self._keeper.close()

    def __enter__(self) -> Loudspeaker:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def status(self) -> PlaybackStatus:
        """How it is now."""
        stream = self._keeper.stream
        return PlaybackStatus(
            state="lost" if self._keeper.is_lost else "working",
            device=stream.device.name if stream else "",
            latency_s=stream.latency_s if stream else 0.0,
            underflows=stream.glitches if stream else 0,
            problem=self._keeper.problem,
        )

    def enqueue(self, chunk: AudioChunk, marker: Hashable = None) -> bool:
        """Plays a sound after all that waits already; False when more than three minutes would wait."""
        with self._enqueuing:
            return self._sounds.enqueue(chunk, marker)

    def advance(self, seconds: float) -> None:
        """Looks after a lost device: reports it, and lets what waits pass unheard after five seconds."""
        status = self.status
        if status.state != self._reported:
            self._reported = status.state
            self._lost_at_s = time.monotonic() if status.state == "lost" else None
            if self._on_status is not None:
                self._on_status(status)
        if self._lost_at_s is not None and time.monotonic() - self._lost_at_s > _HOLD_S:
            self._pull_alone(int(seconds * self._sounds.rate_hz))

    def wait_until_idle(self, timeout_s: float | None = None) -> bool:
        """Waits until everything has been played and heard; False when it took longer."""
        give_up_s = None if timeout_s is None else time.monotonic() + timeout_s
        while not self.is_idle:
            if give_up_s is not None and time.monotonic() >= give_up_s:
                return False
            time.sleep(_POLL_S)
            self.advance(_POLL_S)
        time.sleep(self.status.latency_s)
        return True

    @property
    def _sounds(self) -> PlaybackBuffer:
        if self._buffer is None:
            self._buffer = PlaybackBuffer(self._wanted_rate_hz or 48_000)
            self._buffer.volume = self._volume
        return self._buffer

    def _open(self) -> OpenStream:
        device = find_device(self._system.devices(), "output", self._wanted)
        if self._buffer is None:
            self._buffer = PlaybackBuffer(self._wanted_rate_hz or device.rate_hz)
            self._buffer.volume = self._volume
        try:
            return self._open_at(self._buffer.rate_hz, device_index=device.index)
        except AudioError:
            if self._buffer.rate_hz == device.rate_hz:
                raise
        # Another device than before, which does not take the rate of the sounds that wait.
        with self._enqueuing:
            self._buffer = self._buffer.convert(device.rate_hz)
        return self._open_at(device.rate_hz, device_index=device.index)

    def _open_at(self, rate_hz: int, device_index: int) -> OpenStream:
        device = next(each for each in self._system.devices() if each.index == device_index)
        return self._system.open_output(device, self._block_ms, self._pull, self._is_heard, rate_hz)

    def _is_heard(self) -> bool:
        return not self._sounds.is_idle and not self._sounds.is_paused

    def _pull(self, frames: int, channels: int) -> bytes:
        """In the sound thread."""
        block = self._pull_alone(frames)
        return (np.repeat(block, channels) if channels > 1 else block).tobytes()

    def _pull_alone(self, frames: int) -> Samples:
        """A device that comes back just while its sounds pass unheard gets silence; it never waits."""
        if not self._pulling.acquire(blocking=False):
            return np.zeros(frames, np.int16)
        try:
            return self._sounds.pull(frames)
        finally:
            self._pulling.release()
