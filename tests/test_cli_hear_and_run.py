"""`voice-assistant hear` and `run`: recordings in, answers out, through the real recogniser and voice."""

from __future__ import annotations

import math
import random
import struct
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import DEMO, ENDS_WITHIN_S, TURN_KEYS, Program, run
from voice_assistant import Assistant
from voice_assistant.audio.microphone import MicrophoneState, MicrophoneStatus
from voice_assistant.audio.resample import resample
from voice_assistant.audio.wav import read_wav, write_wav
from voice_assistant.cli.console import Console
from voice_assistant.cli.run import _Watch
from voice_assistant.settings import Settings
from voice_assistant.types import AudioChunk

QUESTION, MORE, TREATMENT, WARNING, GOODBYE = sorted(DEMO.glob("[1-9]*.wav"))
HEARD_KEYS = TURN_KEYS | {"file", "alternatives", "confidence"}


@pytest.fixture(autouse=True)
def loads_once(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Loading takes seconds; the guide, the recogniser and the voice of the session are used by every command."""
    recogniser, renderer = assistant.recogniser, assistant.renderer

    def load(settings: Settings | None = None, _on_progress: object = None) -> Assistant:
        loaded = Assistant(assistant._understanding, settings or Settings(), assistant.folders)
        loaded._recogniser, loaded._renderer = recogniser, renderer
        return loaded

    monkeypatch.setattr(Assistant, "load", load)
    monkeypatch.setattr(Assistant, "close", lambda _: None)
    yield
    recogniser.reset()


def test_a_recording_gives_one_object_with_the_documented_keys(capfd: pytest.CaptureFixture[str]) -> None:
    outcome = run(capfd, "hear", QUESTION, "--json")
    assert outcome.code == 0
    (turn,) = outcome.objects
    assert set(turn) == HEARD_KEYS
    assert (turn["file"], turn["node"], turn["heard"]) == (str(QUESTION), "cause.bakers_cyst", "what is a baker's cyst")
    assert turn["alternatives"][0] == {"text": turn["heard"], "score": 0.0}
    assert 0 < turn["confidence"] <= 1
    assert turn["ms"]["hear"] > 0


def test_recordings_are_answered_in_their_order_and_apart(capfd: pytest.CaptureFixture[str]) -> None:
    turns = run(capfd, "hear", TREATMENT, WARNING, QUESTION, TREATMENT, "--json").objects
    assert [turn["file"] for turn in turns] == [str(path) for path in (TREATMENT, WARNING, QUESTION, TREATMENT)]
    assert turns[1]["urgent"] is True
    assert turns[0]["sentences"] == turns[3]["sentences"], "“it” means nothing in a conversation of its own"


def test_in_a_conversation_it_is_remembered_what_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    turns = run(capfd, "hear", QUESTION, TREATMENT, "--conversation", "--json").objects
    assert (turns[1]["node"], turns[1]["facet"]) == ("cause.bakers_cyst", "treatment")


def test_silence_and_noise_are_one_utterance_each_in_which_nothing_was_heard(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    silence, noise = tmp_path / "silence.wav", tmp_path / "noise.wav"
    write_wav(silence, [AudioChunk(bytes(2 * 16_000 * 3), 16_000, 0.0)])
    chance = random.Random(1)
    samples = [int(chance.gauss(0, 600)) for _ in range(3 * 16_000)]
    write_wav(noise, [AudioChunk(struct.pack(f"<{len(samples)}h", *samples), 16_000, 0.0)])
    turns = run(capfd, "hear", silence, noise, "--json").objects
    assert [turn["node"] for turn in turns] == ["fallback.not_heard"] * 2
    assert turns[0]["heard"] == ""
    assert turns[0]["confidence"] == 0


def test_two_utterances_in_one_recording_are_one_object(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    both = tmp_path / "both.wav"
    write_wav(both, [*read_wav(QUESTION), AudioChunk(bytes(2 * 16_000 * 2), 16_000, 0.0), *read_wav(TREATMENT)])
    (turn,) = run(capfd, "hear", both, "--json").objects
    assert turn["heard"] == "what is a baker's cyst how is it treated"


@pytest.mark.parametrize(
    ("rate_hz", "channels", "width"), [(8_000, 1, 2), (44_100, 2, 2), (48_000, 1, 3), (192_000, 1, 4), (16_000, 1, 1)]
)
def test_recordings_of_many_kinds_are_understood(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, rate_hz: int, channels: int, width: int
) -> None:
    file = tmp_path / "other.wav"
    _write_as(file, rate_hz, channels, width)
    (turn,) = run(capfd, "hear", file, "--json").objects
    assert turn["node"] == "cause.bakers_cyst"


def test_a_recording_that_is_far_too_quiet_is_heard_and_faint_noise_is_not(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    faint, noise = tmp_path / "faint.wav", tmp_path / "noise.wav"
    write_wav(faint, [replace(chunk, pcm=_softer(chunk.pcm, 0.004)) for chunk in read_wav(QUESTION)])
    chance = random.Random(1)
    samples = [int(chance.gauss(0, 20)) for _ in range(3 * 16_000)]
    write_wav(noise, [AudioChunk(struct.pack(f"<{len(samples)}h", *samples), 16_000, 0.0)])
    turns = run(capfd, "hear", faint, noise, "--json").objects
    assert [turn["heard"] for turn in turns] == ["what is a baker's cyst", ""]


def _softer(pcm: bytes, share: float) -> bytes:
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    return struct.pack(f"<{len(samples)}h", *(round(share * sample) for sample in samples))


def test_a_recording_that_breaks_off_is_used_as_far_as_it_goes(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "cut.wav"
    whole = QUESTION.read_bytes()
    file.write_bytes(whole[: len(whole) - 12_000])
    outcome = run(capfd, "hear", file, "--json")
    assert outcome.code == 0
    assert outcome.objects[0]["heard"].startswith("what is a")
    assert "Traceback" not in outcome.err


def test_a_recording_that_cannot_be_read_does_not_stop_the_others(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    outcome = run(capfd, "hear", tmp_path / "nowhere.wav", QUESTION, "--json")
    assert outcome.code == 2
    assert [turn["file"] for turn in outcome.objects] == [str(QUESTION)]
    assert "nowhere.wav" in outcome.complaint


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 100, bytes(1000)])
def test_what_is_no_recording_is_refused_in_one_sentence(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "bad.wav"
    file.write_bytes(content)
    for command in (("hear", file, "--json"), ("run", "--fast", "--input", file)):
        outcome = run(capfd, *command)
        assert (outcome.code, outcome.out) == (2, "")
        assert "bad.wav" in outcome.complaint


def test_run_holds_the_conversation_in_the_recordings(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spoken = tmp_path / "spoken.wav"
    outcome = run(capfd, "run", "--fast", "--input", QUESTION, TREATMENT, "--output", spoken)
    assert outcome.code == 0
    assert [line.removeprefix("You").strip() for line in outcome.out.splitlines() if line.startswith("You")] == [
        "what is a baker's cyst",
        "how is it treated",
    ]
    assert "cause.bakers_cyst · treatment" in outcome.out
    with wave.open(str(spoken)) as sound:
        assert 15 < sound.getnframes() / sound.getframerate() < 60, "greeting, two answers, and no long silence after"
        assert _loudness(sound.readframes(sound.getnframes())) > 300


def test_run_prints_one_object_a_turn(capfd: pytest.CaptureFixture[str]) -> None:
    turns = run(capfd, "run", "--fast", "--input", QUESTION, WARNING, "--json").objects
    assert [turn["node"] for turn in turns] == ["cause.bakers_cyst", "care.urgent"]
    assert all(set(turn) == TURN_KEYS for turn in turns)


def test_without_a_microphone_the_demo_is_played(capfd: pytest.CaptureFixture[str], no_devices: None) -> None:
    outcome = run(capfd, "run", "--fast")
    assert outcome.code == 0
    first, second, *_ = outcome.err.splitlines()
    assert first.startswith("No microphone was found")
    assert "demo" in second
    assert outcome.out.count("\nYou ") == 5
    assert "URGENT" in outcome.out
    assert "control.goodbye" in outcome.out


def test_a_microphone_that_was_asked_for_and_is_not_there_is_an_error(
    capfd: pytest.CaptureFixture[str], no_devices: None
) -> None:
    outcome = run(capfd, "run", "--device", "7")
    assert (outcome.code, outcome.out) == (2, "")
    assert "microphone" in outcome.complaint


def test_without_a_loudspeaker_answers_are_shown(
    capfd: pytest.CaptureFixture[str], no_devices: None, tmp_path: Path
) -> None:
    short = tmp_path / "short.wav"
    write_wav(short, list(read_wav(GOODBYE)))
    outcome = run(capfd, "run", "--input", short)
    assert outcome.code == 0
    assert "No loudspeaker was found" in outcome.complaint
    assert "control.goodbye" in outcome.out


def test_ctrl_c_ends_run_at_once(tmp_path: Path) -> None:
    with Program("run", "--no-speech", "--input", QUESTION, TREATMENT, cwd=tmp_path) as program:
        program.wait_for("Assistant")
        outcome, spent_s = program.interrupt()
    assert outcome.code == 130
    assert spent_s < ENDS_WITHIN_S
    assert "Traceback" not in outcome.err


def test_trouble_with_a_device_is_told_and_so_is_its_end(capfd: pytest.CaptureFixture[str]) -> None:
    watch = _Watch("microphone", Console())
    states: tuple[MicrophoneState, ...] = ("quiet", "working", "silent", "quiet", "lost", "working")
    for state in states:
        watch(MicrophoneStatus(state=state, device="mic"))
    assert capfd.readouterr().err.splitlines() == [
        "The microphone gives no sound at all; is it muted?",
        "The microphone works again.",
        "The microphone is gone; waiting for it to come back.",
        "The microphone works again.",
    ]


@pytest.fixture
def no_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without sound, whatever this one has."""
    monkeypatch.setattr("voice_assistant.audio.device_link.list_devices", lambda: ())


def _write_as(file: Path, rate_hz: int, channels: int, width: int) -> None:
    """The question with another rate, width and number of channels."""
    pcm = b"".join(resample(chunk, rate_hz).pcm for chunk in _whole(QUESTION))
    frames = bytearray()
    for (sample,) in struct.iter_unpack("<h", pcm):
        one = struct.pack("<i", sample << 16)[4 - width :] if width > 1 else bytes([(sample >> 8) + 128])
        frames += one * channels
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate_hz)
        sound.writeframes(bytes(frames))


def _whole(file: Path) -> list[AudioChunk]:
    return [AudioChunk(b"".join(chunk.pcm for chunk in read_wav(file)), 16_000, 0.0)]


def _loudness(pcm: bytes) -> float:
    samples = [sample for (sample,) in struct.iter_unpack("<h", pcm)]
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))
