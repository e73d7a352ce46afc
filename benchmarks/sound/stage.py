"""A stage with an exact clock: sound comes in chunks, and the processor time that each takes is added to the clock.

What the assistant says can come back into its microphone through a room. Nothing depends on how busy the machine is but
the processor time itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np
import psutil

from voice_assistant import Assistant
from voice_assistant.audio.level import FLOOR_DB
from voice_assistant.audio.microphone import MicrophoneStatus
from voice_assistant.audio.resample import Resampler
from voice_assistant.audio.samples import Floats, to_floats, to_pcm
from voice_assistant.audio.stand_ins import NullLoudspeaker
from voice_assistant.conversation import Conversation
from voice_assistant.hearing import Activity, Listener
from voice_assistant.loop import LoopEvents, VoiceLoop
from voice_assistant.settings import Settings
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

BLOCK_S = 0.02
_BLOCK = int(BLOCK_S * SAMPLE_RATE_HZ)
_AUDIBLE = 0.003
"""Amplitude at which a voice begins to be heard: 50 dB below full scale."""


class Clock:
    """Time of the sound, plus the processor time of whatever follows it and is not yet done when the next chunk
    comes."""

    def __init__(self) -> None:
        self._helpers = psutil.Process().children(recursive=True)
        self._began_s = 0.0
        self._spent_s = self._processor_s()

    def chunk_came(self, end_s: float) -> None:
        """A chunk has been spoken to its end; work on it begins when the work on the one before is done."""
        self._began_s = max(end_s, self.now_s)
        self._spent_s = self._processor_s()

    @property
    def now_s(self) -> float:
        """Seconds from the start of the stream."""
        return self._began_s + self._processor_s() - self._spent_s

    def _processor_s(self) -> float:
        """Of this process and of the speech engine's."""
        times = [helper.cpu_times() for helper in self._helpers if helper.is_running()]
        return time.process_time() + sum(one.user + one.system for one in times)


@dataclass(slots=True)
class Heard:
    """Something that the loudspeaker was told to do."""

    what: str
    """`sound`, `stop`, `pause` or `resume`."""
    at_s: float
    """For a sound: when its first audible sample is played."""


class Loudspeaker(NullLoudspeaker):
    """Notes what it is told, and keeps what it plays for the echo. Its time passes with the microphone's."""

    def __init__(self, clock: Clock, *, keeps: bool) -> None:
        super().__init__()
        self._clock, self._keeps = clock, keeps
        self.log: list[Heard] = []
        self._resampler = Resampler(self.rate_hz, SAMPLE_RATE_HZ)
        # The resampler gives a sample more or less a block: 4 ms more are kept, so that no block is short.
        self._waiting = np.zeros(64, np.float32)
        self._played_chunks: list[AudioChunk] = []

    def enqueue(self, chunk: AudioChunk, marker: Hashable = None) -> bool:
        """Plays a sound after all that waits already."""
        if self.is_idle and marker is not None:
            loud = np.flatnonzero(np.abs(to_floats(chunk.pcm)) > _AUDIBLE)
            self.log.append(Heard("sound", self._clock.now_s + (loud[0] / chunk.rate_hz if len(loud) else 0.0)))
        return super().enqueue(chunk, marker)

    def stop(self):
        """Silence."""
        if not self.is_idle:
            self.log.append(Heard("stop", self._clock.now_s))
        return super().stop()

    def pause(self) -> None:
        """Silence for now."""
        self.log.append(Heard("pause", self._clock.now_s))
        super().pause()

    def resume(self, back_s: float = 0.0) -> None:
        """Goes on."""
        self.log.append(Heard("resume", self._clock.now_s))
        super().resume(back_s)

    def advance(self, seconds: float) -> None:
        """Does nothing: see `play`."""

    def play(self, seconds: float) -> None:
        """Plays this much."""
        super().advance(seconds)

    def wait_until_idle(self, timeout_s: float | None = None) -> bool:
        """The rest is played at once."""
        while not self.is_idle and not self.is_paused:
            self.play(BLOCK_S)
        return self.is_idle

    def take_played(self) -> tuple[AudioChunk, ...]:
        """What was played since the last call, as a device would tell it."""
        taken, self._played_chunks = tuple(self._played_chunks), []
        return taken

    def taken(self) -> Floats:
        """The next block of what was played, at 16 kHz."""
        block, self._waiting = self._waiting[:_BLOCK], self._waiting[_BLOCK:]
        return np.pad(block, (0, _BLOCK - len(block)))

    def _played(self, pcm: bytes) -> None:
        if self._keeps:
            length_s = len(pcm) / 2 / self.rate_hz
            self._played_chunks.append(AudioChunk(pcm, self.rate_hz, self.clock_s - length_s))
            self._waiting = np.concatenate((self._waiting, self._resampler.process(to_floats(pcm))))


class Microphone:
    """Brings `sound`, then silence for as long as `goes_on()`; with an echo of the loudspeaker when it is given a
    gain."""

    def __init__(
        self,
        clock: Clock,
        loudspeaker: Loudspeaker,
        sound: Floats,
        *,
        echo: Floats | None = None,
        goes_on: Callable[[float], bool] = lambda _now_s: False,
        noise: float = 0.0,
    ) -> None:
        """`echo`: the impulse response from the loudspeaker to the microphone. `noise`: of the room, root mean square,
        full scale 1."""
        self._noise, self._random = noise, np.random.default_rng(7)
        self._clock, self._loudspeaker, self._sound = clock, loudspeaker, sound
        self._echo, self._goes_on = echo, goes_on
        self._tail = np.zeros(len(echo) + 4 * _BLOCK if echo is not None else 0, np.float32)
        self._closed = False

    def __enter__(self) -> Microphone:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def status(self) -> MicrophoneStatus:
        """Always working."""
        return MicrophoneStatus(state="working", device="stage", level_db=FLOOR_DB)

    def close(self) -> None:
        """Ends the iteration."""
        self._closed = True

    def __iter__(self) -> Iterator[AudioChunk]:
        at = 0
        while not self._closed and (at < len(self._sound) or self._goes_on(at / SAMPLE_RATE_HZ)):
            block = np.zeros(_BLOCK, np.float32)
            here = self._sound[at : at + _BLOCK]
            block[: len(here)] = here
            self._loudspeaker.play(BLOCK_S)
            block += self._echoed()
            if self._noise:
                block += self._noise * self._random.standard_normal(_BLOCK, np.float32)
            chunk = AudioChunk(to_pcm(block), SAMPLE_RATE_HZ, at / SAMPLE_RATE_HZ)
            self._clock.chunk_came(chunk.end_s)
            yield chunk
            at += _BLOCK

    def _echoed(self) -> Floats:
        played = self._loudspeaker.taken()
        if self._echo is None:
            return np.zeros(_BLOCK, np.float32)
        if played.any():
            from scipy import signal

            came = signal.fftconvolve(played, self._echo)[: len(self._tail)]
            self._tail[: len(came)] += came.astype(np.float32)
        now = self._tail[:_BLOCK].copy()
        self._tail = np.concatenate((self._tail[_BLOCK:], np.zeros(_BLOCK, np.float32)))
        return now


@dataclass(slots=True)
class Stage:
    """One run of the loop."""

    assistant: Assistant
    sound: Floats
    echo: Floats | None = None
    goes_on: Callable[[float], bool] = lambda _now_s: False
    settings: Settings | None = None
    events: LoopEvents = field(default_factory=LoopEvents)
    noise: float = 0.0
    greets: bool = False
    clock: Clock = field(init=False)
    loudspeaker: Loudspeaker = field(init=False)
    conversation: Conversation = field(init=False)
    loop: VoiceLoop = field(init=False)

    def __post_init__(self) -> None:
        renderer = self.assistant.renderer
        renderer.render("Ready.")
        self.clock = Clock()
        self.loudspeaker = Loudspeaker(self.clock, keeps=self.echo is not None)
        self.conversation = self.assistant.new_conversation()
        self.loop = VoiceLoop(
            source=Microphone(
                self.clock, self.loudspeaker, self.sound, echo=self.echo, goes_on=self.goes_on, noise=self.noise
            ),
            listener=Listener(self.assistant.recogniser, Activity(), patience_s=0.7),
            conversation=self.conversation,
            renderer=renderer,
            playback=self.loudspeaker,
            settings=self.settings or Settings(sounds=False),
            events=self.events,
            in_step=True,
            greets=self.greets,
            ends_on_goodbye=False,
        )

    def run(self) -> None:
        """Let everything be said and heard."""
        self.loop.run()
