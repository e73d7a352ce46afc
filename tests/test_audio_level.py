"""A microphone that is dead, too loud or too soft is noticed, and one that works is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from voice_assistant.audio.level import FLOOR_DB, LevelMeter

RATE_HZ = 16_000
RANDOM = np.random.default_rng(7)


def noise(seconds: float, level_db: float) -> np.ndarray:
    return RANDOM.normal(0, 10 ** (level_db / 20), int(seconds * RATE_HZ)).astype(np.float32)


def speech(seconds: float, level_db: float, room_db: float = -75) -> np.ndarray:
    """Bursts like syllables, for a second out of every three."""
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    bursts = (np.sin(2 * np.pi * 4 * times) > 0) & (times % 3 < 1)
    return noise(seconds, room_db) + (noise(seconds, level_db) * bursts).astype(np.float32)


def after(samples: np.ndarray, block: int = 320) -> LevelMeter:
    meter = LevelMeter(RATE_HZ)
    for start in range(0, len(samples), block):
        meter.observe(samples[start : start + block].astype(np.float32))
    return meter


def test_speech_at_a_normal_level_is_fine() -> None:
    assert after(speech(12, -25)).state == "working"


def test_a_quiet_room_is_fine() -> None:
    assert after(noise(12, -65)).state == "working"


@pytest.mark.parametrize("value", [0.0, 0.25, -1.0])
def test_the_same_value_for_three_seconds_is_a_dead_microphone(value: float) -> None:
    assert after(np.full(int(2.9 * RATE_HZ), value)).state != "silent"
    meter = after(np.full(int(3.1 * RATE_HZ), value))
    assert meter.state == "silent"
    assert meter.constant_s == pytest.approx(3.1, abs=0.11)


def test_one_flickering_bit_is_still_dead() -> None:
    assert after((np.arange(4 * RATE_HZ) % 2) / 32768).state == "silent"


def test_a_dead_microphone_that_comes_back_is_fine_at_once() -> None:
    assert after(np.concatenate((np.zeros(5 * RATE_HZ), noise(0.2, -50)))).state == "working"


def test_cut_off_peaks_are_noticed_and_forgotten() -> None:
    loud = np.clip(speech(6, 3), -1, 1)[: int(5.5 * RATE_HZ)][-RATE_HZ * 2 :]
    assert after(np.clip(speech(1, 3), -1, 1)).state == "clipping"
    assert after(np.concatenate((loud, noise(3, -40)))).state == "working"


def test_loud_speech_below_full_scale_does_not_count_as_clipping() -> None:
    samples = speech(10, -14)
    assert after(samples * (0.98 / np.abs(samples).max())).state == "working"


def test_speech_from_far_away_is_too_quiet() -> None:
    assert after(speech(12, -55, room_db=-85)).state == "quiet"


def test_the_blocks_make_no_difference() -> None:
    samples = speech(4, -20)
    assert after(samples, 160).level_db == after(samples, 1_111).level_db


def test_level_and_peak_are_those_of_a_sine() -> None:
    meter = after(0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ))
    assert meter.level_db == pytest.approx(-9.03, abs=0.05)
    assert meter.peak_db == pytest.approx(-6.02, abs=0.05)
    assert LevelMeter(RATE_HZ).level_db == LevelMeter(RATE_HZ).peak_db == FLOOR_DB
