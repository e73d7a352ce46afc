"""Fixtures that several rooms use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.tones import tone
from tests.virtual_devices import VirtualDevices, virtual_devices
from voice_assistant import Assistant
from voice_assistant.audio.wav import write_wav

if TYPE_CHECKING:  # only the tests in a browser load its library
    from playwright.sync_api import Browser, Page

    from tests.kiosk_still import StillKiosk

__all__ = ["virtual_devices"]


@pytest.fixture(scope="session")
def assistant() -> Iterator[Assistant]:
    """The assistant with the real guide and models; compiled once, before the tests, by script/test."""
    with Assistant.load() as loaded:
        yield loaded


@pytest.fixture(autouse=True)
def leaves_no_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test starts it ends, or the next ones meet it. The session's assistant keeps its voice."""
    if not request.path.name.startswith(("test_audio", "test_cli", "test_speech", "test_trust")):
        yield
        return
    before = set(psutil.Process().children())
    yield
    left = [_command(process) for process in set(psutil.Process().children()) - before]
    if "assistant" in request.fixturenames:
        left = [command for command in left if "voice_assistant.speech.engine" not in command]
    assert left == []


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real one, for the tests of a file."""
    from tests.kiosk_browser import browser_alone

    with browser_alone() as one:
        yield one


@pytest.fixture
def still(assistant: Assistant) -> Iterator[StillKiosk]:
    """A kiosk whose state changes only when a test changes it."""
    from tests.kiosk_still import StillKiosk

    with StillKiosk(assistant) as one:
        yield one


@pytest.fixture
def page(still: StillKiosk, browser: Browser) -> Iterator[Page]:
    """The still kiosk's page, as a visitor sees it."""
    from tests.kiosk_browser import visitor

    with visitor(browser, still.url) as one:
        yield one


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return "ended, but never waited for"
