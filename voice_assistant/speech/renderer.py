"""The program's side of the speech process: sends sentences, watches over it, starts it again when it hangs or dies."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import subprocess
import sys
import threading
from collections import OrderedDict
from typing import Any

from voice_assistant.speech.protocol import Voice, read_message, write_message
from voice_assistant.types import AudioChunk, VoiceError

LEAST_RATE_WPM, MOST_RATE_WPM = 120, 300
DEFAULT_VOICE = "gmw/en-us"
"""espeak-ng's US English: of its English voices the one that the recogniser understood best (docs/benchmarks.md)."""
MOST_LETTERS = 2_000
"""A longer text is cut: no sentence is as long, and rendering must end."""
PLAIN_RATE_HZ = 22_050

_TRIES = 3
_START_TIMEOUT_S = 10.0
_SLOWEST_S_PER_LETTER = 0.02
"""Rendering takes about 0.1 ms a letter; a hundred times that on a busy machine is a hang."""
_SHORTEST_S_PER_WORD = 0.045
"""300 words a minute are 0.2 s a word; a fifth of that is no speech."""
_KEPT = 64
_LOGGER = logging.getLogger(__name__)
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\[\]<>]+")


class SpeechRenderer:
    """Renders sentences. May be used from any thread; one sentence is rendered at a time."""

    def __init__(self, voice: str | None = None, rate_wpm: int = 170, timeout_s: float = 2.0) -> None:
        """`voice`: an id that `voices()` lists. `timeout_s`: how long a short sentence may take before it counts as a hang."""
        self._voice = voice or (DEFAULT_VOICE if sys.platform == "linux" else None)
        self._chosen = voice
        self._rate_wpm = rate_wpm
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[tuple[dict[str, Any], bytes] | None] = queue.Queue()
        self._rendered: OrderedDict[tuple[str, int], AudioChunk] = OrderedDict()
        self._closed = False

    def start(self) -> None:
        """Start the process now rather than with the first sentence.

        Raises:
            VoiceError: the engine cannot be started, or there is no such voice.
        """
        with self._lock:
            self._ensure_started()
        if self._chosen is not None:
            self._check_voice(self._chosen)

    def render(self, text: str, rate_wpm: int | None = None) -> AudioChunk:
        """The sound of a sentence; empty for a text without letters. The rate is kept within 120 to 300 words a minute.

        Raises:
            VoiceError: the engine failed three times, each time started anew.
        """
        spoken = _UNSPEAKABLE.sub(" ", text[:MOST_LETTERS]).strip()
        rate = min(max(rate_wpm or self._rate_wpm, LEAST_RATE_WPM), MOST_RATE_WPM)
        if not any(letter.isalnum() for letter in spoken):
            return AudioChunk(b"", PLAIN_RATE_HZ, 0.0)
        with self._lock:
            known = self._rendered.get((spoken, rate))
            if known is None:
                known = self._render_with_retries(spoken, rate)
                self._rendered[(spoken, rate)] = known
                while len(self._rendered) > _KEPT:
                    self._rendered.popitem(last=False)
            else:
                self._rendered.move_to_end((spoken, rate))
            return known

    def voices(self) -> tuple[Voice, ...]:
        """All voices of the engine.

        Raises:
            VoiceError: the engine cannot be started.
        """
        with self._lock:
            header, _ = self._request({"do": "voices"}, self._timeout_s + 5.0)
        return tuple(Voice(one["id"], one["name"], tuple(one["languages"])) for one in header["voices"])

    def close(self) -> None:
        """End the process. May be called again; rendering afterwards fails."""
        self._closed = True
        self._end_process()

    def _check_voice(self, voice: str) -> None:
        known = self.voices()
        if not any(voice.lower() in {one.voice_id.lower(), one.name.lower()} for one in known):
            some = ", ".join(one.voice_id for one in known if "en" in "".join(one.languages) or "/en" in one.voice_id)
            raise VoiceError(f"There is no voice {voice!r}; some that there are: {some or known[:5]}. See `voice-assistant voices`.")

    def _render_with_retries(self, text: str, rate_wpm: int) -> AudioChunk:
        problem = ""
        for _ in range(_TRIES):
            try:
                chunk = self._render_once(text, rate_wpm)
            except VoiceError as error:
                problem = str(error)
            else:
                if chunk.duration_s >= _SHORTEST_S_PER_WORD * len(text.split()):
                    return chunk
                problem = "the speech engine gave no sound"
            if self._closed:
                break
            _LOGGER.warning("Speech: %s; the engine is started again.", problem)
            self._end_process()
        raise VoiceError(f"Speech does not work: {problem}. Try `voice-assistant doctor`.")

    def _render_once(self, text: str, rate_wpm: int) -> AudioChunk:
        request = {"do": "render", "text": text, "rate_wpm": rate_wpm, "voice": self._voice}
        header, pcm = self._request(request, self._timeout_s + len(text) * _SLOWEST_S_PER_LETTER)
        return AudioChunk(pcm, int(header["rate_hz"]), 0.0)

    def _request(self, request: dict[str, Any], timeout_s: float) -> tuple[dict[str, Any], bytes]:
        process = self._ensure_started()
        try:
            write_message(process.stdin, request)  # type: ignore[arg-type]
            answer = self._answers.get(timeout=timeout_s)
        except OSError as error:
            raise VoiceError("the speech process has ended") from error
        except queue.Empty as error:
            raise VoiceError("the speech engine hangs") from error
        if answer is None:
            raise VoiceError("the speech process has ended")
        if "error" in answer[0]:
            raise VoiceError(str(answer[0]["error"]))
        return answer

    def _ensure_started(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise VoiceError("speech has been ended")
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end_process()
        self._answers = queue.Queue()
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        process = subprocess.Popen(
            [sys.executable, "-m", "voice_assistant.speech.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._process = process
        threading.Thread(target=_read_answers, args=(process, self._answers), name="speech answers", daemon=True).start()
        try:
            first = self._answers.get(timeout=_START_TIMEOUT_S)
        except queue.Empty:
            first = None
        if first is None or "error" in first[0]:
            reason = first[0]["error"] if first else "the speech process does not start"
            self._end_process()
            raise VoiceError(str(reason))
        return process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _read_answers(
    process: subprocess.Popen[bytes], answers: queue.Queue[tuple[dict[str, Any], bytes] | None]
) -> None:
    """Hand on what the process says; None when it has ended."""
    stream = process.stdout
    with contextlib.suppress(EOFError, OSError, ValueError):
        while stream is not None:
            answers.put(read_message(stream))  # type: ignore[arg-type]
    answers.put(None)
