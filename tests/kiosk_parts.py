"""A running kiosk for tests: the real assistant, the real voice loop, a microphone to speak into, a browser."""

from __future__ import annotations

import functools
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voice_assistant.assistant import Assistant
from voice_assistant.audio.level import FLOOR_DB
from voice_assistant.audio.microphone import MicrophoneStatus
from voice_assistant.audio.wav import read_wav
from voice_assistant.cli.kiosk import kiosk_conversation, kiosk_for, voice_loop
from voice_assistant.cli.kiosk_voice import KioskNoLoudspeaker, QuietPlayback, Voice
from voice_assistant.guide import default_folder, load_guide
from voice_assistant.kiosk import Clinic, Kiosk, KioskServer, Words, bind, load_words
from voice_assistant.loop import LoopEvents, VoiceLoop
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk, Guide, Response, Understood

SOUNDS = Path(__file__).parent / "data" / "hearing"
CLINIC = Clinic(
    name="Riverside Clinic",
    greeting="Welcome to Riverside Clinic.",
    emergency_number="112",
    whom_to_ask="the front desk",
    wake_phrases=(),
    idle_s=600.0,
)
"""Nobody is idle in a test that happens to be slow."""


_SILENCE_S = 3.0
"""More than enough for the loop to notice that somebody has finished."""


class TestMicrophone:
    """Silence, until a test speaks a recording into it. Implements AudioSource.

    Time in the voice loop is that of its sound, so the loop may run faster than real time, and on a busy machine
    slower, and does the same. It stands still while nobody has anything to say or to do.
    """

    __test__ = False

    def __init__(self, pace: float = 4.0) -> None:
        """`pace`: how many seconds of sound come in a second, at most."""
        self._recordings: queue.SimpleQueue[tuple[Path, threading.Event | None]] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._pace = pace
        self._speaking = False
        self.is_wanted: Callable[[], bool] = lambda: True
        """Whether the loop has something to do: else time stands still, a little after the last sound."""

    def speak(self, recording: str | Path, hold: threading.Event | None = None) -> None:
        """Say a recording (a name is one of tests/data/hearing), once what is being said has ended.

        With `hold` time stands still before the last third of it until that is set.
        """
        self._recordings.put((SOUNDS / recording, hold))

    @property
    def status(self) -> MicrophoneStatus:
        return MicrophoneStatus(state="working", device="test", level_db=FLOOR_DB)

    @property
    def is_speaking(self) -> bool:
        """Whether a recording is being said, or waits."""
        return self._speaking or not self._recordings.empty()

    def close(self) -> None:
        self._closed.set()

    def open_again(self) -> None:
        """As if it had been plugged in again."""
        self._closed.clear()

    def __enter__(self) -> TestMicrophone:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[AudioChunk]:
        start_s, began_s = 0.0, time.monotonic()
        for chunk in self._sounds():
            moved = AudioChunk(chunk.pcm, chunk.rate_hz, start_s)
            start_s = moved.end_s
            if self._closed.wait(max(began_s + start_s / self._pace - time.monotonic(), 0.0)):
                return
            yield moved

    def _sounds(self) -> Iterator[AudioChunk]:
        silence, silent_s = AudioChunk(bytes(SAMPLE_RATE_HZ // 50 * 2), SAMPLE_RATE_HZ, 0.0), 0.0
        while True:
            silent_s = 0.0 if self.is_wanted() else silent_s + silence.duration_s
            if self._recordings.empty() and silent_s > _SILENCE_S and not self._closed.is_set():
                time.sleep(0.005)
            elif self._recordings.empty():
                yield silence
            else:
                self._speaking, silent_s = True, 0.0
                recording, hold = self._recordings.get()
                chunks = list(read_wav(recording, 20))
                yield from chunks[: len(chunks) * 2 // 3]
                while hold is not None and not hold.is_set() and not self._closed.is_set():
                    time.sleep(0.01)
                yield from chunks[len(chunks) * 2 // 3 :]
                self._speaking = False


@dataclass
class RunningKiosk:
    """Everything a test wants to lay hands on."""

    kiosk: Kiosk
    server: KioskServer
    voice: Voice
    microphone: TestMicrophone
    loudspeaker: QuietPlayback
    assistant: Assistant

    @property
    def url(self) -> str:
        return self.server.url


class Recorder:
    """Takes what the screen asks for. Implements Steering."""

    def __init__(self) -> None:
        self.touched: list[Understood] = []
        self.said: list[Response] = []
        self.pushed = self.attended = 0
        self.forgotten: list[bool] = []
        self._forgetting: list[Callable[[], None]] = []
        self.quiet = False

    def touch(self, understood: Understood) -> None:
        self.touched.append(understood)

    def push(self) -> None:
        self.pushed += 1

    def attend(self) -> None:
        self.attended += 1

    def say(self, response: Response) -> None:
        self.said.append(response)

    def forget(self, *, keep_timer: bool, forgotten: Callable[[], None]) -> None:
        self.forgotten.append(keep_timer)
        self._forgetting.append(forgotten)

    def settle(self) -> None:
        """Do what takes the conversation a moment: forget."""
        while self._forgetting:
            self._forgetting.pop()()

    def quieten(self, quiet: bool) -> None:
        self.quiet = quiet


@functools.cache
def guide_and_words() -> tuple[Guide, Words]:
    guide = load_guide(default_folder())
    return guide, load_words(default_folder(), guide)


class KioskRun:
    """Runs a kiosk in this process. A context manager that gives a RunningKiosk."""

    def __init__(self, assistant: Assistant, clinic: Clinic = CLINIC, *, pace: float = 4.0, rests: bool = True) -> None:
        """`rests`: time stands still when nothing is to be done."""
        conversation = kiosk_conversation(assistant, clinic)
        self._microphone = TestMicrophone(pace)
        self._loudspeaker = KioskNoLoudspeaker()

        def make_loop(events: LoopEvents) -> tuple[VoiceLoop, QuietPlayback]:
            loop = voice_loop(assistant, conversation, self._microphone, self._loudspeaker, events)
            if rests:
                self._microphone.is_wanted = lambda: loop.is_busy or not loop._memory.orders.empty()
            return loop, self._loudspeaker

        voice = Voice(make_loop)
        kiosk = kiosk_for(assistant, clinic, voice, conversation)
        server = KioskServer(kiosk, bind(0))
        self._running = RunningKiosk(kiosk, server, voice, self._microphone, self._loudspeaker, assistant)
        self._thread = threading.Thread(target=voice.run, args=(kiosk,), daemon=True)

    def start_voice(self) -> RunningKiosk:
        """The voice part alone, without the page; returns when it listens."""
        self._thread.start()
        give_up = time.monotonic() + 60
        while self._running.kiosk.shown()["visit"]["number"] == 0 and time.monotonic() < give_up:
            time.sleep(0.01)
        return self._running

    def __enter__(self) -> RunningKiosk:
        self.start_voice().server.start()
        return self._running

    def __exit__(self, *exception: object) -> None:
        self._running.voice.stop()
        self._running.server.stop()
        self._thread.join(10)
