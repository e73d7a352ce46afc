"""Real microphones and loudspeakers (virtual ones, on a private sound server), and what happens when they go away."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.virtual_devices import VirtualDevices
from voice_assistant.audio import microphone as microphone_module
from voice_assistant.audio.device_link import list_devices
from voice_assistant.audio.devices import Device, find_device
from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.microphone import Microphone, MicrophoneStatus
from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.audio.wav import read_wav, write_wav
from voice_assistant.types import AudioChunk, AudioError

pytestmark = pytest.mark.device

PITCH_HZ = 440.0


def tone(seconds: float, rate_hz: int = 22_050, pitch_hz: float = PITCH_HZ) -> AudioChunk:
    samples = 0.5 * np.sin(2 * np.pi * pitch_hz * np.arange(int(seconds * rate_hz)) / rate_hz)
    return AudioChunk(to_pcm(samples.astype(np.float32)), rate_hz, 0.0)


def pitch_of(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 131_072))
    return float(np.argmax(spectrum) * 16_000 / 131_072)


def has_tone(samples: np.ndarray, pitch_hz: float = PITCH_HZ) -> bool:
    return len(samples) > 1_000 and np.abs(samples).max() > 0.1 and abs(pitch_of(samples) - pitch_hz) < 3


def until(condition: Callable[[], bool], timeout_s: float = 60.0) -> bool:
    give_up_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > give_up_s:
            return False
        time.sleep(0.02)
    return True


def played_s(loudspeaker: Loudspeaker) -> float:
    return loudspeaker.progress.played_s if loudspeaker.progress else 0.0


class Listener:
    """Iterates a microphone in a thread, as the main loop does, and keeps the last second."""

    def __init__(self, microphone: Microphone, loudspeaker: Loudspeaker | None = None) -> None:
        self.microphone = microphone
        self.loudspeaker = loudspeaker
        self.chunks = 0
        self.end_s = 0.0
        self.went_back = False
        self.heard = np.zeros(0, np.float32)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        for chunk in self.microphone:
            self.went_back |= chunk.start_s < self.end_s - 1e-6
            self.end_s = chunk.end_s
            self.heard = np.concatenate((self.heard, to_floats(chunk.pcm)))[-16_000:]
            self.chunks += 1
            if self.loudspeaker is not None:
                self.loudspeaker.advance(chunk.duration_s)

    def hears_tone(self) -> bool:
        return has_tone(self.heard[-4_000:])


@pytest.fixture
def long_tone(tmp_path: Path) -> Path:
    write_wav(tmp_path / "tone.wav", [tone(60.0)], 22_050)
    return tmp_path / "tone.wav"


@pytest.fixture
def speaking(virtual_devices: VirtualDevices, long_tone: Path) -> Iterator[None]:
    player = virtual_devices.start_speaking(long_tone)
    yield
    player.kill()
    player.wait(10)


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


# --- a microphone --------------------------------------------------------------------------------


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_what_is_spoken_is_heard_at_16_khz(virtual_devices: VirtualDevices, speaking: None, rate_hz: int) -> None:
    virtual_devices.unplug_microphone()
    virtual_devices.plug_microphone(rate_hz=rate_hz, channels=1)
    with Microphone() as microphone:
        listener = Listener(microphone)
        assert until(listener.hears_tone)
        assert microphone.status.state == "working"
        assert until(lambda: abs(microphone.level_db + 9) < 2)
        assert microphone.status.device
    assert not listener.went_back


def test_closing_ends_the_iteration_and_leaves_no_process(virtual_devices: VirtualDevices) -> None:
    before = set(psutil.Process().children())
    microphone = Microphone()
    microphone.start()
    listener = Listener(microphone)
    assert until(lambda: listener.chunks > 5)
    microphone.close()
    microphone.close()
    listener.thread.join(10)
    assert not listener.thread.is_alive()
    assert set(psutil.Process().children()) <= before


def test_a_consumer_that_is_too_slow_loses_the_newest_sound_and_it_is_counted(
    virtual_devices: VirtualDevices, speaking: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone_module, "_QUEUE_S", 0.2)
    with Microphone() as microphone:
        chunks = iter(microphone)
        first = next(chunks)
        time.sleep(1.0)
        last = first
        while not microphone.dropped_s:
            last = next(chunks)
        assert microphone.dropped_s > 0.3
        assert last.start_s > first.end_s
        assert microphone.status.dropped_s == microphone.dropped_s


def test_an_unplugged_microphone_is_noticed_and_comes_back(
    virtual_devices: VirtualDevices, speaking: None, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[MicrophoneStatus] = []
    keeper = "voice_assistant.audio.keeper"
    with caplog.at_level(logging.INFO, keeper), Microphone(on_status=told.append) as microphone:
        listener = Listener(microphone)
        assert until(listener.hears_tone)
        virtual_devices.unplug_microphone()
        assert until(lambda: microphone.status.state == "lost")
        assert until(lambda: bool(microphone.status.problem))
        chunks, end_s = listener.chunks, listener.end_s
        assert until(lambda: listener.chunks > chunks + 25)
        assert listener.end_s > end_s + 0.4
        assert not listener.heard[-1_600:].any()
        virtual_devices.plug_microphone(rate_hz=48_000, channels=1)
        assert until(lambda: microphone.status.state == "working")
        assert until(lambda: listener.hears_tone() and told[-1].state == "working")
    assert not listener.went_back
    # On a machine that is busy elsewhere the new device may be slow enough to count as lost once more.
    assert {status.state for status in told[0::2]} == {"lost"}
    assert {status.state for status in told[1::2]} == {"working"}
    assert len([record for record in caplog.records if record.name == keeper]) == len(told)


def test_a_microphone_that_stalls_is_noticed_and_comes_back(virtual_devices: VirtualDevices, speaking: None) -> None:
    with Microphone() as microphone:
        listener = Listener(microphone)
        assert until(listener.hears_tone)
        virtual_devices.stall_microphone()
        assert until(lambda: microphone.status.state == "lost")
        virtual_devices.stall_microphone(False)
        assert until(lambda: microphone.status.state == "working" and listener.hears_tone())


def test_it_can_begin_before_the_microphone_is_there(virtual_devices: VirtualDevices, speaking: None) -> None:
    virtual_devices.unplug_microphone()
    with pytest.raises(AudioError, match="cannot be opened"):
        Microphone().start()
    with Microphone(wait_for_device=True) as microphone:
        listener = Listener(microphone)
        assert until(lambda: listener.chunks > 5)
        assert microphone.status.state == "lost"
        virtual_devices.plug_microphone()
        assert until(listener.hears_tone)


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_device_process_that_dies_or_hangs_is_replaced(
    virtual_devices: VirtualDevices, speaking: None, signal_number: signal.Signals
) -> None:
    with Microphone() as microphone:
        listener = Listener(microphone)
        assert until(listener.hears_tone)
        first = children()
        for process in first:
            process.send_signal(signal_number)
        assert until(lambda: bool(children()) and not set(children()) & set(first))
        listener.heard = np.zeros(0, np.float32)
        assert until(listener.hears_tone)


def children() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children():
        try:
            if "voice_assistant.audio.device_process" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


# --- a loudspeaker -------------------------------------------------------------------------------


def recorded(path: Path) -> np.ndarray:
    return to_floats(b"".join(chunk.pcm for chunk in read_wav(path)))


def loud_s(samples: np.ndarray) -> float:
    """Seconds of tone, whatever silence a busy machine puts between: 2.5 % of a sine lie below the limit."""
    return float(np.count_nonzero(np.abs(samples) > 0.02)) / 16_000 / 0.975


def test_what_is_enqueued_is_heard_whole(virtual_devices: VirtualDevices, tmp_path: Path) -> None:
    with Loudspeaker() as loudspeaker:
        with virtual_devices.recording(tmp_path / "out.wav"):
            loudspeaker.enqueue(tone(0.5), "low")
            loudspeaker.enqueue(tone(0.5, 16_000, 880.0), "high")
            assert loudspeaker.wait_until_idle(60)
            time.sleep(0.3)
        assert [progress.marker for progress in loudspeaker.take_finished()] == ["low", "high"]
        assert loudspeaker.status.state == "working"
    samples = recorded(tmp_path / "out.wav")
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    assert loud_s(samples) == pytest.approx(1.0, abs=0.05)
    assert has_tone(samples[loud[0] : loud[0] + 4_000], 440.0)
    assert has_tone(samples[loud[-1] - 4_000 : loud[-1]], 880.0)


def test_stop_is_heard_as_silence_and_the_next_sound_is_played(virtual_devices: VirtualDevices, tmp_path: Path) -> None:
    with Loudspeaker() as loudspeaker, virtual_devices.recording(tmp_path / "out.wav"):
        loudspeaker.enqueue(tone(30.0), "long")
        loudspeaker.enqueue(tone(30.0), "longer")
        assert until(lambda: played_s(loudspeaker) > 0.5)
        left = loudspeaker.stop()
        assert loudspeaker.is_idle
        time.sleep(0.5)
        loudspeaker.enqueue(tone(0.2, pitch_hz=880.0), "next")
        assert loudspeaker.wait_until_idle(60)
        time.sleep(0.3)
    assert [progress.marker for progress in left] == ["long", "longer"]
    samples = recorded(tmp_path / "out.wav")
    loud = np.abs(samples) > 0.02
    gaps = np.diff(np.flatnonzero(loud))
    assert gaps.max() / 16_000 > 0.3
    first_end = np.flatnonzero(loud)[np.argmax(gaps)]
    first_s = loud_s(samples[: first_end + 1])
    assert first_s <= left[0].played_s + 0.05
    last = np.flatnonzero(loud)[-1]
    assert has_tone(samples[last - 2_400 : last], 880.0)


def test_pause_holds_and_resume_loses_nothing(virtual_devices: VirtualDevices, tmp_path: Path) -> None:
    with Loudspeaker() as loudspeaker, virtual_devices.recording(tmp_path / "out.wav"):
        loudspeaker.enqueue(tone(8.0), "one")
        assert until(lambda: played_s(loudspeaker) > 0.4)
        loudspeaker.pause()
        time.sleep(0.5)
        held = played_s(loudspeaker)
        time.sleep(0.5)
        assert played_s(loudspeaker) == held < 8.0
        loudspeaker.resume()
        assert loudspeaker.wait_until_idle(60)
        time.sleep(0.3)
    loud = np.flatnonzero(np.abs(recorded(tmp_path / "out.wav")) > 0.02)
    assert np.diff(loud).max() / 16_000 > 0.3
    assert loud_s(recorded(tmp_path / "out.wav")) == pytest.approx(8.0, abs=0.1)


def test_an_unplugged_loudspeaker_goes_on_where_it_was_when_it_is_back(virtual_devices: VirtualDevices) -> None:
    with Loudspeaker() as loudspeaker:
        loudspeaker.enqueue(tone(4.0), "one")
        assert until(lambda: played_s(loudspeaker) > 0.3)
        virtual_devices.unplug_loudspeaker()
        assert until(lambda: loudspeaker.status.state == "lost")
        held = loudspeaker.progress
        assert held is not None
        virtual_devices.plug_loudspeaker(rate_hz=48_000)
        assert until(lambda: loudspeaker.status.state == "working")
        assert loudspeaker.wait_until_idle(30)
        assert [progress.marker for progress in loudspeaker.take_finished()] == ["one"]


def test_without_a_loudspeaker_the_conversation_goes_on_unheard(
    virtual_devices: VirtualDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_assistant.audio.loudspeaker._HOLD_S", 0.2)
    virtual_devices.unplug_loudspeaker()
    told = []
    with Loudspeaker(wait_for_device=True, on_status=lambda status: told.append(status.state)) as loudspeaker:
        loudspeaker.enqueue(tone(1.0), "one")
        assert loudspeaker.wait_until_idle(30)
    assert told == ["lost"]


# --- both ----------------------------------------------------------------------------------------


def test_a_lost_microphone_does_not_disturb_the_loudspeaker(virtual_devices: VirtualDevices, tmp_path: Path) -> None:
    with Loudspeaker() as loudspeaker, Microphone() as microphone:
        Listener(microphone, loudspeaker)
        with virtual_devices.recording(tmp_path / "out.wav"):
            loudspeaker.enqueue(tone(3.0), "one")
            virtual_devices.unplug_microphone()
            assert until(lambda: microphone.status.state == "lost")
            assert loudspeaker.wait_until_idle(60)
            time.sleep(0.2)
        assert loudspeaker.status.state == "working"
    assert loud_s(recorded(tmp_path / "out.wav")) == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("fault", ["restarted", "frozen"])
def test_a_sound_server_that_restarts_or_hangs_is_survived(
    virtual_devices: VirtualDevices, long_tone: Path, fault: str
) -> None:
    with Loudspeaker() as loudspeaker, Microphone() as microphone:
        listener = Listener(microphone, loudspeaker)
        assert until(lambda: listener.chunks > 5)
        virtual_devices.stop_server() if fault == "restarted" else virtual_devices.freeze_server()
        assert until(lambda: microphone.status.state == loudspeaker.status.state == "lost")
        virtual_devices.start_server() if fault == "restarted" else virtual_devices.thaw_server()
        player = virtual_devices.start_speaking(long_tone)
        assert until(lambda: loudspeaker.status.state == "working")
        assert until(listener.hears_tone)
        loudspeaker.enqueue(tone(0.3), "after")
        assert loudspeaker.wait_until_idle(60)
        player.kill()
        player.wait(10)


def test_a_program_that_is_killed_leaves_no_device_process(virtual_devices: VirtualDevices) -> None:
    code = (
        "from voice_assistant.audio.microphone import Microphone\n"
        "from voice_assistant.audio.loudspeaker import Loudspeaker\n"
        "m, l = Microphone(), Loudspeaker(); m.start(); l.start(); print('ready', flush=True); next(iter(m)); input()"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}
    )
    assert program.stdout is not None
    assert program.stdout.readline() == b"ready\n"
    processes = psutil.Process(program.pid).children()
    assert len(processes) == 2
    program.kill()
    program.communicate()
    assert until(lambda: not any(process.is_running() for process in processes))
