"""The real speech engine says what it is given, and is replaced when it hangs, crashes or says nothing."""

from __future__ import annotations

import logging
import os
import re
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from voice_assistant.speech import SpeechRenderer
from voice_assistant.speech.engine_process import Answer
from voice_assistant.speech.renderer import _too_little
from voice_assistant.speech.sound_file import read_sound
from voice_assistant.types import FASTEST_WPM, SLOWEST_WPM, AudioChunk, VoiceError

SENTENCE = "A Baker's cyst is a pocket of joint fluid that forms at the back of the knee."


@pytest.fixture
def renderer() -> Iterator[SpeechRenderer]:
    with SpeechRenderer(timeout_s=20.0) as started:
        yield started


@pytest.fixture
def hasty() -> Iterator[SpeechRenderer]:
    """Takes a hang for one soon."""
    with SpeechRenderer(timeout_s=1.0) as started:
        yield started


def engine(renderer: SpeechRenderer) -> psutil.Process:
    """The process behind this renderer; other tests of the same run may have engines of their own."""
    assert renderer._engine is not None
    return psutil.Process(renderer._engine.pid)


def loudness(chunk: AudioChunk) -> float:
    return float(np.abs(np.frombuffer(chunk.pcm, "<i2").astype(int)).max())


# --- what is said --------------------------------------------------------------------------------


def test_a_sentence_becomes_sound(renderer: SpeechRenderer) -> None:
    chunk = renderer.render(SENTENCE)
    assert chunk.rate_hz >= 16_000
    assert 3.0 < chunk.duration_s < 8.0
    assert loudness(chunk) > 5_000
    assert chunk.start_s == 0.0


def test_a_hundred_sentences_in_a_row_are_all_said_at_their_own_rate(renderer: SpeechRenderer) -> None:
    rates = (120, 170, 230, 300)
    for number in range(25):
        seconds = [renderer.render(f"{SENTENCE} {number}", rate).duration_s for rate in rates]
        assert seconds[0] / seconds[3] == pytest.approx(300 / 120, rel=0.15)
        assert seconds == sorted(seconds, reverse=True)
    assert renderer.restarts == 0


def test_the_rate_is_kept_within_what_can_be_followed(renderer: SpeechRenderer) -> None:
    assert renderer.render(SENTENCE, 5).pcm == renderer.render(SENTENCE, SLOWEST_WPM).pcm
    assert renderer.render(SENTENCE, 5_000).pcm == renderer.render(SENTENCE, FASTEST_WPM).pcm


def test_what_was_said_before_is_not_made_again(renderer: SpeechRenderer) -> None:
    assert renderer.render(SENTENCE) is renderer.render(SENTENCE)
    assert renderer.render(SENTENCE, 171) is not renderer.render(SENTENCE)


def test_memory_for_what_was_said_is_bounded(renderer: SpeechRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_assistant.speech.renderer._KEPT_BYTES", 400_000)
    first = renderer.render("Number one.")
    for number in range(20):
        renderer.render(f"{SENTENCE} {number}")
    assert renderer._kept_bytes <= 400_000
    assert renderer.render("Number one.") is not first


@pytest.mark.parametrize("text", ["", "  \n", "…!?", "🙂🙂", "\x00\x1b", "\u200b"])
def test_nothing_to_say_is_an_empty_sound(renderer: SpeechRenderer, text: str) -> None:
    assert renderer.render(text).pcm == b""


@pytest.mark.parametrize(
    "text",
    [
        "колено болит",
        "膝が痛い",
        "الركبة تؤلمني",
        "bell\a and null\0 knee",
        "<speak>knee</speak> [[k]] & more",
        "a" * 3_000,
    ],
)
def test_strange_text_does_no_harm(renderer: SpeechRenderer, text: str) -> None:
    renderer.render(text)
    assert renderer.render("Still here.").duration_s > 0.3
    assert renderer.restarts == 0


def test_a_hundred_kilobytes_are_cut_with_a_warning(renderer: SpeechRenderer, caplog: pytest.LogCaptureFixture) -> None:
    chunk = renderer.render("knee " * 20_000)
    assert 60 < chunk.duration_s < 400
    assert "too long" in caplog.text


def test_words_can_be_written_as_they_are_said() -> None:
    with SpeechRenderer(say_as={"ACL": "anterior cruciate ligament"}) as renderer:
        assert renderer.render("The ACL.") is renderer.render("The anterior cruciate ligament.")


def test_many_threads_may_ask_at_once(renderer: SpeechRenderer) -> None:
    texts = [f"This is sentence number {number}." for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        chunks = list(pool.map(renderer.render, texts))
    assert [chunk.pcm for chunk in chunks] == [renderer.render(text).pcm for text in texts]
    assert len({chunk.pcm for chunk in chunks}) == 24


# --- voices --------------------------------------------------------------------------------------


def test_voices_are_listed_and_one_can_be_chosen(renderer: SpeechRenderer) -> None:
    voices = renderer.voices()
    english = [voice for voice in voices if any(language.startswith("en") for language in voice.languages)]
    assert len(voices) > len(english) > 0
    assert all(voice.voice_id and voice.name for voice in voices)
    with SpeechRenderer(voice=english[0].voice_id) as other:
        assert other.render(SENTENCE).pcm != b""
    with SpeechRenderer(voice="gmw/en-us+f3") as variant:
        assert variant.render(SENTENCE).pcm != renderer.render(SENTENCE).pcm


def test_a_renderer_that_cannot_begin_leaves_no_process() -> None:
    renderer = SpeechRenderer(voice="nobody")
    with pytest.raises(VoiceError), renderer:
        pass
    assert renderer._engine is not None
    assert not psutil.pid_exists(renderer._engine.pid)


def test_an_unknown_voice_is_answered_with_some_that_there_are() -> None:
    renderer = SpeechRenderer(voice="nobody")
    with pytest.raises(VoiceError, match=r"There is no voice 'nobody'; choose one of these .*en-us"):
        renderer.start()
    renderer.close()


# --- faults --------------------------------------------------------------------------------------


def test_an_engine_that_hangs_is_replaced_and_the_sentence_said(
    hasty: SpeechRenderer, caplog: pytest.LogCaptureFixture
) -> None:
    hanging = engine(hasty)
    hanging.send_signal(signal.SIGSTOP)
    with caplog.at_level(logging.WARNING):
        assert hasty.render(SENTENCE).duration_s > 3
    assert hasty.restarts == 1
    assert not hanging.is_running()
    assert "does not answer" in caplog.text


def test_an_engine_that_crashes_is_replaced_and_the_sentence_said(renderer: SpeechRenderer) -> None:
    crashed = engine(renderer)
    crashed.kill()
    assert renderer.render(SENTENCE).duration_s > 3
    assert renderer.restarts == 1
    assert engine(renderer).pid != crashed.pid


def test_an_engine_that_crashes_while_it_speaks_is_replaced(renderer: SpeechRenderer) -> None:
    speaking = engine(renderer)
    speaking.send_signal(signal.SIGSTOP)
    killer = threading.Timer(0.5, speaking.kill)
    killer.start()
    assert renderer.render(SENTENCE).duration_s > 3
    assert renderer.restarts == 1


def speech(seconds: float, level: int = 8_000) -> Answer:
    return Answer({"rate_hz": 16_000}, struct.pack("<h", level) * int(seconds * 16_000))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (speech(0.0), "said nothing"),
        (speech(5.0, level=0), "said nothing"),
        (speech(0.5), r"said 0\.5 of about 6\.0 seconds"),
        (speech(4.5), "^$"),
    ],
)
def test_silence_and_half_a_sentence_are_noticed(answer: Answer, expected: str) -> None:
    assert len(SENTENCE.split()) == 17
    assert re.search(expected, _too_little(SENTENCE, 170, answer))


@pytest.mark.parametrize("text", ["I I I I I I I I I I", "a b c", "' ' ' ' ' ' ' ' yes"])
def test_a_row_of_short_words_is_not_taken_for_half_a_sentence(renderer: SpeechRenderer, text: str) -> None:
    assert renderer.render(text).duration_s > 0.2
    assert renderer.restarts == 0


def test_an_engine_that_says_nothing_is_replaced(renderer: SpeechRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([speech(0.0), speech(5.0)])
    monkeypatch.setattr(renderer, "_ask", lambda *_: next(answers))
    assert renderer.render(SENTENCE).duration_s == 5.0
    assert renderer.restarts == 1


def test_an_engine_that_keeps_failing_is_given_up(renderer: SpeechRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "_ask", lambda *_: speech(0.1))
    with pytest.raises(VoiceError, match=r"fails again and again \(it said 0\.1 of about 6\.0 seconds\)"):
        renderer.render(SENTENCE)


def test_an_engine_that_cannot_be_started_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyttsx3.py").write_text("raise ImportError('no pyttsx3 here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    renderer = SpeechRenderer()
    with pytest.raises(VoiceError, match=r"no pyttsx3 here.*install") as caught:
        renderer.start()
    renderer.close()
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="espeak-ng is the engine of Linux")
def test_without_the_systems_espeak_data_the_bundled_one_speaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ESPEAK_DATA_PATH", str(tmp_path))
    with SpeechRenderer() as renderer:
        assert renderer.render(SENTENCE).duration_s > 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="espeak-ng is the engine of Linux")
def test_without_any_espeak_data_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "espeakng_loader.py").write_text(
        f"get_library_path = lambda: 'libespeak-ng.so.1'\nget_data_path = lambda: {str(tmp_path)!r}"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("ESPEAK_DATA_PATH", str(tmp_path))
    with pytest.raises(VoiceError, match=r"cannot be started .*install espeak-ng"):
        SpeechRenderer().start()


def test_closing_in_the_middle_of_a_sentence_ends_it(hasty: SpeechRenderer) -> None:
    process = engine(hasty)
    process.send_signal(signal.SIGSTOP)
    failures: list[Exception] = []

    def render() -> None:
        try:
            hasty.render(SENTENCE)
        except VoiceError as error:
            failures.append(error)

    speaker = threading.Thread(target=render)
    speaker.start()
    hasty.close()
    speaker.join(20)
    assert not speaker.is_alive()
    assert len(failures) == 1
    assert not process.is_running()
    with pytest.raises(VoiceError, match="switched off"):
        hasty.render("More.")


def test_ctrl_c_and_the_end_of_the_program_are_survived_and_not_outlived() -> None:
    code = (
        "from voice_assistant.speech import SpeechRenderer\n"
        "r = SpeechRenderer(); r.start(); print('ready', flush=True); input()"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stdout.readline() == b"ready\n"
    (child,) = psutil.Process(program.pid).children()
    child.send_signal(signal.SIGINT)
    assert child.is_running()
    program.kill()
    program.communicate()
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running()


def test_nothing_is_written_to_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("the engines of macOS and Windows write a file and remove it")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    os.chmod(tmp_path, 0o500)  # noqa: PTH101
    before = tmp_path.stat().st_mtime_ns
    with SpeechRenderer() as renderer:
        assert renderer.render(SENTENCE).duration_s > 3
    assert list(tmp_path.iterdir()) == []
    assert tmp_path.stat().st_mtime_ns == before


# --- files of other systems' engines -------------------------------------------------------------


def aiff(samples: bytes, kind: bytes = b"AIFF", order: bytes = b"NONE", channels: int = 1) -> bytes:
    rate = struct.pack(">HQ", 16383 + 14, 22_050 << (63 - 14))
    common = struct.pack(">hIh", channels, len(samples) // 2 // channels, 16) + rate
    if kind == b"AIFC":
        common += order + b"\0\0"
    sound = struct.pack(">II", 0, 0) + samples
    body = kind + b"COMM" + struct.pack(">I", len(common)) + common + b"SSND" + struct.pack(">I", len(sound)) + sound
    return b"FORM" + struct.pack(">I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (aiff(struct.pack(">3h", 1, -2, 300)), (1, -2, 300)),
        (aiff(struct.pack(">3h", 1, -2, 300), b"AIFC"), (1, -2, 300)),
        (aiff(struct.pack("<3h", 1, -2, 300), b"AIFC", b"sowt"), (1, -2, 300)),
        (aiff(struct.pack(">4h", 1, 9, 2, 9), channels=2), (1, 2)),
    ],
)
def test_the_aiff_files_of_macos_are_read(content: bytes, expected: tuple[int, ...]) -> None:
    rate_hz, pcm = read_sound(content)
    assert rate_hz == 22_050
    assert struct.unpack(f"<{len(pcm) // 2}h", pcm) == expected


@pytest.mark.parametrize("content", [b"", b"FORM", b"RIFF\0\0\0\0WAVE", b"<html>", aiff(b"")[:40]])
def test_what_is_no_sound_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any text will do
        read_sound(content)
