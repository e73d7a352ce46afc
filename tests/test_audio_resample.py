"""Resampling keeps what both rates can carry, lets no alias through, and does not care how the sound is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_assistant.audio.resample import Resampler, resample
from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.types import AudioChunk

RATES_HZ = [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000]


def sine(frequency_hz: float, rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(int(rate_hz * seconds)) / rate_hz).astype(np.float32)


def converted(samples: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate((resampler.process(samples), resampler.flush()))


def gain_db(frequency_hz: float, from_hz: int, to_hz: int) -> float:
    middle = converted(sine(frequency_hz, from_hz), from_hz, to_hz)[to_hz // 8 : -to_hz // 8]
    return float(20 * np.log10(np.sqrt(2) * middle.std() + 1e-9))


@pytest.mark.parametrize("from_hz", RATES_HZ)
@pytest.mark.parametrize("to_hz", [16_000, 48_000])
def test_what_both_rates_carry_passes_unchanged(from_hz: int, to_hz: int) -> None:
    highest = 0.86 * min(from_hz, to_hz) / 2
    for frequency_hz in (100.0, 1_000.0, 0.5 * highest, highest):
        assert gain_db(frequency_hz, from_hz, to_hz) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("from_hz", [22_050, 44_100, 48_000, 96_000, 192_000])
def test_what_the_lower_rate_cannot_carry_leaves_no_alias(from_hz: int) -> None:
    for frequency_hz in (8_050.0, 9_000.0, 10_500.0):
        assert gain_db(frequency_hz, from_hz, 16_000) < -65


@pytest.mark.parametrize("from_hz", [8_000, 11_025, 16_000])
def test_a_higher_rate_adds_no_images(from_hz: int) -> None:
    output = converted(sine(1_000, from_hz), from_hz, 48_000)[4_000:-4_000]
    spectrum = np.abs(np.fft.rfft(output * np.blackman(len(output))))
    frequencies = np.fft.rfftfreq(len(output), 1 / 48_000)
    beyond = spectrum[frequencies > from_hz / 2].max() / spectrum.max()
    assert 20 * np.log10(beyond) < -65


@pytest.mark.parametrize("from_hz", RATES_HZ)
def test_a_sound_stays_where_it_is_in_time(from_hz: int) -> None:
    output = converted(sine(440, from_hz), from_hz, 16_000)
    expected = sine(440, 16_000)
    assert len(output) == pytest.approx(len(expected), abs=1)
    assert np.abs(output[200:7_800] - expected[200:7_800]).max() < 1e-3


@pytest.mark.parametrize(("from_hz", "to_hz"), [(44_101, 16_000), (44_056, 16_000), (191_999, 16_000), (7_919, 48_000)])
def test_odd_rates_keep_their_length(from_hz: int, to_hz: int) -> None:
    assert len(converted(np.zeros(from_hz, np.float32), from_hz, to_hz)) == pytest.approx(to_hz, abs=1)


@settings(max_examples=60, deadline=None)
@given(
    from_hz=st.sampled_from(RATES_HZ),
    to_hz=st.sampled_from([16_000, 22_050, 48_000]),
    cuts=st.lists(st.integers(0, 3_000), max_size=8),
)
def test_the_blocks_make_no_difference(from_hz: int, to_hz: int, cuts: list[int]) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 3_000).astype(np.float32)
    resampler = Resampler(from_hz, to_hz)
    blocks = [resampler.process(block) for block in np.split(samples, sorted(cuts))]
    output = np.concatenate([*blocks, resampler.flush()])
    whole = converted(samples, from_hz, to_hz)
    assert len(output) == len(whole)
    assert np.abs(output - whole).max() < 1e-5


def test_a_constant_stays_the_same_constant() -> None:
    output = converted(np.full(44_100, 0.25, np.float32), 44_100, 16_000)[200:-200]
    assert np.abs(output - 0.25).max() < 1e-4


def test_a_chunk_is_converted_whole_and_the_same_rate_is_left_alone() -> None:
    chunk = AudioChunk(to_pcm(np.float32(0.5) * sine(440, 22_050)), 22_050, 3.0)
    other = resample(chunk, 16_000)
    assert (other.rate_hz, other.start_s) == (16_000, 3.0)
    assert other.duration_s == pytest.approx(chunk.duration_s, abs=1e-3)
    assert resample(chunk, 22_050) is chunk


def test_too_loud_is_clipped_and_does_not_wrap() -> None:
    assert to_floats(to_pcm(np.array([2.0, -2.0], np.float32))) == pytest.approx([1.0, -1.0], abs=1e-4)


def test_rates_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Resampler(0, 16_000)
