"""Runs the command line in this process, or in one of its own where signals, pipes or the network matter."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from voice_assistant.cli import main

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "voice_assistant" / "demo"
ENDS_WITHIN_S = 5.0
"""The goal is one second (docs/benchmarks.md); a machine that does other work at the same time needs longer."""
TURN_KEYS = {"heard", "node", "facet", "score", "urgent", "sentences", "ms"}


@dataclass(frozen=True)
class Outcome:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects of the output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The one line that says what is wrong; fails when there are more, or a traceback."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


def run(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> Outcome:
    """A command in this process."""
    capfd.readouterr()
    code = main([str(argument) for argument in arguments])
    captured = capfd.readouterr()
    return Outcome(code, captured.out, captured.err)


class Program:
    """A command in a process of its own, in a folder that is not the checkout."""

    def __init__(self, *arguments: str | Path, cwd: Path, environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voice_assistant", *(str(argument) for argument in arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=heed_signals,
        )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing that a failed test started goes on running."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def wait_for(self, text: str, stream: str = "stdout") -> str:
        """Reads lines until one holds the text; gives it."""
        pipe = getattr(self.process, stream)
        for line in pipe:
            if text in line.decode():
                return str(line.decode())
        raise AssertionError(f"{text!r} was not printed; standard error: {self.process.stderr.read().decode()}")  # type: ignore[union-attr]

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> tuple[Outcome, float]:
        """Sends a signal; gives the outcome and how many seconds it took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return Outcome(self.process.returncode, out.decode(), err.decode()), time.monotonic() - began

    def finish(self, text: str = "") -> Outcome:
        """Gives it its input and waits for its end."""
        out, err = self.process.communicate(text.encode(), timeout=120)
        return Outcome(self.process.returncode, (out or b"").decode(), err.decode())


def heed_signals() -> None:
    """What a shell starts in the background is deaf to Ctrl-C, what nohup starts to the end of the terminal, and both
    hand that down; a program at a terminal is not.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
