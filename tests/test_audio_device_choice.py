"""Which devices there are and which is meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.virtual_devices import VirtualDevices
from voice_assistant.audio.device_link import list_devices
from voice_assistant.audio.devices import Device, find_device
from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.microphone import Microphone
from voice_assistant.types import AudioError

pytestmark = pytest.mark.device


# --- what there is -------------------------------------------------------------------------------


def test_devices_are_listed_and_the_default_ones_are_marked(virtual_devices: VirtualDevices) -> None:
    devices = list_devices()
    assert find_device(devices, "input").is_default_input
    assert find_device(devices, "output").is_default_output
    assert all(device.rate_hz > 0 and device.name and device.host for device in devices)


def a_device(index: int, name: str, inputs: int = 1, outputs: int = 0, default: bool = False) -> Device:
    return Device(index, name, "ALSA", inputs, outputs, 48_000, default and inputs > 0, default and outputs > 0)


DEVICES = [
    a_device(0, "HDMI", 0, 8),
    a_device(1, "USB Microphone: Audio"),
    a_device(2, "USB Speakerphone", 1, 2, default=True),
    a_device(3, "Speaker", 0, 2),
]


@pytest.mark.parametrize(
    ("direction", "wanted", "index"),
    [
        ("input", None, 2),
        ("input", 1, 1),
        ("input", "1", 1),
        ("input", "microphone", 1),
        ("input", "usb", 2),
        ("output", "speaker", 3),
        ("output", "SPEAKERPHONE", 2),
        ("output", "hdmi", 0),
    ],
)
def test_a_device_is_chosen_by_number_or_part_of_its_name(direction: str, wanted: int | str | None, index: int) -> None:
    assert find_device(DEVICES, direction, wanted).index == index  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", ["teapot", 0, 7, "99"])
def test_an_unknown_device_is_answered_with_those_there_are(wanted: int | str) -> None:
    with pytest.raises(AudioError, match="1: USB Microphone: Audio; 2: USB Speakerphone") as caught:
        find_device(DEVICES, "input", wanted)
    assert str(wanted) in str(caught.value)
    assert "HDMI" not in str(caught.value)


def test_no_device_at_all_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    with pytest.raises(AudioError, match=r"No microphone was found|cannot be opened"):
        Microphone().start()
    with pytest.raises(AudioError, match=r"No loudspeaker was found|cannot be opened"):
        Loudspeaker().start()


def test_an_unknown_microphone_says_which_there_are(virtual_devices: VirtualDevices) -> None:
    with pytest.raises(AudioError, match=r"There is no microphone 'teapot'; choose one of these: .*default"):
        Microphone("teapot").start()


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("raise OSError('PortAudio library not found')", "sudo apt install libportaudio2"),
        ("raise ImportError('No module named sounddevice')", "pip install sounddevice"),
        ("class PortAudioError(Exception): pass\nraise PortAudioError('no')", "restart it"),
    ],
)
def test_without_portaudio_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, expected: str
) -> None:
    (tmp_path / "sounddevice.py").write_text(module)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for use in (list_devices, Microphone().start, Loudspeaker().start):
        with pytest.raises(AudioError, match=expected):
            use()


def test_this_program_itself_never_loads_portaudio() -> None:
    code = (
        "import voice_assistant.audio.microphone, voice_assistant.audio.loudspeaker, sys\n"
        "print('sounddevice' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
