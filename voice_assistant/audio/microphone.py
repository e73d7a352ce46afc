"""A microphone as an endless stream of AudioChunk at 16 kHz, one channel."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from voice_assistant.audio.device_link import DeviceLink
from voice_assistant.audio.keeper import DeviceKeeper
from voice_assistant.audio.level import FLOOR_DB, LevelMeter
from voice_assistant.audio.resample import Resampler
from voice_assistant.audio.samples import Floats, mix_down, to_floats, to_pcm
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

MicrophoneState = Literal["working", "lost", "silent", "clipping", "quiet"]

_QUEUE_S = 5.0
"""How far the consumer may fall behind before sound is dropped."""
_FILL_AT_MOST_S = 1.0
"""A gap is filled with silence up to this length, which ends any utterance; time jumps over the rest."""
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class MicrophoneStatus:
    """How the microphone is."""

    state: MicrophoneState
    """`lost`: no sound comes; it is being opened again. `silent`: constant zeros or another constant for three seconds,
    as from a muted or dead microphone, but also from one with a noise gate in a quiet room. `clipping`: too loud, peaks
    are cut off. `quiet`: what stands out is very soft, as from somebody far away; also in a room where nobody speaks to
    it, so only worth saying when something was not understood."""
    device: str
    """Its name; empty when there is none."""
    level_db: float = FLOOR_DB
    """Loudness of the last tenth of a second, in dB of full scale: -120 to 0."""
    peak_db: float = FLOOR_DB
    """The highest sample of the last ten seconds, in dB of full scale."""
    silent_s: float = 0.0
    """For how long every sample has been the same."""
    dropped_s: float = 0.0
    """Seconds of sound lost since the start because the consumer was too slow."""
    problem: str = ""
    """Why it is lost, in a sentence for the screen and the log."""


class AudioSource(Protocol):
    """Where AudioChunks come from: a microphone or the files that stand in for one."""

    def __enter__(self) -> AudioSource: ...

    def __exit__(self, *exception: object) -> None: ...

    def __iter__(self) -> Iterator[AudioChunk]: ...

    @property
    def status(self) -> MicrophoneStatus:
        """How the source is now."""

    def close(self) -> None:
        """Ends the stream: the iteration stops. From any thread; may be called again."""


@dataclass(frozen=True, slots=True)
class _Block:
    """What the sound thread hands over."""

    pcm: bytes
    link: DeviceLink
    lost_bytes: int
    """Lost just before it, because a queue was full."""
    arrived_at_s: float


class Microphone:
    """Records from a device at its own rate and yields 16 kHz mono chunks of `block_ms`, more or less.

    While the device is lost it yields silence in real time, so that whoever lives by the chunks (timers, playback) goes
    on, and takes up again within seconds of the device's return. `start_s` of a chunk is the end of the one before,
    except after a gap of more than a second (a lost device, a consumer that stood still), over which it jumps.
    One thread may iterate; `close` and `status` are for any.
    """

    def __init__(
        self,
        device: int | str | None = None,
        block_ms: int = 20,
        *,
        wait_for_device: bool = False,
        on_status: Callable[[MicrophoneStatus], None] | None = None,
    ) -> None:
        """`device`: index, part of a name, or None for the default, whichever that is at the time.

        `wait_for_device`: begin as lost, instead of raising, when it is not there. `on_status` is called in the
        iterating thread whenever `status.state` has changed.
        """
        self._wanted = device
        self._block_ms = block_ms
        self._on_status = on_status
        self._wait_for_device = wait_for_device
        self._keeper = DeviceKeeper("microphone", self._make_link)
        self._blocks: queue.Queue[_Block | None] = queue.Queue(maxsize=max(int(_QUEUE_S * 1000 / block_ms), 4))
        self._lost_bytes = 0
        self._dropped_s = 0.0
        self._link: DeviceLink | None = None
        self._resampler = Resampler(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        self._meter = LevelMeter(SAMPLE_RATE_HZ)
        self._ready: deque[AudioChunk] = deque()
        self._next_start_s = 0.0
        self._heard_until_s = time.monotonic()
        """On the monotonic clock, up to when chunks have been made."""
        self._reported: MicrophoneState = "working"
        self._is_closed = False

    def start(self) -> None:
        """Opens the device. Raises AudioError when there is none, it is busy, or sound is not set up."""
        self._keeper.start(self._wait_for_device)
        self._heard_until_s = time.monotonic()

    def close(self) -> None:
        """Closes the device; the iteration ends. May be called again, from any thread."""
        self._is_closed = True
        self._keeper.close()
        while True:
            try:
                self._blocks.put_nowait(None)
                return
            except queue.Full:
                self._discard_one()

    def __enter__(self) -> Microphone:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def status(self) -> MicrophoneStatus:
        """How it is now."""
        link = self._keeper.link
        return MicrophoneStatus(
            state="lost" if self._keeper.is_lost else self._meter.state,
            device=link.device if link else "",
            level_db=self._meter.level_db,
            peak_db=self._meter.peak_db,
            silent_s=self._meter.constant_s,
            dropped_s=self._dropped_s,
            problem=self._keeper.problem,
        )

    def __iter__(self) -> Iterator[AudioChunk]:
        return self

    def __next__(self) -> AudioChunk:
        while not self._ready:
            if self._is_closed:
                raise StopIteration
            self._take()
            self._report()
        return self._ready.popleft()

    def _make_link(self) -> DeviceLink:
        task = {"do": "record", "device": self._wanted, "rate_hz": None, "block_ms": self._block_ms}
        return DeviceLink(task, received=self._receive)

    def _receive(self, link: DeviceLink, pcm: bytes, lost_bytes: int) -> None:
        """In the thread that reads from the device process: queues or counts, nothing else."""
        self._lost_bytes += lost_bytes
        try:
            self._blocks.put_nowait(_Block(pcm, link, self._lost_bytes, time.monotonic()))
            self._lost_bytes = 0
        except queue.Full:
            self._lost_bytes += len(pcm)

    def _take(self) -> None:
        try:
            block = self._blocks.get(timeout=self._block_ms / 1000 if self._keeper.is_lost else _LOOK_EVERY_S)
        except queue.Empty:
            if self._keeper.is_lost:
                self._skip(time.monotonic() - self._heard_until_s)
                self._heard_until_s = time.monotonic()
            return
        if block is not None:
            self._convert(block)

    def _convert(self, block: _Block) -> None:
        link = block.link
        bytes_per_s = 2 * link.channels * link.rate_hz
        if link is not self._link:
            if self._link is not None:
                self._skip(block.arrived_at_s - len(block.pcm) / bytes_per_s - self._heard_until_s)
            self._link = link
            self._resampler = Resampler(link.rate_hz, SAMPLE_RATE_HZ)
            self._meter = LevelMeter(link.rate_hz)
        if block.lost_bytes:
            self._dropped_s += block.lost_bytes / bytes_per_s
            self._skip(block.lost_bytes / bytes_per_s)
        samples = mix_down(to_floats(block.pcm), link.channels)
        self._meter.observe(samples)
        self._heard_until_s = block.arrived_at_s
        self._give(self._resampler.process(samples))

    def _skip(self, seconds: float) -> None:
        """Puts silence in for sound that is missing, and lets time jump over what is beyond the first second."""
        if seconds <= 0:
            return
        filled_s = min(seconds, _FILL_AT_MOST_S)
        size = SAMPLE_RATE_HZ * self._block_ms // 1000
        silence = np.zeros(int(filled_s * SAMPLE_RATE_HZ), np.float32)
        for start in range(0, len(silence), size):
            self._give(silence[start : start + size])
        self._next_start_s += seconds - filled_s

    def _give(self, samples: Floats) -> None:
        if len(samples):
            chunk = AudioChunk(to_pcm(samples), SAMPLE_RATE_HZ, self._next_start_s)
            self._next_start_s = chunk.end_s
            self._ready.append(chunk)

    def _report(self) -> None:
        status = self.status
        if status.state != self._reported:
            self._reported = status.state
            if self._on_status is not None:
                self._on_status(status)

    def _discard_one(self) -> None:
        try:
            self._blocks.get_nowait()
        except queue.Empty:
            return
