"""Keeps a stream open over unplugged devices and restarted sound servers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from voice_assistant.audio.sound_system import OpenStream, SoundSystem
from voice_assistant.types import AudioError

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.2
_STALLED_AFTER_S = 1.5
"""With the time between two looks it is under the two seconds within which a lost device must be noticed."""
_FIRST_BLOCK_WITHIN_S = 3.0
"""Some sound servers need more than a second to wake a device."""
_RETRY_S = 1.0
_PATIENT_AFTER_S = 30.0
_PATIENT_RETRY_S = 3.0
_REFRESH_AT_LATEST_S = 4.0
"""Looking for new devices interrupts every other stream of the process, so it waits while one of them is heard, but not
longer than this."""
_CLOSE_WITHIN_S = 0.8


class StreamKeeper:
    """Opens a stream, watches that it is alive, and opens it again when it is not, in a thread of its own.

    PortAudio calls can hang with the sound server; here nobody waits for them.
    """

    def __init__(self, name: str, system: SoundSystem, open_stream: Callable[[], OpenStream]) -> None:
        """`open_stream` looks the device up and opens it; it raises AudioError when that cannot be done."""
        self._name = name
        self._system = system
        self._open_stream = open_stream
        self._stream: OpenStream | None = None
        self._problem = ""
        self._lost_at_s: float | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stream(self) -> OpenStream | None:
        """The stream that is open now, if any."""
        return self._stream

    @property
    def is_lost(self) -> bool:
        """Whether the device has been gone for longer than a short interruption."""
        return self._lost_at_s is not None

    @property
    def problem(self) -> str:
        """Why it is lost, in a sentence; empty while all is well."""
        return self._problem if self.is_lost else ""

    def start(self, wait_for_device: bool = False) -> None:
        """Opens the stream and begins to watch it.

        Raises AudioError when it cannot be opened, unless `wait_for_device`: then it is lost until it can.
        """
        try:
            self._stream = self._open_stream()
        except AudioError as error:
            if not wait_for_device:
                raise
            self._mark_lost(str(error))
        self._thread = threading.Thread(target=self._watch, name=f"{self._name}-keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Closes the stream and ends the thread; gives up after 0.8 s when the sound server hangs."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_CLOSE_WITHIN_S)
            if self._thread.is_alive():
                _log.warning("The sound system hangs; the %s is left to it.", self._name)

    def _watch(self) -> None:
        attempts = 0
        has_worked = False
        refreshed_at_s = time.monotonic()
        wait_s = _LOOK_EVERY_S
        while not self._stop.wait(wait_s):
            stream = self._stream
            if stream is not None and self._is_alive(stream):
                if stream.last_block_at_s is not None:
                    self._mark_found(stream)
                    has_worked, attempts = True, 0
                elif has_worked and time.monotonic() - stream.opened_at_s > _STALLED_AFTER_S:
                    self._mark_lost(self._no_life(stream))
                wait_s = _LOOK_EVERY_S
                continue
            if stream is not None:
                self._drop(stream)
            if attempts and self._should_refresh(refreshed_at_s):
                refreshed_at_s = time.monotonic()
                self._refresh()
            attempts += 1
            wait_s = self._try_to_open()
        if self._stream is not None:
            self._system.close(self._stream)
            self._stream = None

    def _should_refresh(self, refreshed_at_s: float) -> bool:
        return self._system.may_refresh() or time.monotonic() - refreshed_at_s >= _REFRESH_AT_LATEST_S

    def _refresh(self) -> None:
        try:
            self._system.refresh()
        except AudioError as error:
            self._mark_lost(str(error))

    def _try_to_open(self) -> float:
        """Seconds until the next look."""
        try:
            self._stream = self._open_stream()
        except AudioError as error:
            self._mark_lost(str(error))
            lost_for_s = time.monotonic() - (self._lost_at_s or 0.0)
            return _RETRY_S if lost_for_s < _PATIENT_AFTER_S else _PATIENT_RETRY_S
        return _LOOK_EVERY_S

    @staticmethod
    def _is_alive(stream: OpenStream) -> bool:
        if stream.ended.is_set():
            return False
        now_s = time.monotonic()
        if stream.last_block_at_s is None:
            return now_s - stream.opened_at_s < _FIRST_BLOCK_WITHIN_S
        return now_s - stream.last_block_at_s < _STALLED_AFTER_S

    def _drop(self, stream: OpenStream) -> None:
        """A stream that was ended from outside (another one looked for new devices) is no loss yet."""
        if not stream.ended.is_set():
            self._mark_lost(self._no_life(stream))
        self._system.close(stream)
        self._stream = None

    def _no_life(self, stream: OpenStream) -> str:
        return f"The {self._name} {stream.device.name} gives no sign of life; check that it is plugged in."

    def _mark_lost(self, problem: str) -> None:
        if self._lost_at_s is None:
            self._lost_at_s = time.monotonic()
            _log.warning("%s", problem)
        self._problem = problem

    def _mark_found(self, stream: OpenStream) -> None:
        if self._lost_at_s is not None:
            _log.warning("The %s works again: %s.", self._name, stream.device.name)
            self._lost_at_s = None
