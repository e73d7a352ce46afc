"""Recordings of every usual kind are read as the same 16 kHz mono sound; broken ones say what is wrong."""

from __future__ import annotations

import contextlib
import logging
import math
import struct
import wave
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.audio.wav import WavWriter, read_wav, wav_format, write_wav
from voice_assistant.types import AudioChunk, AudioError

TONE_HZ = 440.0
LOUDNESS = 0.5


def tone(rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    return (LOUDNESS * np.sin(2 * np.pi * TONE_HZ * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.float64)


def encode(samples: np.ndarray, kind: str) -> bytes:
    if kind == "u8":
        return np.round(samples * 127 + 128).astype(np.uint8).tobytes()
    if kind == "s24":
        return np.round(samples * (2**23 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    if kind in ("f32", "f64"):
        return samples.astype("<f4" if kind == "f32" else "<f8").tobytes()
    bits = int(kind[1:])
    return np.round(samples * (2 ** (bits - 1) - 1)).astype(f"<i{bits // 8}").tobytes()


def wav_bytes(
    data: bytes, kind: str, rate_hz: int, channels: int = 1, extensible: bool = False, extra: bytes = b""
) -> bytes:
    width = {"u8": 1, "s16": 2, "s24": 3, "s32": 4, "f32": 4, "f64": 8}[kind]
    tag = 3 if kind.startswith("f") else 1
    fmt = struct.pack("<HHIIHH", 0xFFFE if extensible else tag, channels, rate_hz, 0, width * channels, width * 8)
    if extensible:
        fmt += struct.pack("<HHIH", 22, width * 8, 0, tag) + bytes.fromhex("000000001000800000aa00389b71")
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt + extra + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heard(path: Path) -> np.ndarray:
    return to_floats(b"".join(chunk.pcm for chunk in read_wav(path)))


def assert_is_the_tone(samples: np.ndarray, seconds: float = 0.5, tolerance: float = 0.012) -> None:
    assert len(samples) == pytest.approx(16_000 * seconds, abs=2)
    expected = LOUDNESS * np.sin(2 * np.pi * TONE_HZ * np.arange(len(samples)) / 16_000)
    middle = slice(200, -200)
    assert np.abs(samples[middle] - expected[middle]).max() < tolerance


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("kind", ["u8", "s16", "s24", "s32", "f32", "f64"])
def test_every_sample_format_sounds_the_same(tmp_path: Path, kind: str, extensible: bool) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_bytes(encode(tone(16_000), kind), kind, 16_000, extensible=extensible))
    assert_is_the_tone(heard(path))


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 32_000, 44_056, 44_100, 48_000, 96_000, 192_000])
def test_every_rate_keeps_pitch_loudness_and_length(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_bytes(encode(tone(rate_hz), "s16"), "s16", rate_hz))
    assert_is_the_tone(heard(path))


def test_channels_are_mixed(tmp_path: Path) -> None:
    samples = tone(16_000)
    six = np.stack([samples * 2, samples * 0, samples, samples, samples, samples], axis=1).reshape(-1)
    path = tmp_path / "six.wav"
    path.write_bytes(wav_bytes(encode(six, "f32"), "f32", 16_000, channels=6))
    assert_is_the_tone(heard(path))


def test_chunks_are_of_equal_length_and_follow_one_another(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_bytes(encode(tone(44_100, 0.333), "s16"), "s16", 44_100))
    chunks = list(read_wav(path, block_ms=20))
    assert {len(chunk.pcm) for chunk in chunks[:-1]} == {640}
    assert 0 < len(chunks[-1].pcm) <= 640
    assert [chunk.start_s for chunk in chunks] == pytest.approx([index * 0.02 for index in range(len(chunks))])
    assert {chunk.rate_hz for chunk in chunks} == {16_000}


def test_other_chunks_around_the_sound_are_skipped(tmp_path: Path) -> None:
    note = b"LIST" + struct.pack("<I", 5) + b"hello\0"
    path = tmp_path / "noted.wav"
    path.write_bytes(wav_bytes(encode(tone(16_000), "s16"), "s16", 16_000, extra=note) + note)
    assert_is_the_tone(heard(path))


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_file_written_to_a_pipe_has_no_length_and_is_read_to_its_end(
    tmp_path: Path, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    data = encode(tone(16_000), "s16")
    whole = bytearray(wav_bytes(data, "s16", 16_000))
    whole[4:8] = struct.pack("<I", size and 0xFFFFFFFF)
    whole[40:44] = struct.pack("<I", size)
    path = tmp_path / "piped.wav"
    path.write_bytes(whole)
    assert_is_the_tone(heard(path))
    assert not caplog.records


def test_a_truncated_file_is_used_as_far_as_it_goes_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = wav_bytes(encode(tone(16_000, 1.0), "s16"), "s16", 16_000)
    path = tmp_path / "cut.wav"
    path.write_bytes(whole[: 44 + 16_001])
    with caplog.at_level(logging.WARNING):
        assert_is_the_tone(heard(path))
    assert "ends early" in caplog.text


def test_a_long_64_bit_header_is_understood(tmp_path: Path) -> None:
    data = encode(tone(16_000), "s16")
    whole = wav_bytes(data, "s16", 16_000)
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, 0, len(data), 0, 0)
    path = tmp_path / "long.wav"
    path.write_bytes(b"RF64" + b"\xff" * 4 + b"WAVE" + ds64 + whole[12:40] + b"\xff" * 4 + data + b"junkjunk")
    assert_is_the_tone(heard(path))


def test_ten_minutes_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8_000, 0, "NONE", ""))
        for _ in range(600):
            file.writeframes(bytes(32_000))
    process = psutil.Process()
    before = process.memory_info().rss
    seconds, most = 0.0, 0
    for index, chunk in enumerate(read_wav(path)):
        seconds += chunk.duration_s
        if index % 1_000 == 0:
            most = max(most, process.memory_info().rss)
    assert seconds == pytest.approx(600, abs=0.1)
    assert most - before < 8_000_000  # the file has 19 MB


FORMAT_16K = struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"RIFF", "not a WAV"),
        (b"ID3\x04" + bytes(500), "not a WAV"),
        (b"OggS" + bytes(500), "not a WAV"),
        (wav_bytes(b"", "s16", 16_000), "no sound"),
        (wav_bytes(b"", "s16", 16_000).replace(b"\x24\0", b"\x30\0", 1) + b"LIST\x04\0\0\0abcd", "no sound"),
        (wav_bytes(b"\1", "s16", 16_000), "no sound"),
        (wav_bytes(bytes(100), "s16", 16_000)[:30], "damaged"),
        (wav_bytes(bytes(100), "s16", 16_000)[:36], "damaged"),
        (wav_bytes(bytes(100), "s16", 16_000, channels=0), "damaged"),
        (wav_bytes(bytes(100), "s16", 0), "samples a second"),
        (wav_bytes(bytes(100), "s16", 2_000_000_000), "samples a second"),
        (wav_bytes(bytes(100), "s16", 16_000).replace(FORMAT_16K[:2] + b"\1\0", b"\x07\0\1\0", 1), "µ-law"),
        (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "damaged"),
    ],
)
def test_what_cannot_be_read_says_so_in_one_sentence(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=expected) as caught:
        list(read_wav(path))
    assert "bad.wav" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no such file"):
        read_wav(tmp_path / "nowhere.wav")
    with pytest.raises(AudioError, match="cannot be opened"):
        wav_format(tmp_path)


def test_the_format_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_bytes(encode(tone(48_000), "s24"), "s24", 48_000, extensible=True))
    form = wav_format(path)
    assert (form.rate_hz, form.channels, form.bytes_per_sample, form.is_float) == (48_000, 1, 3, False)


def test_samples_that_are_no_numbers_do_no_harm(tmp_path: Path) -> None:
    data = np.array([math.nan, math.inf, -math.inf, 1e300, 0.25] * 200).astype("<f8").tobytes()
    path = tmp_path / "odd.wav"
    path.write_bytes(wav_bytes(data, "f64", 16_000))
    samples = heard(path)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0


@settings(max_examples=150, deadline=None)
@given(cut=st.integers(0, 200), flips=st.lists(st.tuples(st.integers(0, 143), st.integers(0, 255)), max_size=6))
def test_a_damaged_file_gives_sound_or_an_audio_error_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flips: list[tuple[int, int]]
) -> None:
    content = bytearray(wav_bytes(encode(tone(16_000, 0.003), "s16"), "s16", 16_000))
    for place, value in flips:
        content[min(place, len(content) - 1)] = value
    path = tmp_path_factory.getbasetemp() / "fuzzed.wav"
    path.write_bytes(content[: len(content) - cut] if cut else content)
    with contextlib.suppress(AudioError):
        assert all(chunk.pcm and chunk.rate_hz == 16_000 for chunk in read_wav(path))


def test_what_is_written_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    pcm = to_pcm(tone(22_050).astype(np.float32))
    halves = [AudioChunk(pcm[:9_000], 22_050, 0.0), AudioChunk(pcm[9_000:], 22_050, 4_500 / 22_050)]
    write_wav(path, halves, rate_hz=22_050)
    with wave.open(str(path)) as file:
        assert file.getframerate() == 22_050
        assert file.readframes(file.getnframes()) == pcm
    assert_is_the_tone(heard(path))


def test_a_file_that_is_being_written_can_be_read_already(tmp_path: Path) -> None:
    path = tmp_path / "half.wav"
    with WavWriter(path, 16_000) as writer:
        writer.write(to_pcm(tone(16_000).astype(np.float32)))
        writer._file.flush()
        assert_is_the_tone(heard(path))


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="cannot be written"):
        WavWriter(tmp_path / "no" / "such" / "folder.wav", 16_000)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_says_so() -> None:
    with pytest.raises(AudioError, match="cannot be written"):
        write_wav("/dev/full", [AudioChunk(bytes(100_000), 16_000, 0.0)])
