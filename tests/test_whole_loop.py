"""The whole program through sound devices: a question is spoken into the microphone, the answer heard from the loudspeaker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.virtual_devices import VirtualDevices
from voice_assistant import Assistant

DEMO = Path(__file__).resolve().parents[1] / "voice_assistant" / "demo"
LONGEST_WAIT_S = 90


@pytest.mark.device
def test_a_spoken_question_is_answered_aloud(
    assistant: Assistant, virtual_devices: VirtualDevices, tmp_path: Path
) -> None:
    assert assistant.recogniser is not None  # tuned now, if it never was
    written, recorded = tmp_path / "turns.json", tmp_path / "answer.wav"
    with written.open("wb") as output, virtual_devices.recording(recorded):
        program = subprocess.Popen(
            [sys.executable, "-m", "voice_assistant", "run", "--json"],
            env=os.environ | virtual_devices.environment,
            stdout=output,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        try:
            wait_until_it_listens(virtual_devices)
            speak_until_understood(virtual_devices, written)
            time.sleep(12)  # the answer is spoken meanwhile
        finally:
            program.terminate()
            program.wait(timeout=20)
    assert "cause.bakers_cyst" in written.read_text()
    heard = assistant.transcribe(recorded).text.split()
    assert {"behind", "knee", "fluid"} <= set(heard)


def speak_until_understood(devices: VirtualDevices, written: Path) -> None:
    """Ask again when a busy machine was not ready to hear the question yet."""
    for _ in range(4):
        devices.speak_into_microphone(DEMO / "1_what_is_it.wav")
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if "node" in written.read_text():
                return
            time.sleep(0.2)


def wait_until_it_listens(devices: VirtualDevices) -> None:
    """Until the program has opened the microphone."""
    until = time.monotonic() + LONGEST_WAIT_S
    while not devices._ask("list", "short", "source-outputs").stdout.strip():
        assert time.monotonic() < until, "the program never began to listen"
        time.sleep(0.2)
