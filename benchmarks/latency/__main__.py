"""`python -m benchmarks.latency [FILE.tsv] [--lines 36] [--stops 20]`"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.latency.plain import BLOCK_S, Plain
from benchmarks.loading import UTTERANCES, add_options, load
from benchmarks.sound.scenes import LEAD_S, end_of_speech_s
from benchmarks.sound.stage import Clock, Stage
from benchmarks.sound.voices import chunks, say, silence, speaker
from benchmarks.understanding.labelled import read
from voice_assistant import Assistant
from voice_assistant.audio.samples import Floats, to_floats
from voice_assistant.loop import LoopEvents
from voice_assistant.types import Match, Turn

SHORT = ("yes", "no", "stop", "repeat that", "next", "louder", "help", "what did you say")
STOPS = ("stop", "stop it", "please stop", "be quiet", "stop talking")
_WAIT_S = 3.0
_LONGEST = 14
_ANSWER = "cause.bakers_cyst"


@dataclass(slots=True)
class Waits:
    """Seconds that people waited."""

    seconds: list[float] = field(default_factory=list)
    never: int = 0
    early: int = 0
    """Lines that were answered before they were finished, and then as a whole."""

    def row(self, name: str) -> str:
        """For a table."""
        ranked = sorted(self.seconds) or [float("nan")]
        high = ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]
        return (
            f"| {name} | {len(self.seconds)} | {1000 * statistics.median(ranked):.0f} ms | {1000 * high:.0f} ms "
            f"| {1000 * ranked[-1]:.0f} ms | {self.never} | {self.early} |"
        )


HEAD = (
    "| what | times | median | 95 % | longest | never | answered early |\n| --- | --- | --- | --- | --- | --- | --- |"
)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=UTTERANCES / "voices.tsv", metavar="FILE.tsv")
    parser.add_argument("--lines", type=int, default=36, help="how many lines of the file")
    parser.add_argument("--stops", type=int, default=20, help="how often to say stop")
    parser.add_argument("--each", action="store_true", help="print every line")
    add_options(parser)
    given = parser.parse_args()
    lines = [line.text for line in read(given.file) if len(line.text.split()) <= _LONGEST]
    chosen = random.Random(5).sample(lines, min(given.lines, len(lines)))
    with load(given) as assistant:
        print(HEAD)
        simulated(assistant, chosen, each=given.each)
        stopped(assistant, given.stops, each=given.each)
    return 0


def simulated(assistant: Assistant, lines: Sequence[str], *, each: bool) -> None:
    """In the exact clock: both assistants hear the same sound."""
    questions, commands, plainly = Waits(), Waits(), Waits()
    plain = Plain(assistant)
    for index, text in enumerate([*lines, *SHORT]):
        spoken = say(text, speaker(index))
        sound = np.concatenate((silence(LEAD_S), spoken, silence(_WAIT_S)))
        ended_s = LEAD_S + end_of_speech_s(spoken)
        waits = questions if index < len(lines) else commands
        wait_s = ours(assistant, sound, ended_s, waits)
        other_s = theirs(assistant, plain, sound, ended_s, plainly)
        if each:
            print(f"  {_ms(wait_s)} | plain {_ms(other_s)} | {speaker(index).name} | {text}")
    both = Waits(
        questions.seconds + commands.seconds, questions.never + commands.never, questions.early + commands.early
    )
    print(questions.row("questions: end of speech to first sound"))
    print(commands.row("commands: end of speech to first sound"))
    print(both.row("all: end of speech to first sound"))
    print(plainly.row("all: the plain assistant"))
    print(
        f"ratio of the medians: {statistics.median(both.seconds) / statistics.median(plainly.seconds):.2f}", flush=True
    )


def ours(assistant: Assistant, sound: Floats, ended_s: float, waits: Waits) -> float | None:
    """The wait for the answer that was not taken back."""
    turned: list[float] = []
    stage = Stage(assistant, sound, events=LoopEvents(turn=lambda _turn: turned.append(stage.clock.now_s)))
    stage.run()
    sounds = [one.at_s for one in stage.loudspeaker.log if one.what == "sound" and turned and one.at_s >= turned[-1]]
    waits.early += any(at_s < ended_s for at_s in turned)
    if not sounds:
        waits.never += 1
        return None
    waits.seconds.append(sounds[0] - ended_s)
    return sounds[0] - ended_s


def theirs(assistant: Assistant, plain: Plain, sound: Floats, ended_s: float, waits: Waits) -> float | None:
    """The wait for the plain assistant, whose voice is the same engine; `aplay` is taken to start at once."""
    renderer = assistant.renderer
    clock = Clock()
    plain.begin()
    last: float | None = None
    for chunk in chunks(sound, BLOCK_S):
        clock.chunk_came(chunk.end_s)
        answer = plain.hear(chunk.pcm)
        if answer is not None:
            waits.early += last is None and clock.now_s < ended_s
            voice = renderer.render(f"{answer} ")
            loud = np.flatnonzero(np.abs(to_floats(voice.pcm)) > 0.003)
            last = clock.now_s + float(loud[0]) / voice.rate_hz - ended_s
            if last > 0:
                break
    if last is None:
        waits.never += 1
    else:
        waits.seconds.append(last)
    return last


def stopped(assistant: Assistant, count: int, *, each: bool) -> None:
    """From the end of "stop", said over an answer, to silence."""
    waits = Waits()
    for index in range(count):
        spoken = say(STOPS[index % len(STOPS)], speaker(index // len(STOPS) + index))
        sound = np.concatenate((silence(2.0), spoken, silence(2.0)))
        ended_s = 2.0 + end_of_speech_s(spoken)
        turns: list[Turn] = []
        stage = Stage(assistant, sound, events=LoopEvents(turn=turns.append))
        stage.loop.touch(Match(_ANSWER, "summary", 1.0))
        stage.run()
        silent = [one.at_s for one in stage.loudspeaker.log if one.what in ("stop", "pause") and one.at_s > 2.0]
        if silent and turns[-1].understood.node_id in ("control.stop", _ANSWER):
            waits.seconds.append(silent[0] - ended_s)
        else:
            waits.never += 1
        if each:
            print(
                f"  {_ms(silent[0] - ended_s if silent else None)} | {turns[-1].transcript.text} | {STOPS[index % len(STOPS)]}"
            )
    print(waits.row("end of stop to silence"), flush=True)


def _ms(seconds: float | None) -> str:
    return "never" if seconds is None else f"{1000 * seconds:.0f} ms"


if __name__ == "__main__":
    raise SystemExit(main())
