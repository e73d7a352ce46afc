"""The whole program on virtual sound devices, with what goes wrong around a microphone that stays plugged in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import DEMO
from tests.running_program import RunningProgram
from tests.virtual_devices import VirtualDevices
from voice_assistant import Assistant
from voice_assistant.audio.device_process import _opening_failed
from voice_assistant.audio.devices import Device
from voice_assistant.audio.wav import read_wav
from voice_assistant.hearing import Recogniser
from voice_assistant.types import SAMPLE_RATE_HZ

QUESTION = DEMO / "1_what_is_it.wav"
pytestmark = pytest.mark.device


@contextmanager
def running(devices: VirtualDevices, folder: Path, *options: str) -> Iterator[RunningProgram]:
    program = RunningProgram(devices, folder, *options)
    try:
        yield program
    finally:
        program.end()


def until(condition: Callable[[], bool], program: RunningProgram, again: Callable[[], object]) -> None:
    """Does `again` until the condition holds, as long as a busy machine may need."""
    give_up = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < give_up, program.notes
        assert program.popen.poll() is None, program.notes
        again()


def wait() -> None:
    time.sleep(0.2)


def test_a_muted_and_a_shouting_microphone_are_told_and_a_good_one_is_heard(
    assistant: Assistant, virtual_devices: VirtualDevices, tmp_path: Path
) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    shout = tmp_path / "shout.wav"
    pulse = np.where(np.arange(3 * SAMPLE_RATE_HZ) // 40 % 2, 32_767, -32_768).astype("<i2")
    with wave.open(str(shout), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        file.writeframes(pulse.tobytes())
    with running(virtual_devices, tmp_path, "--no-speech") as program:
        until(lambda: any("no sound at all" in note for note in program.notes), program, wait)
        until(
            lambda: any("too loud" in note for note in program.notes),
            program,
            lambda: virtual_devices.speak_into_microphone(shout),
        )
        until(
            lambda: "bakers_cyst" in program.turns,
            program,
            lambda: virtual_devices.speak_into_microphone(QUESTION),
        )


def test_it_answers_while_other_programs_take_all_cores(
    assistant: Assistant, virtual_devices: VirtualDevices, tmp_path: Path
) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    command = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(command) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        with running(virtual_devices, tmp_path) as program:
            until(
                lambda: "bakers_cyst" in program.turns,
                program,
                lambda: virtual_devices.speak_into_microphone(QUESTION),
            )
    finally:
        for other in others:
            other.kill()
            other.wait()


def test_a_busy_device_is_named_with_what_to_do() -> None:
    device = Device(3, "Headset", "ALSA", 1, 2, 48_000, False, False)
    complaint = _opening_failed(OSError("Error opening RawInputStream", -9985), device, "input")
    assert complaint.startswith("The microphone Headset is busy; close the other program")


def test_models_that_are_damaged_in_place_while_it_runs_change_nothing(assistant: Assistant, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(assistant.recogniser.folder, folder)
    recogniser = Recogniser(folder)
    before = _words(recogniser)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    assert _words(recogniser) == before
    assert "cyst" in before


def _words(recogniser: Recogniser) -> str:

    for chunk in read_wav(QUESTION):
        recogniser.feed(chunk.pcm)
    return recogniser.finish().text
