"""Sound to guesses: the only place that knows Vosk."""

from __future__ import annotations

import ctypes
import importlib
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from voice_assistant.hearing.guesses import Guess, read_guesses
from voice_assistant.hearing.model_folder import check_model_folder, damaged
from voice_assistant.types import SAMPLE_RATE_HZ, ModelError

_LOGGER = logging.getLogger(__name__)

_BYTES_PER_S = SAMPLE_RATE_HZ * 2
_SILENT = -10
"""Vosk's log level below which even errors stay unsaid: they come back as failures and are said in one sentence."""
GUESSES = 50
"""Asked for at most; 50 cost no more to find than 20."""
_DITHER_SEED = 1
_NOT_NEEDED = {"requests": (), "srt": (), "tqdm": ("tqdm",), "urllib.request": ("urlretrieve",)}
"""What Vosk imports for downloads and subtitles, and the names that it takes from there."""
_RENEWED_AFTER_S = 30
"""Of speech. OpenFst keeps what a decoder has composed of the graph and the language model: 1 to 5 MB a second of
speech, over 200 MB after a quarter of an hour, and nothing but a new decoder gives it back. Decoding with what is kept
takes half the time, so it is not thrown away after each utterance."""


class Decoder:
    """Guesses what was said, one utterance at a time, for use from one thread.

    folder: an unpacked Vosk model (stock or tuned).
    grammar: the only phrases to listen for ("[unk]" stands for everything else); None for everything the model knows.
    renewed: called in a thread when much memory has become free.
    model: the loaded model, where there is one already; see `sharing`.

    Raises ModelError when the folder does not hold a usable model, never tries to download one.
    The same sound in the same pieces gives the same result: see `_fix_dither`.
    """

    def __init__(
        self,
        folder: Path,
        grammar: tuple[str, ...] | None = None,
        renewed: Callable[[], None] = lambda: None,
        model: Any = None,
    ) -> None:
        self.folder = folder
        check_model_folder(folder)
        self._renewed = renewed
        self._grammar = None if grammar is None else json.dumps(list(grammar))
        self._model = model or _load_model(folder)
        try:
            with _silent_libraries():
                self._decoder = self._new_decoder()
        except Exception as error:  # Vosk raises nothing more precise
            raise damaged(folder, "it cannot be loaded") from error
        self._renewal: threading.Thread | None = None
        self._fed_before = 0
        self._fed = 0

    def sharing(self, grammar: tuple[str, ...] | None = None) -> Decoder:
        """Another decoder on the same loaded model."""
        return Decoder(self.folder, grammar, self._renewed, self._model)

    @property
    def fed_s(self) -> float:
        """Seconds of sound of the present utterance."""
        return self._fed / _BYTES_PER_S

    def knows(self, word: str) -> bool:
        """Whether the word is in the model's vocabulary, written as here."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def feed(self, pcm: bytes) -> None:
        """Take more sound of the present utterance: 16 kHz, one channel, signed 16-bit."""
        if not pcm:
            return
        if not self._fed:
            self._finish_renewal()
            _fix_dither()
        self._fed += len(pcm)
        try:
            self._decoder.AcceptWaveform(pcm)
        except Exception as error:  # Vosk raises nothing more precise
            raise damaged(self.folder, "it cannot decode sound") from error

    def partial(self) -> str:
        """The words so far; they may still change."""
        return str(json.loads(self._decoder.PartialResult())["partial"]) if self._fed else ""

    def guesses(self) -> tuple[Guess, ...]:
        """What the utterance may have been, best first; the next `feed` begins another.

        Times are seconds from the utterance's first sample.
        """
        if not self._fed:
            return ()
        offset_s = self._fed_before / _BYTES_PER_S
        return read_guesses(self._finish(), offset_s)

    def reset(self) -> None:
        """Throw away what was fed since the last `guesses`."""
        if self._fed:
            self._finish()

    def _finish(self) -> str:
        """Vosk's answer, after which it counts the sound as heard."""
        self._fed_before += self._fed
        self._fed = 0
        answer = str(self._decoder.FinalResult())
        if self._fed_before > _RENEWED_AFTER_S * _BYTES_PER_S:
            self._renewal = threading.Thread(target=self._renew, name="new-decoder", daemon=True)
            self._renewal.start()
        return answer

    def _new_decoder(self) -> Any:
        arguments = (self._model, SAMPLE_RATE_HZ) + (() if self._grammar is None else (self._grammar,))
        decoder = _vosk().KaldiRecognizer(*arguments)
        decoder.SetMaxAlternatives(GUESSES)
        decoder.SetWords(True)
        return decoder

    def _renew(self) -> None:
        """In a thread: a new decoder takes 0.1 s, during which the answer is found."""
        try:
            self._decoder = self._new_decoder()
            self._fed_before = 0
        except Exception as error:  # noqa: BLE001 - Vosk raises nothing more precise; the old one still hears
            _LOGGER.error("The recogniser could not be renewed: %s.", type(error).__name__)
        self._renewed()

    def _finish_renewal(self) -> None:
        if self._renewal is not None:
            self._renewal.join()
            self._renewal = None


def _load_model(folder: Path) -> Any:
    try:
        vosk = _vosk()
    except (ImportError, OSError, TypeError) as error:  # TypeError: Vosk's own for a platform it has no library for
        raise ModelError(f"The speech recogniser cannot be loaded ({error}): install this program again.") from error
    vosk.SetLogLevel(_SILENT)
    try:
        with _silent_libraries():
            return vosk.Model(str(folder))
    except Exception as error:  # Vosk raises nothing more precise
        raise damaged(folder, "it cannot be loaded") from error


def _vosk() -> Any:
    """The library, without what is not needed: a third of a second, 10 MB, and an HTTP client in a program that never
    asks the network for anything.
    """
    if "vosk" not in sys.modules:
        spared = {name: ModuleType(name) for name in _NOT_NEEDED if name not in sys.modules}
        for name, module in spared.items():
            vars(module).update(dict.fromkeys(_NOT_NEEDED[name]))
        sys.modules |= spared
        try:
            importlib.import_module("vosk")
        finally:
            for name in spared:
                del sys.modules[name]
    return sys.modules["vosk"]


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Keep OpenFst, which has no log level, from writing to the terminal why it cannot read a file."""
    try:
        saved = os.dup(2)
    except OSError:  # a process without a standard error has nothing to keep silent
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _fix_dither() -> None:
    """Make the same sound give the same words every time.

    Kaldi adds a little noise to the sound before it looks at it ("dither" in its feature-window.cc), from the C
    library's `rand`. Where that has no known name, scores vary a little from run to run.
    """
    try:
        library = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
        library.srand(_DITHER_SEED)
    except (OSError, AttributeError, TypeError):
        return
