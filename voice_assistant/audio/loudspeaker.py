"""A loudspeaker that can be silenced within one block."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable

from voice_assistant.audio.buffer import PlaybackBuffer, Progress
from voice_assistant.audio.device_link import DeviceLink
from voice_assistant.audio.keeper import DeviceKeeper
from voice_assistant.audio.playback import BufferedPlayback, PlaybackStatus
from voice_assistant.types import AudioChunk

_POLL_S = 0.01
_LOOK_AGAIN_S = 0.1
_AHEAD_S = 0.04
"""How much the device process is given in advance: what this program may be late. `stop` does not wait for it."""
_REMEMBERED_S = 3.0
_HOLD_S = 5.0
"""A device that comes back within this goes on where it was; after that what waits passes unheard, so that the
conversation goes on upon the screen."""


class Loudspeaker(BufferedPlayback):
    """Plays sounds one after another on a device, at its own rate unless another is asked for.

    The device runs all the time, so that a sound starts within two blocks. When it is lost it is opened again; see
    PlaybackStatus. Implements Playback.
    """

    def __init__(
        self,
        device: int | str | None = None,
        rate_hz: int | None = None,
        block_ms: int = 10,
        *,
        volume: float = 1.0,
        wait_for_device: bool = False,
        on_status: Callable[[PlaybackStatus], None] | None = None,
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
        self._keeper = DeviceKeeper("loudspeaker", self._make_link)
        self._buffer = PlaybackBuffer(rate_hz or 48_000, fades_on_stop=False)
        self._buffer.volume = volume
        self._control = threading.Lock()
        """Held while a block is on its way from the buffer to the device process."""
        self._enqueuing = threading.Lock()
        self._something = threading.Event()
        self._sent: deque[bytes] = deque()
        """Blocks that the device process has and has not played."""
        self._played: deque[AudioChunk] = deque(maxlen=int(_REMEMBERED_S * 1000 / block_ms))
        self._fed: DeviceLink | None = None
        self._is_closed = False
        self._feeder = threading.Thread(target=self._feed, name="loudspeaker-feeder", daemon=True)
        self._lost_at_s: float | None = None
        self._reported = "working"

    def start(self) -> None:
        """Opens the device. Raises AudioError when there is none, it is busy, or sound is not set up."""
        link = self._keeper.start(self._wait_for_device)
        if link.opened:
            self._begin_with(link)
        self._feeder.start()

    def close(self) -> None:
        """Ends playing at once and closes the device. May be called again."""
        self._is_closed = True
        self.stop()
        self._something.set()
        self._keeper.close()
        if self._feeder.is_alive():
            self._feeder.join()

    def __enter__(self) -> Loudspeaker:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def status(self) -> PlaybackStatus:
        """How it is now."""
        link = self._keeper.link
        return PlaybackStatus(
            state="lost" if self._keeper.is_lost else "working",
            device=link.device if link else "",
            latency_s=link.latency_s + _AHEAD_S if link else 0.0,
            underflows=link.underflows if link else 0,
            problem=self._keeper.problem,
        )

    def enqueue(self, chunk: AudioChunk, marker: Hashable = None) -> bool:
        """Plays a sound after all that waits already; False when more than three minutes would wait: it is refused."""
        with self._enqueuing:
            return self._buffer.enqueue(chunk, marker, begun=self._something.set)

    def stop(self) -> tuple[Progress, ...]:
        """Silence within one block. Returns what was not played to its end, first the sound that was being played."""
        with self._control:
            left = self._buffer.stop()
            if self._fed is not None:
                self._fed.flush()
        return left

    def resume(self, back_s: float = 0.0) -> None:
        """Goes on after a pause, from `back_s` seconds earlier in the same sound."""
        self._buffer.resume(back_s)
        self._something.set()

    @property
    def clock_s(self) -> float:
        """The monotonic clock."""
        return time.monotonic()

    def take_played(self) -> tuple[AudioChunk, ...]:
        """What the device was given since the last call, of the last seconds; silence is left out."""
        taken = []
        while self._played:
            taken.append(self._played.popleft())
        return tuple(taken)

    def advance(self, seconds: float) -> None:
        """Looks after a lost device: reports it, and lets what waits pass unheard after five seconds."""
        status = self.status
        if status.state != self._reported:
            self._reported = status.state
            self._lost_at_s = time.monotonic() if status.state == "lost" else None
            if self._on_status is not None:
                self._on_status(status)
        if self._lost_at_s is not None and time.monotonic() - self._lost_at_s > _HOLD_S:
            with self._control:
                self._buffer.pull(int(seconds * self._buffer.rate_hz))

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
        return self._buffer

    def _make_link(self) -> DeviceLink:
        rate_hz = self._wanted_rate_hz if self._fed is None else self._buffer.rate_hz
        task = {"do": "play", "device": self._wanted, "rate_hz": rate_hz, "block_ms": self._block_ms}
        return DeviceLink(task, played=self._count_played)

    def _count_played(self, link: DeviceLink, at_s: float | None) -> None:
        """In the thread that reads from the device process."""
        with self._control:
            if link is self._fed and self._sent:
                pcm = self._sent.popleft()
                if at_s is not None:
                    self._played.append(AudioChunk(pcm, link.rate_hz, at_s))
        self._something.set()

    def _feed(self) -> None:
        """In a thread of its own: keeps the device process a little ahead while there is something to play."""
        while not self._is_closed:
            self._something.wait(_LOOK_AGAIN_S)
            self._something.clear()
            link = self._keeper.link
            if link is None or not link.opened or link.ended.is_set():
                time.sleep(_LOOK_AGAIN_S)
                self._something.set()
                continue
            if link is not self._fed:
                self._begin_with(link)
            while self._feed_block(link):
                pass

    def _begin_with(self, link: DeviceLink) -> None:
        """The device was opened, or another one, which may not take the rate of the sounds that wait."""
        with self._enqueuing, self._control:
            if link.rate_hz != self._buffer.rate_hz:
                self._buffer = self._buffer.convert(link.rate_hz)
            self._sent.clear()
            self._fed = link

    def _feed_block(self, link: DeviceLink) -> bool:
        """Whether there was something to play and room for it."""
        with self._control:
            if len(self._sent) * self._block_ms >= _AHEAD_S * 1000 or not self._buffer.is_sounding:
                return False
            block = self._buffer.pull(self._buffer.rate_hz * self._block_ms // 1000).tobytes()
            self._sent.append(block)
            link.play(block)
            return True
