"""What pyttsx3 sometimes does to a sentence, and that the engine says it all the same."""

from __future__ import annotations

import io
import sys
import types
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from voice_assistant.speech.engine import Engine
from voice_assistant.speech.engine_process import EngineProcess

RATE_HZ = 22_050
SENTENCE = "Put ice on your knee."


class Pyttsx3:
    """pyttsx3 with an espeak-ng that says one second; in the runs named nothing, or not even that it said nothing."""

    def __init__(self, silent_runs: set[int], dumb_runs: set[int], name: str = "espeak") -> None:
        self._silent_runs, self._dumb_runs, self._name = silent_runs, dumb_runs, name
        self._callbacks: dict[str, Callable[..., None]] = {}
        self._properties: dict[str, Any] = {"rate": 200, "voice": "", "voices": []}
        self._target: io.BytesIO | str = io.BytesIO()
        self.runs = 0

    def __str__(self) -> str:
        return self._name

    def connect(self, topic: str, callback: Callable[..., None]) -> None:
        self._callbacks[topic] = callback

    def setProperty(self, name: str, value: Any) -> None:
        self._properties[name] = value

    def getProperty(self, name: str) -> Any:
        return self._properties[name]

    def save_to_file(self, text: str, target: io.BytesIO | str) -> None:
        self._target = target

    def runAndWait(self) -> None:
        seconds = 0 if self.runs in self._silent_runs else 1
        if self.runs not in self._dumb_runs:
            with wave.open(self._target, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE_HZ)
                file.writeframes(b"\x00\x10" * RATE_HZ * seconds)
        self.runs += 1
        self._callbacks["finished-utterance"]()


Start: TypeAlias = Callable[..., tuple[Engine, Pyttsx3]]
"""Takes the runs that are silent, those that are dumb, and for an engine that writes to files its name and folder."""


@pytest.fixture
def engine_with(monkeypatch: pytest.MonkeyPatch) -> Start:
    def start(
        silent_runs: set[int], dumb_runs: set[int] | None = None, name: str = "espeak", folder: Path = Path()
    ) -> tuple[Engine, Pyttsx3]:
        pyttsx3 = Pyttsx3(silent_runs, dumb_runs or set(), name)
        module = types.ModuleType("pyttsx3")
        monkeypatch.setattr(module, "init", lambda: pyttsx3, raising=False)
        monkeypatch.setitem(sys.modules, "pyttsx3", module)
        return Engine(folder), pyttsx3

    return start


WARM_UP = 1
"""The engine's own first run."""


@pytest.mark.parametrize("cancelled", [({WARM_UP}, set()), (set(), {WARM_UP})])
def test_a_sentence_that_was_cancelled_before_it_began_is_said_again(
    engine_with: Start, cancelled: tuple[set[int], set[int]]
) -> None:
    engine, pyttsx3 = engine_with(*cancelled)
    rate_hz, pcm = engine.render(SENTENCE, 170, None)
    assert (rate_hz, len(pcm)) == (RATE_HZ, 2 * RATE_HZ)
    assert pyttsx3.runs == WARM_UP + 2


def test_an_engine_that_never_says_anything_is_not_asked_for_ever(engine_with: Start) -> None:
    engine, pyttsx3 = engine_with(set(range(WARM_UP, 100)))
    assert engine.render(SENTENCE, 170, None) == (RATE_HZ, b"")
    assert pyttsx3.runs == WARM_UP + 3


def test_an_engine_that_only_writes_files_leaves_none_behind(engine_with: Start, tmp_path: Path) -> None:
    engine, pyttsx3 = engine_with(set(), name="nsss", folder=tmp_path)
    rate_hz, pcm = engine.render(SENTENCE, 170, None)
    assert (rate_hz, len(pcm)) == (RATE_HZ, 2 * RATE_HZ)
    assert list(tmp_path.iterdir()) == []

    def breaks_off(text: str, target: str) -> None:
        Path(target).write_bytes(b"half a sentence")
        raise RuntimeError

    pyttsx3.save_to_file = breaks_off  # type: ignore[method-assign,assignment]
    with pytest.raises(RuntimeError):
        engine.render(SENTENCE, 170, None)
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_is_killed_in_the_middle_of_a_file_leaves_none_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_assistant.speech.engine_process._writes_files", lambda: True)
    process = EngineProcess(bundled=False)
    assert process._folder is not None
    half = Path(process._folder.name) / "speech"
    half.write_bytes(b"half a sentence")
    process.end()
    assert not half.parent.exists()
