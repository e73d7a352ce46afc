"""A microphone that is unplugged in a conversation."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_program import RunningProgram
from tests.scripted_talk import QUESTION
from tests.virtual_devices import VirtualDevices
from voice_assistant import Assistant

# --- the whole program on virtual devices --------------------------------------------------------------


@pytest.mark.device
def test_a_microphone_that_is_unplugged_in_a_conversation_is_told_and_works_again(
    assistant: Assistant, tmp_path: Path, virtual_devices: VirtualDevices
) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    program = RunningProgram(virtual_devices, tmp_path, "--no-speech")
    try:
        _until(lambda: _is_recorded(virtual_devices), program)
        virtual_devices.unplug_microphone()
        _until(lambda: any(re.search("gone|no sign of life|cannot be opened", note) for note in program.notes), program)
        virtual_devices.plug_microphone()
        _until(lambda: "The microphone works again." in program.notes, program)
        _until(lambda: "bakers_cyst" in program.turns, program, lambda: virtual_devices.speak_into_microphone(QUESTION))
    finally:
        program.end()


def _is_recorded(devices: VirtualDevices) -> bool:
    """By a program: the virtual microphone itself records from its master."""
    return "protocol-native" in devices._ask("list", "short", "source-outputs").stdout


def _until(
    condition: Callable[[], bool], program: RunningProgram, again: Callable[[], object] = lambda: time.sleep(0.1)
) -> None:
    """Waits, as long as a busy machine may need; `again` is done until then."""
    give_up = time.monotonic() + 200
    while not condition():
        assert time.monotonic() < give_up, program.notes
        assert program.popen.poll() is None, program.notes
        again()
