"""Steady noise under a voice gets quieter, the voice does not, and nothing is lost or moved."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from voice_assistant.hearing.suppression import DELAY_SAMPLES, NoiseSuppressor, exponential_integral
from voice_assistant.types import SAMPLE_RATE_HZ

FRAME = 512
Samples = npt.NDArray[np.int16]


def processed(suppressor: NoiseSuppressor, sound: Samples, frame: int = FRAME) -> Samples:
    """What comes out for a sound, put back to where it was."""
    padded = np.concatenate((sound, np.zeros(DELAY_SAMPLES + frame, np.int16)))
    frames = (padded[at : at + frame].tobytes() for at in range(0, len(padded) - frame + 1, frame))
    out = np.frombuffer(b"".join(suppressor.process(one) for one in frames), dtype="<i2")
    return out[DELAY_SAMPLES : DELAY_SAMPLES + len(sound)]


def hiss(seconds: float, level: float = 300) -> Samples:
    random = np.random.default_rng(1)
    return (random.standard_normal(int(seconds * SAMPLE_RATE_HZ)) * level).astype(np.int16)


def tone(seconds: float, level: float = 8000) -> Samples:
    """Half a second on, half a second off, as syllables come and go."""
    time_s = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (level * np.sin(2 * np.pi * 440 * time_s) * (time_s % 1 >= 0.5)).astype(np.int16)


def level_db(sound: Samples) -> float:
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2)))


def part(sound: Samples, start_s: float, end_s: float) -> Samples:
    return sound[int(start_s * SAMPLE_RATE_HZ) : int(end_s * SAMPLE_RATE_HZ)]


def test_steady_noise_is_lowered_by_the_given_depth_and_a_voice_in_it_is_not() -> None:
    sound = hiss(4, 800) + tone(4)
    out = processed(NoiseSuppressor(deepest_db=-6), sound)
    between, during = (3.1, 3.4), (3.6, 3.9)
    assert level_db(part(out, *between)) - level_db(part(sound, *between)) == pytest.approx(-6, abs=1.0)
    assert level_db(part(out, *during)) - level_db(part(sound, *during)) == pytest.approx(0, abs=1.5)


def test_a_sound_that_nothing_may_be_taken_from_comes_back_as_it_was() -> None:
    sound = hiss(1) + tone(1)
    assert np.array_equal(processed(NoiseSuppressor(deepest_db=0), sound), sound)


def test_clean_speech_comes_back_as_it_was() -> None:
    sound = hiss(4, 30) + tone(4)
    assert int(np.abs(processed(NoiseSuppressor(), sound).astype(int) - sound)[SAMPLE_RATE_HZ:].max()) <= 1


def test_noise_that_grows_louder_is_followed_within_three_seconds() -> None:
    sound = np.concatenate((hiss(1, 100), hiss(4, 1000)))
    out = processed(NoiseSuppressor(deepest_db=-6), sound)
    assert level_db(part(out, 4, 5)) - level_db(part(sound, 4, 5)) < -4


def test_silence_stays_silence() -> None:
    assert not processed(NoiseSuppressor(), np.zeros(SAMPLE_RATE_HZ, np.int16)).any()


def test_what_is_as_loud_as_can_be_does_not_wrap_around() -> None:
    sound = np.where(np.arange(SAMPLE_RATE_HZ) // 40 % 2, 32767, -32768).astype(np.int16)
    out = processed(NoiseSuppressor(), sound)
    assert float(np.mean(np.sign(out.astype(float)) == np.sign(sound))) > 0.99


@pytest.mark.parametrize("frame", [128, 256, 1024])
def test_the_size_of_the_frames_makes_no_difference(frame: int) -> None:
    sound = hiss(1) + tone(1)
    one, other = processed(NoiseSuppressor(), sound), processed(NoiseSuppressor(), sound, frame)
    assert int(np.abs(one.astype(int) - other).max()) <= 1


def test_after_reset_it_is_as_new() -> None:
    used = NoiseSuppressor()
    processed(used, hiss(2, 3000))
    used.reset()
    sound = hiss(1) + tone(1)
    assert np.array_equal(processed(used, sound), processed(NoiseSuppressor(), sound))


def test_half_a_hop_is_refused() -> None:
    with pytest.raises(ValueError, match="128"):
        NoiseSuppressor().process(bytes(200))


@pytest.mark.parametrize("wrong", [{"deepest_db": 1.0}, {"trust": 1.0}, {"trust": -0.1}])
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="deepest_db"):
        NoiseSuppressor(**wrong)


def test_the_exponential_integral_has_the_values_of_the_handbook() -> None:
    # Abramowitz and Stegun, table 5.1
    values = exponential_integral(np.array([0.01, 0.5, 1.0, 2.0]))
    assert values == pytest.approx([4.0379296, 0.5597736, 0.2193839, 0.0489005], abs=2e-6)
