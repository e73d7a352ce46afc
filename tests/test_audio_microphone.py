"""Real microphones (virtual ones, on a private sound server), and what happens when they go away."""

from __future__ import annotations

import logging
import signal
import time

import numpy as np
import psutil
import pytest

from tests.tones import Listener, until
from tests.virtual_devices import VirtualDevices
from voice_assistant.audio import microphone as microphone_module
from voice_assistant.audio.microphone import Microphone, MicrophoneStatus
from voice_assistant.types import AudioError

pytestmark = pytest.mark.device


# --- a microphone --------------------------------------------------------------------------------


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_what_is_spoken_is_heard_at_16_khz(virtual_devices: VirtualDevices, speaking: None, rate_hz: int) -> None:
    virtual_devices.unplug_microphone()
    virtual_devices.plug_microphone(rate_hz=rate_hz, channels=1)
    with Microphone() as microphone:
        listener = Listener(microphone)
        assert until(listener.hears_tone)
        assert microphone.status.state == "working"
        assert until(lambda: abs(microphone.status.level_db + 9) < 2)
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
        while not microphone.status.dropped_s:
            last = next(chunks)
        assert microphone.status.dropped_s > 0.3
        assert last.start_s > first.end_s


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
        end_s = listener.end_s
        assert until(lambda: listener.end_s > end_s + 0.4)
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
