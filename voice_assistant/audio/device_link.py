"""The end of a device process that lies in this program."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from voice_assistant.audio.devices import Device
from voice_assistant.audio.frames import (
    ALIVE,
    BLOCK,
    FAILED,
    FLUSH,
    LISTED,
    OPENED,
    PLAYED,
    read_frame,
    write_frame,
)
from voice_assistant.audio.pace import Pace
from voice_assistant.types import AudioError

ANSWER_WITHIN_S = 20.0
"""A sound server that is up answers in half a second; on a machine that has much else to do it has taken over ten."""
_END_WITHIN_S = 0.2
"""A process that has not ended by then hangs in PortAudio and is killed."""
_NO_ANSWER = "The sound system does not answer; restart it."


class DeviceLink:
    """A device process that was just started. Its fields are written by its reader thread."""

    def __init__(
        self,
        task: dict[str, Any],
        received: Callable[[DeviceLink, bytes, int], None] | None = None,
        played: Callable[[DeviceLink, float | None], None] | None = None,
    ) -> None:
        """`received(link, pcm, lost_bytes)` gets a microphone's blocks; `played(link, at_s)` learns of a loudspeaker's:
        when the device took it, on the monotonic clock, or None when it was dropped.
        """
        self._received = received
        self._played = played
        self._sending = threading.Lock()
        self.device = ""
        self.rate_hz = 0
        self.channels = 0
        self.latency_s = 0.0
        self.underflows = 0
        self.devices: tuple[Device, ...] | None = None
        self.problem = ""
        """Why the device cannot be opened; empty when it is open or nothing is known yet."""
        self.answered = threading.Event()
        """Set when it is known whether the device can be opened."""
        self.ended = threading.Event()
        """Set when the process is gone."""
        self.opened = False
        self.last_block_at_s: float | None = None
        """When the device last gave or took sound, on the monotonic clock."""
        self.last_message_at_s = time.monotonic()
        self._block_ms = task.get("block_ms", 0)
        self._pace = Pace()
        self._process = _start(task)
        self._reader = threading.Thread(target=self._read, name=f"device-{task['do']}", daemon=True)
        self._reader.start()

    def play(self, pcm: bytes) -> None:
        """Sends a loudspeaker its next block, one channel. Nothing happens when the process is gone."""
        self._send(BLOCK, pcm)

    def flush(self) -> None:
        """Makes a loudspeaker fade out and forget what it was sent."""
        self._send(FLUSH)

    def close(self) -> None:
        """Ends the process: it is asked to, and killed when it hangs. May be called again."""
        if self._sending.acquire(timeout=_END_WITHIN_S):
            with suppress(OSError, ValueError):
                if self._process.stdin:
                    self._process.stdin.close()
            self._sending.release()
        try:
            self._process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if threading.current_thread() is not self._reader:
            self._reader.join(1.0)

    def _send(self, kind: bytes, payload: bytes = b"") -> None:
        with suppress(OSError, ValueError), self._sending:
            if self._process.stdin:
                write_frame(self._process.stdin, kind, payload)  # type: ignore[arg-type]

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            return
        with pipe, suppress(OSError, ValueError):
            while (frame := read_frame(pipe)) is not None:  # type: ignore[arg-type]
                self.last_message_at_s = time.monotonic()
                self._take(*frame)
        self.ended.set()
        self.answered.set()

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == BLOCK and self._received is not None:
            self._received(self, payload[4:], struct.unpack(">I", payload[:4])[0])
            self.last_block_at_s = time.monotonic()
        elif kind == PLAYED and self._played is not None:
            self._played(self, self._taken_at_s(struct.unpack(">q", payload)[0]))
        elif kind == ALIVE:
            self.underflows, calls = struct.unpack(">Iq", payload)
            self._taken_at_s(calls - 1)
            self.last_block_at_s = time.monotonic()
        elif kind == OPENED:
            self._open(json.loads(payload))
        elif kind == FAILED:
            self.opened = False
            self.problem = payload.decode()
            self.answered.set()
        elif kind == LISTED:
            self.devices = tuple(Device(**entry) for entry in json.loads(payload))
            self.answered.set()

    def _taken_at_s(self, call: int) -> float | None:
        """When the device took a block, by counting its blocks: evener than when that is told."""
        if call < 0:
            return None
        own_s: float = call * (self.rate_hz * self._block_ms // 1000) / self.rate_hz
        self._pace.observe(own_s, time.monotonic())
        return own_s + self._pace.offset_s

    def _open(self, what: dict[str, Any]) -> None:
        self.device, self.rate_hz = what["device"], what["rate_hz"]
        self.channels, self.latency_s = what["channels"], what["latency_s"]
        self.problem = ""
        self.opened = True
        self.answered.set()


def list_devices() -> tuple[Device, ...]:
    """All devices that are plugged in now. Takes about half a second.

    Raises AudioError when PortAudio is missing or does not answer.
    """
    link = DeviceLink({"do": "list"})
    try:
        link.answered.wait(ANSWER_WITHIN_S)
    finally:
        link.close()
    if link.devices is None:
        raise AudioError(link.problem or _NO_ANSWER)
    return link.devices


def _start(task: dict[str, Any]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "voice_assistant.audio.device_process", json.dumps(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # `-m` looks here first: this package is found wherever it lies, and no file of the user's gets in the way.
        cwd=Path(__file__).resolve().parents[2],
    )
