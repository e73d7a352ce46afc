"""An hour as it is lived: the installed program on virtual sound devices, in real time, with faults.

    python -m benchmarks.soak.devices --minutes 60 --plot docs/soak-devices.png

Questions are spoken into the microphone; now and then the microphone or the loudspeaker is unplugged, the voice is
killed, or the sound server crashes, and is there again five seconds later. Prints one JSON object; exit code 1 when
a question of a quiet moment was never answered or the program ended. Linux only.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from benchmarks.soak.growth import growth
from benchmarks.soak.sounds import DEMO, QUESTIONS
from benchmarks.start.processes import memory_of
from tests.running_program import RunningProgram
from tests.virtual_devices import VirtualDevices

_ANSWER_WITHIN_S = 30.0
_SPOKEN_WITHIN_S = 14.0
"""The longest first answer; whoever speaks earlier talks over it."""
_GONE_S = 5.0
_WARM_UP_S = 120.0


@dataclass(frozen=True)
class Sample:
    """What the program used at one moment."""

    minutes: float
    main_mb: float
    sum_mb: float
    threads: int
    descriptors: int
    answer_s: float
    """From the end of the question to its answer on the screen."""


@dataclass
class Record:
    """What happened."""

    samples: list[Sample] = field(default_factory=list)
    questions: int = 0
    answered: int = 0
    asked_again: int = 0
    unanswered: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak.devices", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--fault-every", type=float, default=4.0, metavar="MINUTES")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, metavar="FILE.png")
    options = parser.parse_args()
    with VirtualDevices() as devices, tempfile.TemporaryDirectory() as folder:
        program = RunningProgram(devices, Path(folder))
        try:
            record = _talk(program, devices, options)
            alive, notes = program.popen.poll() is None, program.notes
        finally:
            program.end()
    print(json.dumps(_summary(record, alive, notes)))
    if options.plot:
        _plot(record, options.plot)
    return int(bool(record.unanswered) or not alive)


def _talk(program: RunningProgram, devices: VirtualDevices, options: argparse.Namespace) -> Record:
    record, dice = Record(), random.Random(options.seed)
    began_s = time.monotonic()
    next_fault_s = began_s + options.fault_every * 60
    time.sleep(20)  # it starts and greets
    while time.monotonic() - began_s < options.minutes * 60 and program.popen.poll() is None:
        answer_s = _ask(program, devices, dice.choice(QUESTIONS), record)
        record.samples.append(_sample(program, (time.monotonic() - began_s) / 60, answer_s))
        time.sleep(_SPOKEN_WITHIN_S + dice.uniform(0, 4))
        if time.monotonic() >= next_fault_s:
            next_fault_s += options.fault_every * 60
            record.faults[_break_something(program, devices, dice)] += 1
            time.sleep(_GONE_S)
    return record


def _ask(program: RunningProgram, devices: VirtualDevices, question: str, record: Record) -> float:
    """Asks, once more when nothing came; seconds to the answer, -1 for none."""
    record.questions += 1
    for attempt in range(2):
        before = program.turns.count("\n")
        devices.speak_into_microphone(DEMO / f"{question}.wav")
        ended_s = time.monotonic()
        while time.monotonic() - ended_s < _ANSWER_WITHIN_S:
            if program.turns.count("\n") > before:
                record.answered += 1
                record.asked_again += attempt
                return time.monotonic() - ended_s
            time.sleep(0.05)
    record.unanswered.append(question)
    return -1.0


def _break_something(program: RunningProgram, devices: VirtualDevices, dice: random.Random) -> str:
    kind = dice.choice(("microphone unplugged", "loudspeaker unplugged", "voice killed", "sound server restarted"))
    if kind == "microphone unplugged":
        devices.unplug_microphone()
        time.sleep(_GONE_S)
        devices.plug_microphone()
    elif kind == "loudspeaker unplugged":
        devices.unplug_loudspeaker()
        time.sleep(_GONE_S)
        devices.plug_loudspeaker()
    elif kind == "sound server restarted":
        devices.stop_server()
        time.sleep(_GONE_S)
        devices.start_server()
    else:
        for child in psutil.Process(program.popen.pid).children():
            with suppress(psutil.Error):  # it may be ending by itself, or have ended and not been waited for yet
                if "speech.engine" in " ".join(child.cmdline()):
                    child.kill()
    return kind


def _sample(program: RunningProgram, minutes: float, answer_s: float) -> Sample:
    process = psutil.Process(program.popen.pid)
    used = memory_of(process)
    main = used[0].proportional
    total = sum(one.proportional for one in used)
    return Sample(minutes, main, total, process.num_threads(), process.num_fds(), answer_s)


def _summary(record: Record, alive: bool, notes: list[str]) -> dict:
    steady = [sample for sample in record.samples if sample.minutes * 60 > _WARM_UP_S] or record.samples
    part = max(len(steady) // 4, 1)
    first, last = steady[:part], steady[-part:]

    def middle(samples: list[Sample]) -> float:
        times = sorted(sample.answer_s for sample in samples if sample.answer_s >= 0)
        return times[len(times) // 2] if times else -1.0

    return {
        "minutes": round(record.samples[-1].minutes, 1),
        "questions": record.questions,
        "answered": record.answered,
        "asked_again": record.asked_again,
        "unanswered": record.unanswered,
        "still_running": alive,
        "faults": dict(record.faults),
        "notes": dict(Counter(notes).most_common(12)),
        "memory_growth_mb": growth([sample.minutes for sample in steady], [sample.main_mb for sample in steady]),
        "answer_s_first_quarter": round(middle(first), 2),
        "answer_s_last_quarter": round(middle(last), 2),
        "thread_growth": last[-1].threads - first[0].threads,
        "descriptor_growth": last[-1].descriptors - first[0].descriptors,
        "last": asdict(record.samples[-1]),
    }


def _plot(record: Record, file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(4, 1, sharex=True, figsize=(7, 7), constrained_layout=True)
    minutes = [sample.minutes for sample in record.samples]
    for axis, name, label in zip(
        axes,
        ("main_mb", "threads", "descriptors", "answer_s"),
        ("memory, MB (PSS)", "threads", "descriptors", "answer after, s"),
        strict=True,
    ):
        axis.plot(minutes, [getattr(sample, name) for sample in record.samples], linewidth=1)
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
    axes[-1].set_xlabel("minutes")
    figure.savefig(file, dpi=70)


if __name__ == "__main__":
    sys.exit(main())
