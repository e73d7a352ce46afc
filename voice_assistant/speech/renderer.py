"""Sentences as sound, from an engine that may hang, crash or say nothing."""

from __future__ import annotations

import logging
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from voice_assistant.speech.engine_process import Answer, EngineEndedError, EngineHungError, EngineProcess
from voice_assistant.speech.protocol import Voice
from voice_assistant.speech.text import clean, is_speakable, replacer, shorten, word_count
from voice_assistant.types import FASTEST_WPM, SLOWEST_WPM, USUAL_WPM, AudioChunk, VoiceError

_LOGGER = logging.getLogger(__name__)

EMPTY_RATE_HZ = 22_050
"""The rate of the sound of nothing: espeak-ng's own."""
_ATTEMPTS = 3
_SECONDS_PER_CHARACTER = 0.01
"""Added to the time limit for long text; the engine needs a thousandth of it."""
_SHORTEST_SHARE = 0.3
"""espeak-ng speaks the guide's sentences in 0.62 or more of the time that their words should take at the nominal rate
(measured at 120, 170 and 300 words a minute); what takes less than half of that was cut off."""
_LETTERS_A_WORD = 3
"""With the space: a row of shorter words takes less time than so many words usually do."""
_AUDIBLE = 300
"""Of 32,767: the peak of speech is above 10,000."""
_KEPT_BYTES = 8 << 20


class SpeechRenderer:
    """Turns sentences into sound, in a process that is started again whenever it fails. Any thread may call it."""

    def __init__(
        self,
        voice: str | None = None,
        rate_wpm: int = USUAL_WPM,
        *,
        say_as: Mapping[str, str] | None = None,
        timeout_s: float = 5.0,
    ) -> None:
        """`voice`: an id of `voices()`; None for an English one. `rate_wpm`: words a minute, kept within 120 to 300.

        `say_as`: how to write words that the engine would say wrongly, such as {"ACL": "A C L"}. `timeout_s`: how long
        one short sentence may take before the engine counts as hanging.
        """
        self._voice = voice
        self._rate_wpm = rate_wpm
        self._say_as = replacer(say_as or {})
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._engine: EngineProcess | None = None
        self._kept: OrderedDict[tuple[str, int], AudioChunk] = OrderedDict()
        self._kept_bytes = 0
        self._is_closed = False
        self.restarts = 0
        """How often the engine had to be started again."""

    def start(self) -> None:
        """Starts the engine, so that the first sentence is fast, and checks the voice.

        Raises VoiceError when there is no engine or no such voice.
        """
        self.render("Hello.")

    def close(self) -> None:
        """Ends the engine, also in the middle of a sentence; later calls raise VoiceError. May be called again."""
        self._is_closed = True
        engine = self._engine
        if engine is not None:
            engine.end()

    def __enter__(self) -> SpeechRenderer:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def render(self, text: str, rate_wpm: int | None = None) -> AudioChunk:
        """The sound of a text, empty when there is nothing to say in it.

        Text beyond 2,000 characters is left out, with a warning (`pieces` cuts longer text up). Sentences said before
        are taken from memory. Raises VoiceError when the engine fails three times in a row or has no such voice.
        """
        spoken = self._say_as(clean(text))
        if len(spoken) > len(shorten(spoken)):
            _LOGGER.warning("A text of %d characters is too long to be said at once; its end is left out.", len(spoken))
            spoken = shorten(spoken)
        if not is_speakable(spoken):
            return AudioChunk(b"", EMPTY_RATE_HZ, 0.0)
        key = (spoken, min(max(rate_wpm or self._rate_wpm, SLOWEST_WPM), FASTEST_WPM))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            chunk = self._render(*key)
            self._keep(key, chunk)
            return chunk

    def voices(self) -> tuple[Voice, ...]:
        """All voices of the engine. Raises VoiceError when it does not answer."""
        with self._lock:
            return self._all_voices()

    def _render(self, text: str, rate_wpm: int) -> AudioChunk:
        request = {"do": "render", "text": text, "rate_wpm": rate_wpm, "voice": self._voice}
        timeout_s = self._timeout_s + len(text) * _SECONDS_PER_CHARACTER
        problem = ""
        for _ in range(_ATTEMPTS):
            answer = self._ask(request, timeout_s)
            if answer.header.get("kind") == "voice":
                raise VoiceError(self._unknown_voice())
            problem = str(answer.header.get("error", "")) or _too_little(text, rate_wpm, answer)
            if not problem:
                return AudioChunk(answer.pcm, int(answer.header["rate_hz"]), 0.0)
            _LOGGER.warning("The speech engine failed: %s.", problem)
            self._end_engine()
        raise VoiceError(f"The speech engine fails again and again ({problem}); {_what_to_do()}.")

    def _ask(self, request: dict[str, Any], timeout_s: float) -> Answer:
        """Asks the engine, and another one when it hangs or is gone."""
        for attempt in range(_ATTEMPTS):
            if self._is_closed:
                raise VoiceError("The voice has been switched off.")
            try:
                return self._running_engine().ask(request, timeout_s)
            except EngineHungError:
                problem = "does not answer"
            except EngineEndedError:
                problem = "has ended"
            self._end_engine()
            if not self._is_closed:
                _LOGGER.warning("The speech engine %s; attempt %d.", problem, attempt + 1)
        raise VoiceError(f"The speech engine {problem} again and again; {_what_to_do()}.")

    def _running_engine(self) -> EngineProcess:
        if self._engine is None:
            self._engine = _start_engine()
        if self._is_closed:
            self._engine.end()
        return self._engine

    def _end_engine(self) -> None:
        if self._engine is not None:
            self._engine.end()
            self._engine = None
            self.restarts += 1

    def _all_voices(self) -> tuple[Voice, ...]:
        found = self._ask({"do": "voices"}, self._timeout_s).header.get("voices", [])
        return tuple(Voice(each["id"], each["name"], tuple(each["languages"])) for each in found)

    def _unknown_voice(self) -> str:
        voices = self._all_voices()
        english = [each for each in voices if any(language.lower().startswith("en") for language in each.languages)]
        some = ", ".join(each.voice_id for each in (english or voices)[:8])
        return f"There is no voice {self._voice!r}; choose one of these or of the whole list: {some}."

    def _keep(self, key: tuple[str, int], chunk: AudioChunk) -> None:
        self._kept[key] = chunk
        self._kept_bytes += len(chunk.pcm)
        while self._kept_bytes > _KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest.pcm)


def _start_engine() -> EngineProcess:
    """Starts the system's engine or, when that does not come up, the bundled one."""
    problem = ""
    for bundled in (False, True) if sys.platform not in ("darwin", "win32") else (False,):
        engine = EngineProcess(bundled)
        try:
            answer = engine.wait_until_ready()
        except EngineHungError:
            problem = "it hangs"
        except EngineEndedError:
            problem = "it ends at once, as when its data is missing"
        else:
            problem = str(answer.header.get("error", ""))
            if not problem:
                return engine
        engine.end()
    raise VoiceError(f"The speech engine cannot be started ({problem}); {_what_to_do()}.")


def _what_to_do() -> str:
    if sys.platform in ("darwin", "win32"):
        return "run: pip install --force-reinstall pyttsx3"
    return "install espeak-ng: sudo apt install espeak-ng, or: pip install --force-reinstall pyttsx3 espeakng-loader"


def _too_little(text: str, rate_wpm: int, answer: Answer) -> str:
    """What is wrong with the sound, judged by its length and loudness; empty when nothing is."""
    words = word_count(text)
    if not words:
        return ""
    samples = np.frombuffer(answer.pcm, dtype="<i2")
    if not len(samples) or int(np.abs(samples.astype(np.int32)).max()) < _AUDIBLE:
        return "it said nothing"
    seconds = len(samples) / int(answer.header["rate_hz"])
    expected_s = min(words, len(text) / _LETTERS_A_WORD) * 60 / rate_wpm
    if seconds < _SHORTEST_SHARE * expected_s:
        return f"it said {seconds:.1f} of about {expected_s:.1f} seconds"
    return ""
