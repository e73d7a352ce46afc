"""How soon the program listens, and what it needs while it does.

    python -m benchmarks.start [--times 5] [--json]

Starts `voice-assistant run` on virtual sound devices (PulseAudio) as a person would, models in place: seconds until
the microphone is open, memory of each process while it listens and after a few questions, and processor time while
nobody speaks. Then `--fast`: from the end of the recording to the first sample of the answer. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import psutil

from benchmarks.start.fast import first_sample_ms
from benchmarks.start.processes import memory_of, seconds_of
from tests.virtual_devices import VirtualDevices

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "voice_assistant" / "demo"
QUESTIONS = ("1_what_is_it", "2_more", "3_treatment", "4_warning")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5, help="how often it is started, and asked in --fast")
    parser.add_argument("--silence", type=float, default=20.0, metavar="SECONDS", help="how long nobody speaks")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with VirtualDevices() as devices:
        starts = [_start_and_end(devices) for _ in range(options.times)]
        result = {"start_s": _spread(starts), **_listen(devices, options.silence)}
    result["fast_first_sample_ms"] = _spread(first_sample_ms(options.times))
    print(json.dumps(result) if options.json else "\n".join(_lines(result)))
    return 0


@contextmanager
def _program(devices: VirtualDevices) -> Iterator[tuple[psutil.Process, float]]:
    """A program that listens, and how many seconds after its start it did."""
    command = [sys.executable, "-m", "voice_assistant", "run", "--json", "--attention", "always"]
    environment = {**os.environ, **devices.environment, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "out").open("wb") as out:
        began_s = time.monotonic()
        program = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
        try:
            while not _is_recorded(devices):
                if program.poll() is not None or time.monotonic() - began_s > 60:
                    raise RuntimeError((Path(folder) / "out").read_text("utf-8"))
                time.sleep(0.02)
            yield psutil.Process(program.pid), time.monotonic() - began_s
        finally:
            program.terminate()
            program.wait(20)


def _is_recorded(devices: VirtualDevices) -> bool:
    asked = subprocess.run(
        ["pactl", "list", "short", "source-outputs"],
        env={**os.environ, **devices.environment},
        capture_output=True,
        check=False,
    )
    # The virtual microphone itself records from its master; programs come by the native protocol.
    return b"protocol-native" in asked.stdout


def _start_and_end(devices: VirtualDevices) -> float:
    with _program(devices) as (_, seconds):
        return seconds


def _listen(devices: VirtualDevices, silence_s: float) -> dict:
    with _program(devices) as (process, _):
        time.sleep(12)  # until the greeting has been said
        listening = memory_of(process)
        began_s, spent_s = time.monotonic(), seconds_of(process)
        time.sleep(silence_s)
        share = (seconds_of(process) - spent_s) / (time.monotonic() - began_s)
        for question in QUESTIONS:
            devices.speak_into_microphone(DEMO / f"{question}.wav")
            time.sleep(8)
        talked = memory_of(process)
    return {
        "memory_listening": [asdict(used) for used in listening],
        "memory_after_questions": [asdict(used) for used in talked],
        "processor_share_of_silence": share,
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "longest": max(values), "n": len(values)}


def _lines(result: dict) -> Iterator[str]:
    start, fast = result["start_s"], result["fast_first_sample_ms"]
    yield f"start to listening      median {start['median']:.2f} s, longest {start['longest']:.2f} s (n = {start['n']})"
    yield f"end of file to answer   median {fast['median']:.0f} ms, longest {fast['longest']:.0f} ms (n = {fast['n']})"
    yield f"processor, in silence   {100 * result['processor_share_of_silence']:.1f} % of one core"
    for when in ("memory_listening", "memory_after_questions"):
        yield f"{when.replace('_', ' ')}, MB: proportional (resident, own)"
        for used in result[when]:
            yield f"  {used['role']:<14} {used['proportional']:6.1f} ({used['resident']:6.1f}, {used['own']:6.1f})"
        yield f"  {'sum':<14} {sum(used['proportional'] for used in result[when]):6.1f}"


if __name__ == "__main__":
    sys.exit(main())
