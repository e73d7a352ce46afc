"""Devices that are lost in ways that virtual devices cannot be."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from voice_assistant.audio.keeper import DeviceKeeper


@dataclass
class Link:
    """A device process that plays along until it is told to end."""

    answered: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    device: str = "headset"
    problem: str = ""
    opened: bool = True

    def __post_init__(self) -> None:
        self.answered.set()

    @property
    def last_block_at_s(self) -> float:
        return time.monotonic()

    last_message_at_s = last_block_at_s

    def close(self) -> None:
        self.ended.set()


def until(condition: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_s
        time.sleep(0.02)


def test_a_device_process_that_the_system_cannot_start_now_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_assistant.audio.keeper._START_AGAIN_S", 0.05)
    has_room = threading.Event()
    made: list[Link] = []

    def make_link() -> Link:
        if made and not has_room.is_set():
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        made.append(Link())
        return made[-1]

    keeper = DeviceKeeper("microphone", make_link)  # type: ignore[arg-type]
    keeper.start(wait_for_device=False)
    try:
        made[0].ended.set()
        until(lambda: keeper.is_lost)
        assert keeper.problem.startswith("The microphone cannot be started again (")
        has_room.set()
        until(lambda: not keeper.is_lost)
        assert id(keeper.link) == id(made[1])
    finally:
        keeper.close()
