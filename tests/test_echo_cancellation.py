"""The assistant's own voice is taken out of what the microphone hears, and people's voices stay."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from voice_assistant.audio.echo.canceller import EchoCanceller
from voice_assistant.audio.echo.delay import DelayFinder
from voice_assistant.audio.echo.linear import BLOCK
from voice_assistant.audio.echo_free import EchoFreeMicrophone
from voice_assistant.audio.microphone import MicrophoneStatus
from voice_assistant.audio.pace import Pace
from voice_assistant.audio.resample import Resampler
from voice_assistant.audio.samples import Floats, to_floats, to_pcm
from voice_assistant.audio.stand_ins import NullLoudspeaker
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

RATE = SAMPLE_RATE_HZ


def voice(seconds: float, seed: int, pitch_hz: float = 120.0) -> Floats:
    """Something like speech: a buzz through moving resonances, syllables of a fifth of a second, pauses, hiss."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE)
    time_s = np.arange(count) / RATE
    steps = np.cumsum(pitch_hz * (1 + 0.2 * np.sin(2 * np.pi * 0.7 * time_s + seed)) / RATE)
    buzz = np.sin(2 * np.pi * steps)
    for harmonic in range(2, 30):
        weight = 1 / harmonic * (1 + np.sin(2 * np.pi * time_s * random.uniform(0.5, 3) + random.uniform(0, 6)))
        buzz += weight * np.sin(2 * np.pi * harmonic * steps)
    syllables = np.repeat(random.choice([0.0, 0.3, 1.0], count // 3200 + 1, p=[0.25, 0.25, 0.5]), 3200)[:count]
    smooth = np.convolve(syllables, np.hanning(800) / np.hanning(800).sum(), "same")
    sound = smooth * (buzz + 0.7 * random.standard_normal(count))
    return np.asarray(0.3 * sound / np.abs(sound).max(), np.float32)


def room(seed: int = 3, reverberation_s: float = 0.3) -> npt.NDArray[np.float64]:
    """From the loudspeaker to the microphone: direct sound, then noise that dies away."""
    count = round(0.8 * reverberation_s * RATE)
    tail = np.random.default_rng(seed).standard_normal(count) * 10 ** (-3 * np.arange(count) / RATE / reverberation_s)
    tail[:40] = 0
    tail *= 0.6 / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    return tail


def echo_of(played: Floats, delay_s: float = 0.06, gain: float = 0.7, seed: int = 3) -> Floats:
    answer = np.concatenate((np.zeros(round(delay_s * RATE)), gain * room(seed)))
    size = 1 << (len(played) + len(answer)).bit_length()
    heard = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(answer, size))[: len(played)]
    return heard.astype(np.float32)


def cancelled(heard: Floats, played: Floats, canceller: EchoCanceller | None = None) -> Floats:
    canceller = canceller or EchoCanceller()
    blocks = [
        canceller.process(heard[at : at + BLOCK], played[at : at + BLOCK])
        for at in range(0, len(heard) - BLOCK + 1, BLOCK)
    ]
    return np.concatenate(blocks)[BLOCK:]  # each block comes one later


def less_db(before: Floats, after: Floats, from_s: float, to_s: float) -> float:
    """Echo return loss enhancement."""
    part = slice(round(from_s * RATE), round(to_s * RATE))
    return float(10 * np.log10((before[part] ** 2).sum() / ((after[part] ** 2).sum() + 1e-12)))


def noise(count: int, level: float = 1e-4) -> Floats:
    return (level * np.random.default_rng(9).standard_normal(count)).astype(np.float32)


# --- echo ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay_s", [0.0, 0.02, 0.13, 0.3, 0.5])
@pytest.mark.parametrize("gain", [0.1, 0.7])
def test_an_echo_at_any_delay_and_loudness_is_taken_away(delay_s: float, gain: float) -> None:
    played = voice(8.0, 1)
    echo = echo_of(played, delay_s, gain)
    canceller = EchoCanceller()
    left = cancelled(echo + noise(len(echo), 1e-4), played, canceller)
    assert canceller.delay_s is not None and 0 <= delay_s - canceller.delay_s <= 2 * BLOCK / RATE
    assert less_db(echo, left, 3, 7.5) >= 25
    assert canceller.hears_through


def test_clipping_is_borne() -> None:
    played = voice(8.0, 1) * 3
    echo = np.clip(echo_of(played, gain=1.5), -1, 1)
    assert np.mean(np.abs(echo) > 0.999) > 0.001
    assert less_db(echo, cancelled(echo, played), 4, 7.5) >= 15


def test_clocks_that_drift_apart_are_borne() -> None:
    """A hundred parts in a million, as of a cheap USB device."""
    played = voice(20.0, 1)
    places = np.arange(len(played)) * (1 + 1e-4)
    echo = np.interp(places, np.arange(len(played)), echo_of(played)).astype(np.float32)
    assert less_db(echo, cancelled(echo + noise(len(echo)), played), 12, 19) >= 15


@pytest.mark.parametrize("later_s", [0.11, -0.05])
def test_a_delay_that_changes_is_found_again(later_s: float) -> None:
    played = voice(12.0, 1)
    half = len(played) // 2
    echo = np.concatenate((echo_of(played, 0.1)[:half], echo_of(played, 0.1 + later_s)[half:]))
    assert less_db(echo, cancelled(echo + noise(len(echo)), played), 9, 11.5) >= 15


def test_a_room_that_changes_is_learned_again() -> None:
    played = voice(16.0, 1)
    half = len(played) // 2
    echo = np.concatenate((echo_of(played, gain=0.7)[:half], echo_of(played, gain=0.4, seed=8)[half:]))
    assert less_db(echo, cancelled(echo + noise(len(echo)), played), 12, 15.5) >= 12


# --- people ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio_db", [6.0, 0.0, -6.0])
def test_somebody_who_speaks_over_the_echo_is_kept(ratio_db: float) -> None:
    played = voice(9.0, 1)
    echo = echo_of(played)
    person = np.zeros_like(echo)
    said = voice(3.0, 7, pitch_hz=190.0)
    person[5 * RATE : 8 * RATE] = said * np.sqrt((echo[5 * RATE : 8 * RATE] ** 2).sum() / (said**2).sum())
    person *= np.float32(10 ** (ratio_db / 20))
    left = cancelled(echo + person + noise(len(echo)), played)
    part = slice(5 * RATE, 8 * RATE)
    kept = float(left[part] @ person[part] / (person[part] @ person[part]))
    other = left[part] - kept * person[part]
    assert kept >= 0.8
    assert 10 * np.log10((kept * person[part]) @ (kept * person[part]) / (other @ other)) >= 7.0


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_with_headphones_nothing_is_changed(seed: int) -> None:
    played, person = voice(6.0, seed - 6), voice(6.0, seed, pitch_hz=190.0)
    canceller = EchoCanceller()
    left = cancelled(person, played, canceller)
    assert canceller.delay_s is None and not canceller.hears_through
    assert np.max(np.abs(left - person[: len(left)])) < 1e-4


def test_with_headphones_it_knows_after_a_while_that_it_does_not_hear_itself() -> None:
    played, canceller = voice(8.0, 1), EchoCanceller()
    cancelled(noise(RATE, 1e-4), played[:RATE], canceller)
    assert not canceller.hears_through
    cancelled(noise(7 * RATE, 1e-4), played[RATE:], canceller)
    assert canceller.hears_through


def test_an_echo_that_comes_too_late_to_be_found_is_not_taken_for_headphones() -> None:
    played, canceller = voice(8.0, 1), EchoCanceller()
    cancelled(echo_of(played, 0.9, 0.2) + noise(len(played), 1e-4), played, canceller)
    assert canceller.delay_s is None and not canceller.hears_through


def test_what_is_taken_for_an_echo_by_mistake_does_little_harm() -> None:
    """The pitch of two voices may run side by side for a second."""
    played, person = voice(6.0, 1), voice(6.0, 7, pitch_hz=190.0)
    canceller = EchoCanceller()
    canceller._place(1000)
    left = cancelled(person, played, canceller)
    assert less_db(person, left - person[: len(left)], 0, 5.9) >= 6


def test_two_voices_that_have_nothing_to_do_with_each_other_show_no_delay() -> None:
    for seed in (0, 1, 2, 3):
        finder = DelayFinder()
        heard, played = voice(5.0, seed, 230.0 - 10 * seed), voice(5.0, seed + 50)
        found = [
            finder.find(heard[at : at + BLOCK], played[at : at + BLOCK]) for at in range(0, len(heard) - BLOCK, BLOCK)
        ]
        assert set(found) == {None}


# --- the stream ------------------------------------------------------------------------------------


class Ear:
    """A microphone that hears an array."""

    def __init__(self, heard: Floats, loudspeaker: NullLoudspeaker, size: int = 320) -> None:
        self._heard, self._loudspeaker, self._size = heard, loudspeaker, size
        self.status = MicrophoneStatus(state="working", device="ear")

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, *exception: object) -> None:
        return

    def close(self) -> None:
        return

    def __iter__(self) -> Iterator[AudioChunk]:
        for at in range(0, len(self._heard), self._size):
            if isinstance(self._loudspeaker, Sounding):
                self._loudspeaker.now_s = (at + self._size) / RATE
            yield AudioChunk(to_pcm(self._heard[at : at + self._size]), RATE, at / RATE)


class Sounding(NullLoudspeaker):
    """Tells that an array was played, block by block, at another rate."""

    def __init__(self, played: Floats, rate_hz: int = 44_100) -> None:
        super().__init__(rate_hz)
        self.now_s = 0.0
        self._told = 0
        resampler = Resampler(RATE, rate_hz)
        self._pcm = to_pcm(np.concatenate((resampler.process(played), resampler.flush())))
        self._block = rate_hz // 100

    @property
    def clock_s(self) -> float:
        return self.now_s

    def take_played(self) -> tuple[AudioChunk, ...]:
        told = []
        while (self._told + 1) * self._block <= self.now_s * self.rate_hz and self._told * self._block * 2 < len(
            self._pcm
        ):
            begin = self._told * self._block
            pcm = self._pcm[2 * begin : 2 * (begin + self._block)]
            told.append(AudioChunk(pcm, self.rate_hz, begin / self.rate_hz))
            self._told += 1
        return tuple(told)


def given(heard: Floats, playback: NullLoudspeaker, size: int = 320) -> list[AudioChunk]:
    return list(EchoFreeMicrophone(Ear(heard, playback, size), playback))


@pytest.mark.parametrize("size", [160, 320, 337, 1000])
def test_no_sample_is_lost_or_doubled(size: int) -> None:
    heard = voice(7.0, 7)
    played = np.concatenate((np.zeros(RATE), voice(2.0, 1), np.zeros(4 * RATE))).astype(np.float32)
    chunks = given(heard, Sounding(played), size)
    assert sum(len(chunk.pcm) for chunk in chunks) == 2 * len(heard)
    for before, after in pairwise(chunks):
        assert after.start_s == pytest.approx(before.end_s, abs=1e-6)
    said = to_floats(b"".join(chunk.pcm for chunk in chunks))
    assert np.max(np.abs(said - heard)) < 1e-3  # nothing of it is an echo


def test_the_echo_of_a_device_at_its_own_rate_is_taken_away() -> None:
    played = np.concatenate((np.zeros(RATE), voice(8.0, 1))).astype(np.float32)
    there, back = Resampler(RATE, 44_100), Resampler(44_100, RATE)  # what a device can play of it
    sounded = back.process(np.concatenate((there.process(played), there.flush())))
    echo = echo_of(np.concatenate((sounded, back.flush())), 0.08)
    left = to_floats(b"".join(chunk.pcm for chunk in given(echo + noise(len(echo)), Sounding(played))))
    assert less_db(echo, left, 4, 8.5) >= 25


def test_while_nothing_is_played_chunks_go_through_untouched() -> None:
    loudspeaker = NullLoudspeaker()
    source = Ear(voice(2.0, 7), loudspeaker)
    chunks = list(source)
    assert list(EchoFreeMicrophone(source, loudspeaker)) == chunks


def test_it_costs_little_while_something_is_played() -> None:
    played = voice(10.0, 1)
    echo = echo_of(played)
    began_s = time.process_time()
    cancelled(echo, played)
    assert time.process_time() - began_s < 10.0 * 0.15


# --- the clock of a device ---------------------------------------------------------------------------


def test_late_and_uneven_arrivals_do_not_move_the_clock() -> None:
    pace = Pace()
    dice = np.random.default_rng(4)
    for index in range(500):
        pace.observe(index * 0.02, 100.0 + index * 0.02 + float(dice.exponential(0.01)))
        if index > 150:
            assert pace.offset_s == pytest.approx(100.0, abs=0.005)


def test_a_device_that_lost_half_a_second_is_followed() -> None:
    pace = Pace()
    for index in range(1000):
        pace.observe(index * 0.02, 100.0 + index * 0.02 + (0.5 if index > 500 else 0.0))
    assert pace.offset_s == pytest.approx(100.5, abs=0.01)
