"""A speech engine that hangs or dies, and signals at any moment: nothing is lost, nothing is left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.command_line import DEMO, Program
from voice_assistant import Assistant
from voice_assistant.speech import SpeechRenderer


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "crashes"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_engine_that_hangs_or_crashes_is_replaced_and_says_the_sentence_whole(fault: signal.Signals) -> None:
    with SpeechRenderer(timeout_s=2.0) as renderer:
        whole = renderer.render("The engine is well.")
        engine = renderer._engine
        assert engine is not None
        os.kill(engine.pid, fault)
        again = renderer.render("The engine was ill and is well.")
        assert renderer.restarts == 1
        assert again.duration_s > whole.duration_s > 0.5
        assert not psutil.pid_exists(engine.pid)


def test_an_engine_that_says_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with SpeechRenderer() as renderer:
        whole, calls = renderer._ask, [0]

        def says_nothing_once(request: dict[str, Any], timeout_s: float) -> Any:
            calls[0] += 1
            answer = whole(request, timeout_s)
            return replace(answer, pcm=b"") if calls[0] == 1 else answer

        monkeypatch.setattr(renderer, "_ask", says_nothing_once)
        assert renderer.render("This was swallowed once.").duration_s > 0.5
        assert renderer.restarts == 1


# --- being ended -------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["starting", "talking", "hanging voice"])
def test_a_signal_ends_it_and_leaves_no_process(
    assistant: Assistant, tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    program = Program(
        "run",
        "--json",
        "--no-speech",
        "--input",
        DEMO / "1_what_is_it.wav",
        *[DEMO / "0_silence.wav"] * 9,
        cwd=tmp_path,
    )
    process = psutil.Process(program.process.pid)
    children: list[psutil.Process] = []
    if moment == "starting":
        time.sleep(1.5)  # while Python itself starts, a signal is Python's own matter
    else:
        program.wait_for("bakers_cyst")
        children = process.children(recursive=True)
        assert children, "the voice lives in a process of its own"
    if moment == "hanging voice":
        for child in children:
            child.send_signal(signal.SIGSTOP)
    outcome, _ = program.interrupt(number)
    assert outcome.code in {128 + number, -number}
    assert "Traceback" not in outcome.err
    assert psutil.wait_procs(children, timeout=20)[1] == []
