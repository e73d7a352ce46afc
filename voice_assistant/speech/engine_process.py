"""The end of the speech engine's process that lies in this program."""

from __future__ import annotations

import queue
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice_assistant.speech.protocol import read_message, write_message

_START_WITHIN_S = 20.0
"""A third of a second is usual; a cold disk of a small computer needs several."""
_END_WITHIN_S = 0.2
_WRITES_FILES = ("darwin", "win32")
"""Where the system's engines only write to a named file."""


class EngineHungError(Exception):
    """No answer in time."""


class EngineEndedError(Exception):
    """The process is gone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine answered."""

    header: dict[str, Any]
    pcm: bytes


class EngineProcess:
    """A speech engine that was just started. One request at a time."""

    def __init__(self, bundled: bool) -> None:
        """`bundled`: use the espeak-ng of the package espeakng-loader even where the system has one."""
        # This process's own, so that no sentence stays behind in it when the engine hangs and is killed.
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True) if _writes_files() else None
        command = [sys.executable, "-m", "voice_assistant.speech.engine", "bundled" if bundled else "system"]
        self._process = subprocess.Popen(
            command + ([self._folder.name] if self._folder else []),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # `-m` looks here first: this package is found wherever it lies, and no file of the user's gets in the way.
            cwd=Path(__file__).resolve().parents[2],
        )
        self._answers: queue.Queue[Answer | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="speech-engine", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def wait_until_ready(self) -> Answer:
        """The first answer. Raises EngineHungError or EngineEndedError."""
        return self._take(_START_WITHIN_S)

    def ask(self, request: dict[str, Any], timeout_s: float) -> Answer:
        """Sends a request and waits for its answer. Raises EngineHungError or EngineEndedError."""
        try:
            if self._process.stdin is None:
                raise EngineEndedError
            write_message(self._process.stdin, request)  # type: ignore[arg-type]
        except (OSError, ValueError) as error:
            raise EngineEndedError from error
        return self._take(timeout_s)

    def end(self) -> None:
        """Ends the process: it is asked to, and killed when it does not. May be called again, from any thread."""
        with suppress(OSError, ValueError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(1.0)
        if self._folder is not None:
            self._folder.cleanup()

    def _take(self, timeout_s: float) -> Answer:
        try:
            answer = self._answers.get(timeout=timeout_s)
        except queue.Empty as error:
            raise EngineHungError from error
        if answer is None:
            raise EngineEndedError
        return answer

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            return
        with pipe, suppress(EOFError, OSError, ValueError, KeyError):
            while True:
                self._answers.put(Answer(*read_message(pipe)))  # type: ignore[arg-type]
        self._answers.put(None)


def _writes_files() -> bool:
    return sys.platform in _WRITES_FILES
