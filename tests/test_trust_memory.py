"""It stays small: what a library would keep without need is given back, and nothing that is heard changes by it."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import DEMO, ROOT
from voice_assistant import Assistant
from voice_assistant.audio.wav import read_wav
from voice_assistant.hearing import Recogniser
from voice_assistant.models import MEANING_MODEL
from voice_assistant.understanding import Embedder
from voice_assistant.understanding.model_graph import picks_rows_first

TEXTS = ["what is a baker's cyst", "my calf is swollen and warm", "", "knee " * 200, "膝が痛い"]


def test_the_embedding_model_with_less_memory_gives_the_same_numbers(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = assistant.folders.models / MEANING_MODEL
    small = Embedder(folder).embed(TEXTS)
    monkeypatch.setattr("voice_assistant.understanding.embedding.picks_rows_first", lambda model: model)
    assert np.array_equal(small, Embedder(folder).embed(TEXTS))


def test_the_model_of_the_manifest_is_one_that_is_made_smaller(assistant: Assistant) -> None:
    model = (assistant.folders.models / MEANING_MODEL / "model.onnx").read_bytes()
    changed = picks_rows_first(model)
    assert changed != model
    assert picks_rows_first(changed) == changed


@pytest.mark.parametrize("model", [b"", b"\x08\x0a\x12\x07pytorch", b"\x3a\x00"])
def test_any_other_model_is_left_as_it_is(model: bytes) -> None:
    assert picks_rows_first(model) == model


@pytest.mark.parametrize("model", [b"\x3a", b"\x3a\x7f", b"\x0f", b"\xff\xff", b"\x3a\x05\x0a\xff"])
def test_what_is_no_model_is_refused(model: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        picks_rows_first(model)


def test_a_recogniser_that_has_heard_much_is_renewed_and_hears_the_same(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_assistant.hearing.decoder._RENEWED_AFTER_S", 5)
    freed: list[bool] = []
    recogniser = Recogniser(assistant.recogniser.folder, renewed=lambda: freed.append(True))
    heard = [_hear(recogniser, DEMO / "1_what_is_it.wav") for _ in range(6)]
    assert len(set(heard)) == 1
    assert heard[0][1] == pytest.approx(recogniser_seconds(DEMO / "1_what_is_it.wav"), abs=0.5)
    assert len(freed) >= 1


def test_a_recogniser_that_cannot_be_renewed_goes_on_hearing(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("voice_assistant.hearing.decoder._RENEWED_AFTER_S", 0)
    recogniser = Recogniser(assistant.recogniser.folder)

    def fails() -> None:
        raise MemoryError

    monkeypatch.setattr("voice_assistant.hearing.decoder.Decoder._new_decoder", lambda _: fails())
    assert len({_hear(recogniser, DEMO / "1_what_is_it.wav")[0] for _ in range(3)}) == 1
    assert "could not be renewed: MemoryError" in caplog.text


def test_nothing_that_could_ask_the_network_is_loaded_while_it_listens(assistant: Assistant) -> None:
    code = (
        "import sys; from voice_assistant import Assistant; assistant = Assistant.load(); assistant.loop(); "
        "print(*{'requests', 'urllib3', 'urllib.request', 'http.client', 'ssl', 'srt', 'tqdm'} & set(sys.modules))"
    )
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_recording_of_ten_minutes_needs_no_more_memory_than_a_short_one(assistant: Assistant, tmp_path: Path) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    question = b"".join(chunk.pcm for chunk in read_wav(DEMO / "1_what_is_it.wav"))
    pause = bytes(2 * 16_000 * 40 - len(question))
    with wave.open(str(tmp_path / "long.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        for _ in range(15):
            file.writeframes(question + pause)
    code = (
        "import resource, sys; from voice_assistant import Assistant; assistant = Assistant.load(); most = []\n"
        "for name in sys.argv[1:]:\n"
        "    heard = assistant.hear(name).transcript.text\n"
        "    most.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
        "print(heard.count('cyst'), most[1] - most[0])"
    )
    command = [sys.executable, "-c", code, str(DEMO / "1_what_is_it.wav"), str(tmp_path / "long.wav")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    cysts, more_mb = map(int, done.stdout.split())
    assert cysts >= 10
    assert more_mb < 60


def _hear(recogniser: Recogniser, wav: Path) -> tuple[str, float]:
    """The words, and when the last of them ended."""
    for chunk in read_wav(wav):
        recogniser.feed(chunk.pcm)
    heard = recogniser.finish()
    return heard.text, round(heard.words[-1].end_s, 2)


def recogniser_seconds(wav: Path) -> float:
    *_, last = read_wav(wav)
    return last.end_s
