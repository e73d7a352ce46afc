"""Recordings that are far too quiet are made louder; all others stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from voice_assistant.audio.loudness import USUAL_DBFS, audible
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk


def _tone(dbfs: float, seconds: float = 1.0) -> np.ndarray:
    times = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.sin(2 * np.pi * 200 * times) * np.sqrt(2) * 10 ** (dbfs / 20)


def _heard(sound: np.ndarray, block: int = 320) -> np.ndarray:
    pcm = np.rint(sound * 32768).astype("<i2")
    chunks = (
        AudioChunk(pcm[at : at + block].tobytes(), SAMPLE_RATE_HZ, at / 16000) for at in range(0, len(pcm), block)
    )
    return np.frombuffer(b"".join(chunk.pcm for chunk in audible(chunks)), "<i2") / 32768


def _level(sound: np.ndarray) -> float:
    return float(10 * np.log10((sound**2).mean()))


@pytest.mark.parametrize("dbfs", [-70, -55, -40])
def test_a_very_quiet_recording_gets_the_usual_level(dbfs):
    assert _level(_heard(_tone(dbfs))) == pytest.approx(USUAL_DBFS, abs=1)


@pytest.mark.parametrize("dbfs", [-90, -36, -20, -6])
def test_others_stay_as_they_are(dbfs):
    assert np.array_equal(_heard(_tone(dbfs)), np.rint(_tone(dbfs) * 32768) / 32768)


def test_a_click_is_not_taken_for_loud_speech():
    sound = _tone(-50)
    sound[5000:5100] = 0.9
    heard = _heard(sound)
    assert _level(heard[8000:]) == pytest.approx(USUAL_DBFS, abs=1)
    assert len(heard) == len(sound)


def test_one_word_in_a_long_silence_is_enough():
    sound = np.concatenate((np.zeros(10 * SAMPLE_RATE_HZ), _tone(-50, 0.3), np.zeros(5 * SAMPLE_RATE_HZ)))
    assert _level(_heard(sound)[161_000:164_000]) == pytest.approx(USUAL_DBFS, abs=1)


def test_a_recording_longer_than_what_is_judged_is_louder_to_its_end():
    heard = _heard(_tone(-50, 40))
    assert _level(heard[-16000:]) == pytest.approx(USUAL_DBFS, abs=1)
    assert len(heard) == 40 * SAMPLE_RATE_HZ


@pytest.mark.parametrize("samples", [0, 1, 500])
def test_nothing_and_next_to_nothing_pass(samples):
    assert len(_heard(np.zeros(samples))) == samples


def test_speech_after_half_a_minute_of_faint_noise_is_not_cut_off_at_full_scale():
    noise = np.random.default_rng(1).normal(0, 10 ** (-60 / 20), 31 * SAMPLE_RATE_HZ)
    heard = _heard(np.concatenate([noise, _tone(-20)]))
    assert np.abs(heard[-SAMPLE_RATE_HZ:]).max() < 0.95
    assert _level(heard[: 30 * SAMPLE_RATE_HZ]) == pytest.approx(USUAL_DBFS, abs=1)


def test_a_click_after_half_a_minute_leaves_the_rest_as_loud_as_before():
    sound = _tone(-50, 33)
    sound[31 * SAMPLE_RATE_HZ : 31 * SAMPLE_RATE_HZ + 80] = 0.9
    assert _level(_heard(sound)[-SAMPLE_RATE_HZ:]) == pytest.approx(USUAL_DBFS, abs=1)


def test_half_a_sample_after_half_a_minute_is_left_to_the_listener():
    quiet = AudioChunk(np.rint(_tone(-50, 31) * 32768).astype("<i2").tobytes(), SAMPLE_RATE_HZ, 0.0)
    broken = AudioChunk(b"\1\2\3", SAMPLE_RATE_HZ, 31.0)
    assert list(audible([quiet, broken]))[-1] == broken


@pytest.mark.parametrize("chunk", [AudioChunk(b"\1\2\3", 16000, 0.0), AudioChunk(bytes(80), 40, 0.0)])
def test_what_is_no_sound_to_be_heard_is_left_to_the_listener(chunk):
    assert list(audible([chunk])) == [chunk]
