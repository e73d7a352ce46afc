"""The kiosk as it is installed: its own process, sound devices, a browser."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import wave
from array import array
from pathlib import Path

import psutil
import pytest

from tests.kiosk_parts import CHROMIUM, SOUNDS, open_browser
from tests.virtual_devices import VirtualDevices

pytest.importorskip("playwright")
from playwright.sync_api import expect, sync_playwright

pytestmark = [
    pytest.mark.browser,
    pytest.mark.device,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="needs Chromium"),
]


@pytest.mark.usefixtures("assistant")  # so that the guide is compiled before the process is waited for
def test_a_stranger_asks_aloud_reads_and_hears_the_answer(virtual_devices: VirtualDevices, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic.toml"
    clinic.write_text('name = "Riverside Clinic"\nwake_phrases = []\nidle_s = 30\n')
    notifier, watchdog = listen_as_systemd(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_assistant", "kiosk", "--port", "0", "--config", str(clinic)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **virtual_devices.environment, "NOTIFY_SOCKET": str(notifier)},
    )
    told = follow(process)
    try:
        url = next(line.split()[-1] for line in iter(lambda: told.get(timeout=120), "") if "http://" in line)
        wait_until(lambda: {"READY=1", "WATCHDOG=1"} <= set(watchdog.queue))
        with sync_playwright() as playwright:
            browser = open_browser(playwright)
            page = browser.new_page()
            page.set_default_timeout(20_000)
            page.goto(url)
            page.wait_for_selector("#talk")
            with virtual_devices.recording(tmp_path / "answer.wav"):
                speaking = virtual_devices.start_speaking(SOUNDS / "question.wav")
                page.wait_for_selector('#caption[data-final="false"]:not([hidden])')
                page.wait_for_selector("#sentences > p.now")
                time.sleep(2)
                speaking.wait(20)
            assert loudness(tmp_path / "answer.wav") > 300
            assert "can i do" in page.inner_text("#caption")

            virtual_devices.unplug_microphone()
            expect(page.locator("#notices")).to_contain_text("microphone", timeout=15_000)
            page.click("#home")
            page.click('[data-node="overview.causes"]')
            expect(page.locator("#view h2")).to_have_text("Causes")
            virtual_devices.plug_microphone()
            expect(page.locator("#notices")).to_be_empty(timeout=15_000)
            page.click("#finish")
            page.wait_for_selector("#talk")
            share = processor_share(process.pid, 4.0)
            print(f"idle, page open: {share:.1f} % of a core")
            browser.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.wait(10)
    wait_until(lambda: "" in told.queue)
    if process.stderr:
        process.stderr.close()
    lines = list(told.queue)
    assert not [line for line in lines if "home" in line or "Traceback" in line], "the log holds content"


def follow(process: subprocess.Popen[str]) -> queue.Queue[str]:
    """The lines of its standard error; an empty one at the end."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in process.stderr or ():
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines


def listen_as_systemd(folder: Path) -> tuple[Path, queue.Queue[str]]:
    """A socket like that of systemd, and what is told to it."""
    path = folder / "notify"
    told: queue.Queue[str] = queue.Queue()

    def read() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(str(path))
            listening.settimeout(120)
            while "STOPPING=1" not in told.queue:
                told.put(listening.recv(100).decode())

    threading.Thread(target=read, daemon=True).start()
    wait_until(path.exists)
    return path, told


def processor_share(pid: int, seconds: float) -> float:
    """Per cent of one core that the process (without its children) takes."""
    process = psutil.Process(pid)
    process.cpu_percent()
    time.sleep(seconds)
    return process.cpu_percent()


def loudness(file: Path) -> float:
    """Root mean square of the 16-bit samples."""
    with wave.open(str(file)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    return float(sum(sample * sample for sample in samples) / len(samples)) ** 0.5


def wait_until(true: object, timeout_s: float = 10.0) -> None:
    give_up = time.monotonic() + timeout_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.02)
