"""Plays hours of questions, noise, silence and faults through the whole program, and watches what it uses.

    python -m benchmarks.soak --hours 8 --plot docs/soak.svg           accelerated: as fast as this machine can
    python -m benchmarks.soak --minutes 60 --real-time                 in real time, the loudspeaker's time with it

Prints one JSON object; exit code 1 when memory grew by more than 5 MB or a question was never answered.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from benchmarks.soak.growth import growth
from benchmarks.soak.sounds import EndlessRoom, varied_talk
from voice_assistant import Assistant
from voice_assistant.audio.stand_ins import NullLoudspeaker
from voice_assistant.loop import LoopEvents
from voice_assistant.types import AudioChunk, Sentence, Turn

GROWTH_MB = 5.0
_MEGABYTE = 1 << 20
_WARM_UP = 0.1
"""The first part of the run is not counted: caches fill, the allocator finds its size."""


@dataclass(frozen=True)
class Sample:
    """What the program used at one moment."""

    hours: float
    memory_mb: float
    """Of this process; resident."""
    engine_mb: float
    threads: int
    descriptors: int
    understand_ms: float
    respond_ms: float


@dataclass
class Record:
    """What happened."""

    samples: list[Sample] = field(default_factory=list)
    questions: int = 0
    answered: int = 0
    unanswered: int = 0
    faults: int = 0
    notices: list[str] = field(default_factory=list)
    latest: Turn | None = None
    waiting: str = ""
    since: list[str] = field(default_factory=list)
    """What was heard and said since the question that is waited for: the sounds are the benchmark's own, nobody's
    words."""
    saying: str = ""
    lost: list[str] = field(default_factory=list)

    def ask(self, name: str, at_s: float) -> None:
        """A question begins; the one before must have had its answer."""
        if self.waiting:
            self.unanswered += 1
            self.lost.append(f"{self.waiting}, before {at_s / 3600:.3f} h: {self.since}")
        self.questions += 1
        self.waiting = name
        self.since = [f"after {self.saying!r}"]

    def take(self, turn: Turn) -> None:
        """A turn. Noise that was taken for speech makes turns too; they answer no question."""
        self.latest = turn
        self.since.append(f"{turn.transcript.text!r} → {turn.understood.node_id}: {turn.response.node_id}")
        if self.waiting and turn.response.sentences:
            self.answered, self.waiting = self.answered + 1, ""

    def say(self, sentence: Sentence, _place: int) -> None:
        """A sentence begins."""
        self.saying = sentence.text
        self.since.append(f"says {sentence.text!r}")


class Paced:
    """An AudioSource in real time."""

    def __init__(self, room: EndlessRoom) -> None:
        self._room = room

    def __iter__(self) -> Iterator[AudioChunk]:
        began_s = time.monotonic()
        for chunk in self._room:
            time.sleep(max(began_s + chunk.end_s - time.monotonic(), 0.0))
            yield chunk

    def __enter__(self) -> Paced:
        return self

    def __exit__(self, *exception: object) -> None:
        self._room.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._room, name)


class Headphones(NullLoudspeaker):
    """Tells what it plays, as a device does, so that the program finds out that nothing of it comes back."""

    def __init__(self) -> None:
        super().__init__()
        self._told: list[AudioChunk] = []

    def take_played(self) -> tuple[AudioChunk, ...]:
        """Since the last call."""
        told, self._told = tuple(self._told), []
        return told

    def _played(self, pcm: bytes) -> None:
        self._told.append(AudioChunk(pcm, self.rate_hz, self.clock_s - len(pcm) / 2 / self.rate_hz))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=8.0, help="of sound")
    parser.add_argument("--minutes", type=float, help="instead of hours")
    parser.add_argument("--at-most", type=float, metavar="MINUTES", help="end after so long, whatever has been played")
    parser.add_argument("--real-time", action="store_true")
    parser.add_argument(
        "--fault-every", type=float, default=20.0, metavar="MINUTES", help="of sound: the voice is killed"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    options = parser.parse_args()
    seconds = options.hours * 3600 if options.minutes is None else options.minutes * 60
    with Assistant.load() as assistant:
        record, spent_s = _soak(assistant, seconds, options)
    result = _summary(record, spent_s, options)
    print(json.dumps(result, ensure_ascii=False))
    if options.plot:
        _plot(record, options.plot)
    return int(result["memory_growth_mb"][0] > GROWTH_MB or result["unanswered"] > 0)


def _soak(assistant: Assistant, seconds: float, options: argparse.Namespace) -> tuple[Record, float]:
    record, process = Record(), psutil.Process()
    talk = varied_talk(assistant, options.seed)
    room = EndlessRoom(seconds, options.seed, lambda: loop.is_busy, record.ask, talk)
    began_s = time.monotonic()
    sample_every_s = max(seconds / 200, 5.0)
    due = {"sample": 0.0, "fault": options.fault_every * 60}

    def watch(chunk: AudioChunk) -> None:
        if chunk.end_s >= due["sample"]:
            due["sample"] += sample_every_s
            record.samples.append(_sample(process, chunk.end_s, record.latest))
        if chunk.end_s >= due["fault"]:
            due["fault"] += options.fault_every * 60
            record.faults += _kill_voice(process)
        if options.at_most and time.monotonic() - began_s > options.at_most * 60:
            room.close()

    events = LoopEvents(turn=record.take, sentence=record.say, notice=record.notices.append, level=watch)
    source = Paced(room) if options.real_time else room
    loop = assistant.loop(source, Headphones(), events, in_step=not options.real_time)  # type: ignore[arg-type]
    loop._ends_on_goodbye = False  # somebody says goodbye now and then; the room stays open
    loop.run()
    return record, time.monotonic() - began_s


def _sample(process: psutil.Process, now_s: float, turn: Turn | None) -> Sample:
    timings = turn.timings_ms if turn else {}
    return Sample(
        hours=round(now_s / 3600, 4),
        memory_mb=round(process.memory_info().rss / _MEGABYTE, 2),
        engine_mb=round(sum(_resident(child) for child in process.children()), 2),
        threads=threading.active_count(),
        descriptors=process.num_fds() if hasattr(process, "num_fds") else 0,
        understand_ms=round(timings.get("understand", 0.0), 2),
        respond_ms=round(timings.get("respond", 0.0), 3),
    )


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / _MEGABYTE)
    except psutil.Error:
        return 0.0


def _kill_voice(process: psutil.Process) -> int:
    """Crashes the speech engine, which must be noticed by nobody."""
    for child in process.children():
        os.kill(child.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        return 1
    return 0


def _summary(record: Record, spent_s: float, options: argparse.Namespace) -> dict:
    samples = record.samples
    steady = samples[int(len(samples) * _WARM_UP) :] or samples

    def trend(value: Callable[[Sample], float]) -> list[float]:
        return growth([sample.hours for sample in steady], [value(sample) for sample in steady])

    def change(value: Callable[[Sample], float]) -> float:
        """The mean of the last quarter less that of the first."""
        part = max(len(steady) // 4, 1)
        first, last = steady[:part], steady[-part:]
        return round(sum(map(value, last)) / len(last) - sum(map(value, first)) / len(first), 3)

    return {
        "hours_of_sound": samples[-1].hours if samples else 0.0,
        "spent_minutes": round(spent_s / 60, 2),
        "real_time": options.real_time,
        "questions": record.questions,
        "answered": record.answered,
        "unanswered": record.unanswered,
        "lost": record.lost,
        "faults": record.faults,
        "notices": len(record.notices),
        "memory_growth_mb": trend(lambda sample: sample.memory_mb),
        "memory_growth_of_means_mb": change(lambda sample: sample.memory_mb),
        "memory_lowest_mb": min((sample.memory_mb for sample in steady), default=0.0),
        "memory_highest_mb": max((sample.memory_mb for sample in steady), default=0.0),
        "engine_growth_mb": change(lambda sample: sample.engine_mb),
        "thread_growth": change(lambda sample: sample.threads),
        "descriptor_growth": change(lambda sample: sample.descriptors),
        "understand_drift_ms": trend(lambda sample: sample.understand_ms),
        "respond_drift_ms": trend(lambda sample: sample.respond_ms),
        "last": asdict(samples[-1]) if samples else None,
    }


def _plot(record: Record, file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(4, 1, sharex=True, figsize=(8, 8), constrained_layout=True)
    hours = [sample.hours for sample in record.samples]
    shown = (
        ("memory, MB", [sample.memory_mb for sample in record.samples]),
        ("threads", [sample.threads for sample in record.samples]),
        ("descriptors", [sample.descriptors for sample in record.samples]),
        ("understanding, ms", [sample.understand_ms for sample in record.samples]),
    )
    for axis, (name, values) in zip(axes, shown, strict=True):
        axis.plot(hours, values, linewidth=1)
        axis.set_ylabel(name)
        axis.set_ylim(bottom=0)
    axes[-1].set_xlabel("hours of sound")
    figure.savefig(file)


if __name__ == "__main__":
    sys.exit(main())
