"""Real loudspeakers (virtual ones, on a private sound server), and what happens when they go away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.tones import Listener, has_tone, played_s, tone, until
from tests.virtual_devices import VirtualDevices
from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.microphone import Microphone
from voice_assistant.audio.samples import to_floats
from voice_assistant.audio.wav import read_wav

pytestmark = pytest.mark.device


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
