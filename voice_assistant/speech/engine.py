"""The program that owns pyttsx3, in a process of its own.

    python -m voice_assistant.speech.engine system|bundled [FOLDER]

pyttsx3 hangs, crashes with its library, prints to standard output, and may only be used from one thread; here all that
can be ended and started again. It reads requests from standard input and answers each on standard output, as messages
of `protocol`:

    {"do": "voices"}                                       → {"voices": [{"id", "name", "languages"}, …]}
    {"do": "render", "text": …, "rate_wpm": 170, "voice": …} → {"rate_hz": 22050} and the sound
    anything that cannot be done                           → {"error": …, "kind": "voice" | "engine"}

The first answer, {"ready": true}, comes without a request. Nothing is written to disk, except on macOS and Windows,
whose engines only write to a named file: there into FOLDER, a private one of the parent's, from which it is removed at
once.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import io
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

from voice_assistant.speech.protocol import read_message, write_message
from voice_assistant.speech.sound_file import read_sound

DEFAULT_ESPEAK_VOICES = ("gmw/en-us+f2", "gmw/en-us", "en")
"""The first that there is. Of 16 English voices and variants of espeak-ng the small Vosk model understood `en-us+f2`
best: word error rate 37.6 % on 20 sentences of the guide at 170 words a minute, `en-us+m3` 40.4, `en-us` 41.2 (on the
first six of them: 32.9, 32.9, 35.6; British 43.8, Scottish 61.6). A recogniser is no person, and 20 sentences do not
part the first three for certain; but US English is ahead throughout."""
_WARM_UP = "a"
_SETTLE_S = 1.0
"""In which espeak-ng must have taken a rate; it takes some milliseconds."""
_FINISH_S = 60.0
"""In which a text must be written; the parent gives up sooner."""
_ATTEMPTS = 3


class UnknownVoiceError(ValueError):
    """The engine has no such voice."""


class Engine:
    """pyttsx3, made to do one thing at a time and to say when it did not."""

    def __init__(self, folder: Path = Path()) -> None:
        """`folder`: for the sound, where the engine only writes to a named file.

        Raises OSError, ImportError or RuntimeError when there is no engine to be had.
        """
        self._folder = folder
        pyttsx3 = importlib.import_module("pyttsx3")
        self._engine: Any = pyttsx3.init()
        self._in_memory = str(self._engine) == "espeak"
        self._errors: list[str] = []
        self._finished = threading.Event()
        self._engine.connect("error", lambda **what: self._errors.append(str(what.get("exception"))))
        self._engine.connect("finished-utterance", lambda **_: self._finished.set())
        self._voice: str | None = None
        # What is set before the first run of pyttsx3's loop takes effect after it.
        self._write(_WARM_UP)
        self._errors.clear()
        self._default_voice = self._find_default_voice()

    def voices(self) -> list[dict[str, Any]]:
        """All voices of the engine."""
        return [
            {
                "id": str(voice.id),
                "name": str(voice.name or voice.id),
                "languages": [_language(each) for each in voice.languages or []],
            }
            for voice in self._engine.getProperty("voices")
        ]

    def render(self, text: str, rate_wpm: int, voice: str | None) -> tuple[int, bytes]:
        """(samples a second, signed 16-bit samples). Raises UnknownVoiceError, or RuntimeError when it fails."""
        self._use_voice(voice or self._default_voice)
        for _ in range(_ATTEMPTS):
            self._use_rate(rate_wpm)
            content = self._write(text)
            rate_hz, pcm = read_sound(content) if content else (0, b"")
            # pyttsx3 cancels what espeak-ng still has to do when a run begins: a rate that was just set or, when it
            # comes too late for that, the sentence itself (once in 400, measured with a rate set right before).
            if pcm and self._engine.getProperty("rate") == rate_wpm:
                break
        if self._errors:
            raise RuntimeError(self._errors.pop())
        return rate_hz, pcm

    def _find_default_voice(self) -> str:
        if self._in_memory:
            return self._first_usable(DEFAULT_ESPEAK_VOICES)
        for voice in self.voices():
            if any(language.lower().startswith("en") for language in voice["languages"]):
                return str(voice["id"])
        return str(self._engine.getProperty("voice"))

    def _first_usable(self, voices: tuple[str, ...]) -> str:
        for voice in voices:
            with contextlib.suppress(UnknownVoiceError):
                self._use_voice(voice)
                return voice
        return str(self._engine.getProperty("voice"))

    def _use_voice(self, voice: str) -> None:
        if voice == self._voice:
            return
        self._voice = None
        self._errors.clear()
        self._engine.setProperty("voice", voice)
        if self._errors:
            self._errors.clear()
            raise UnknownVoiceError(voice)
        self._voice = voice

    def _use_rate(self, rate_wpm: int) -> None:
        """espeak-ng takes a rate in a thread of its own, some time later."""
        give_up_s = time.monotonic() + _SETTLE_S
        self._engine.setProperty("rate", rate_wpm)
        while self._engine.getProperty("rate") != rate_wpm or self._is_busy():
            if time.monotonic() > give_up_s:
                raise RuntimeError("the engine does not take the rate")
            time.sleep(0.001)

    def _is_busy(self) -> bool:
        """Whether espeak-ng still has something to do."""
        espeak = sys.modules.get("pyttsx3.drivers._espeak")
        return self._in_memory and espeak is not None and bool(espeak.IsPlaying())

    def _write(self, text: str) -> bytes:
        if self._in_memory:
            memory = io.BytesIO()
            self._run(text, memory)
            return memory.getvalue()
        path = self._folder / "speech"
        try:
            self._run(text, str(path))
            return path.read_bytes()
        finally:
            path.unlink(missing_ok=True)

    def _run(self, text: str, target: Any) -> None:
        self._finished.clear()
        self._engine.save_to_file(text, target)
        self._engine.runAndWait()
        if self._in_memory and not self._finished.wait(_FINISH_S):
            raise RuntimeError("the engine does not finish")


def main(arguments: list[str]) -> int:
    """Answers requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes our input
    output = _take_standard_output()
    try:
        if sys.platform not in ("darwin", "win32"):
            _load_espeak(bundled_first="bundled" in arguments)
        engine = Engine(*map(Path, arguments[1:2]))
    except (OSError, ImportError, RuntimeError, KeyError) as error:
        write_message(output, {"error": str(error), "kind": "engine"})
        return 1
    write_message(output, {"ready": True})
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            _handle(engine, read_message(sys.stdin.buffer)[0], output)
    return 0


def _handle(engine: Engine, request: dict[str, Any], output: BinaryIO) -> None:
    try:
        if request["do"] == "voices":
            write_message(output, {"voices": engine.voices()})
        else:
            rate_hz, pcm = engine.render(request["text"], request["rate_wpm"], request["voice"])
            write_message(output, {"rate_hz": rate_hz}, pcm)
    except UnknownVoiceError as error:
        write_message(output, {"error": str(error), "kind": "voice"})
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        write_message(output, {"error": str(error), "kind": "engine"})


def _language(language: str | bytes) -> str:
    """espeak-ng puts a byte with the voice's priority before the name of its language."""
    text = language.decode(errors="ignore") if isinstance(language, bytes) else str(language)
    return "".join(each for each in text if each.isprintable())


def _load_espeak(bundled_first: bool) -> None:
    """Loads espeak-ng, the system's or that of the package espeakng-loader; pyttsx3 finds a library that is loaded."""
    if not bundled_first:
        try:
            ctypes.CDLL("libespeak-ng.so.1")
            return
        except OSError:
            pass
    loader = importlib.import_module("espeakng_loader")
    ctypes.CDLL(loader.get_library_path())
    os.environ["ESPEAK_DATA_PATH"] = loader.get_data_path()


def _take_standard_output() -> BinaryIO:
    """The way to the parent; what pyttsx3 prints goes to standard error instead."""
    sys.stdout.flush()
    mine = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(mine, "wb")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
