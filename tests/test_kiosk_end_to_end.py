"""The kiosk as it is installed: its own process, sound devices, a browser."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from array import array
from pathlib import Path

import pytest

from tests.kiosk_parts import SOUNDS
from tests.virtual_devices import VirtualDevices

pytest.importorskip("playwright")
from playwright.sync_api import Page, TimeoutError, expect

from tests.kiosk_browser import (
    LIMIT_S,
    NEEDS_CHROMIUM,
    browser_alone,
    journal,
    visitor,
    wait_for_entry,
    wait_until,
)

pytestmark = [pytest.mark.browser, pytest.mark.device, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]


@pytest.mark.usefixtures("assistant")  # so that the guide is compiled before the process is waited for
def test_a_stranger_asks_aloud_reads_and_hears_the_answer(virtual_devices: VirtualDevices, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic.toml"
    clinic.write_text('name = "Riverside Clinic"\nwake_phrases = []\nidle_s = 600\n')
    notifier, watchdog = listen_as_systemd(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    own = {"TMPDIR": str(temporary), "NOTIFY_SOCKET": str(notifier), "BROWSER": str(fake_browser(tmp_path))}
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_assistant", "kiosk", "--port", "0", "--open", "--config", str(clinic)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **virtual_devices.environment, **own},
    )
    told = follow(process)
    try:
        url = next(line.split()[-1] for line in iter(lambda: told.get(timeout=240), "") if "http://" in line)
        wait_until(lambda: {"READY=1", "WATCHDOG=1"} <= set(watchdog.queue))
        opened = tmp_path / "opened"
        wait_until(opened.exists)
        assert opened.read_text().strip() == url
        with browser_alone() as browser, visitor(browser, url) as page:
            with virtual_devices.recording(tmp_path / "answer.wav"):
                ask_until_heard(virtual_devices, page)
                wait_for_entry(page, "marked", ".")
                wait_until(lambda: loudness(tmp_path / "answer.wav") > 100)

            virtual_devices.unplug_microphone()
            # A virtual microphone may also be told to give no sound, for its silence is perfect.
            expect(page.locator("#notices")).to_contain_text("The microphone does not work")
            page.click("#home")
            page.click('[data-node="overview.causes"]')
            expect(page.locator("#view h2")).to_have_text("Causes")
            virtual_devices.plug_microphone()
            expect(page.locator("#notices")).not_to_contain_text("The microphone does not work")
            virtual_devices.unplug_loudspeaker()
            expect(page.locator("#notices")).to_contain_text("The loudspeaker does not work")
            page.click('#controls [data-node="control.start_over"]')
            virtual_devices.plug_loudspeaker()
            expect(page.locator("#notices")).not_to_contain_text("The loudspeaker does not work")
            page.click("#finish")
            page.wait_for_selector("#talk")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.wait(10)
    wait_until(lambda: "" in told.queue)
    if process.stderr:
        process.stderr.close()
    assert list(temporary.rglob("*")) == [], "something of the visit was written"
    lines = list(told.queue)
    assert not [line for line in lines if "can i" in line or "Traceback" in line], "the log holds content"


def ask_until_heard(devices: VirtualDevices, page: Page) -> None:
    """As people do. Sound that a busy machine does not carry in time is lost."""
    for last in (False, False, False, True):
        devices.speak_into_microphone(SOUNDS / "question.wav")
        try:
            wait_for_entry(page, "captions", "^true: .*can i do", LIMIT_S if last else 20.0)
        except TimeoutError:
            if last:
                raise
        else:
            break
    assert [caption for caption in journal(page, "captions") if caption.startswith("false: ")], "no live caption"


def fake_browser(folder: Path) -> Path:
    """A program that notes which page it was to open."""
    program = folder / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > "{folder}/noted" && mv "{folder}/noted" "{folder}/opened"\n')
    program.chmod(0o755)
    return program


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


def loudness(file: Path) -> float:
    """Root mean square of the 16-bit samples that are recorded so far."""
    pcm = file.read_bytes()[44:]
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    return float(sum(sample * sample for sample in samples) / max(len(samples), 1)) ** 0.5
