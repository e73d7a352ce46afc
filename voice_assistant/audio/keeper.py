"""Keeps a device in use over unplugging and restarted sound servers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from voice_assistant.audio.device_link import ANSWER_WITHIN_S, DeviceLink
from voice_assistant.types import AudioError

_LOGGER = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.2
_STALLED_AFTER_S = 1.5
"""With the time between two looks it is under the two seconds within which a lost device must be noticed."""
_FIRST_BLOCK_WITHIN_S = 3.0
"""Some sound servers need more than a second to wake a device."""
_NEXT_TRY_WITHIN_S = 8.0
"""A process that cannot open its device tries again at least every three seconds, and says so."""
_START_AGAIN_S = 1.0
"""Between the starts of two processes, so that one which ends at once does not keep a core busy."""


class DeviceKeeper:
    """Starts a device process, watches that it is alive, and starts another when it is not, in a thread of its own."""

    def __init__(self, name: str, make_link: Callable[[], DeviceLink]) -> None:
        """`name` is for messages; `make_link` starts a process for the wanted device."""
        self._name = name
        self._make_link = make_link
        self._link: DeviceLink | None = None
        self._started_at_s = 0.0
        self._last_good_s: float | None = None
        self._problem = ""
        self._is_lost = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def link(self) -> DeviceLink | None:
        """The process of now."""
        return self._link

    @property
    def is_lost(self) -> bool:
        """Whether the device has been gone for longer than a short interruption."""
        return self._is_lost

    @property
    def problem(self) -> str:
        """Why it is lost, in a sentence; empty while all is well."""
        return self._problem if self._is_lost else ""

    def start(self, wait_for_device: bool) -> DeviceLink:
        """Starts the first process and waits until its device is open.

        Raises AudioError when it cannot be opened, unless `wait_for_device`: then it is lost until it can.
        """
        link = self._start_link()
        if not link.answered.wait(ANSWER_WITHIN_S) or link.ended.is_set():
            link.problem = link.problem or "The sound system does not answer; restart it."
        if link.problem:
            if not wait_for_device:
                link.close()
                raise AudioError(link.problem)
            self._lose(link.problem)
        self._thread = threading.Thread(target=self._watch, name=f"{self._name}-keeper", daemon=True)
        self._thread.start()
        return link

    def close(self) -> None:
        """Ends the process and the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if self._link is not None:
            self._link.close()

    def _start_link(self) -> DeviceLink:
        self._started_at_s = time.monotonic()
        self._link = self._make_link()
        return self._link

    def _watch(self) -> None:
        link = self._link
        while link is not None and not self._stop.wait(_LOOK_EVERY_S):
            now_s = time.monotonic()
            self._judge(link, now_s)
            if self._is_dead(link, now_s):
                link.close()
                link = self._another() or link

    def _another(self) -> DeviceLink | None:
        """A new process; none when it is to end, or the system has no room for one, so that it is tried again."""
        if self._stop.wait(max(self._started_at_s + _START_AGAIN_S - time.monotonic(), 0.0)):
            return None
        try:
            return self._start_link()
        except OSError as error:
            self._lose(f"The {self._name} cannot be started again ({error.strerror}); close other programs.")
            return None

    def _judge(self, link: DeviceLink, now_s: float) -> None:
        fresh_s = link.last_block_at_s
        if fresh_s is not None and not link.ended.is_set() and now_s - fresh_s < _STALLED_AFTER_S:
            self._last_good_s = fresh_s
            self._find(link)
        elif link.problem:
            self._lose(link.problem)
        elif self._last_good_s is not None and now_s - self._last_good_s >= _STALLED_AFTER_S:
            subject = f"The {self._name} {link.device}".rstrip()  # a device that was never opened has no name yet
            self._lose(f"{subject} gives no sign of life; check that it is plugged in.")

    def _is_dead(self, link: DeviceLink, now_s: float) -> bool:
        if link.ended.is_set():
            return True
        if link.problem:
            patience_s = _NEXT_TRY_WITHIN_S
        elif not link.opened:
            patience_s = ANSWER_WITHIN_S
        else:
            patience_s = _FIRST_BLOCK_WITHIN_S if link.last_block_at_s is None else _STALLED_AFTER_S
        return now_s - max(link.last_message_at_s, link.last_block_at_s or 0.0) >= patience_s

    def _lose(self, problem: str) -> None:
        self._problem = problem
        if not self._is_lost:
            self._is_lost = True
            _LOGGER.info("%s", problem)

    def _find(self, link: DeviceLink) -> None:
        if self._is_lost:
            self._is_lost = False
            _LOGGER.info("The %s works again: %s.", self._name, link.device)
