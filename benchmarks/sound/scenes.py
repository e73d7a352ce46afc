"""What lies between a mouth and a microphone: noise of three kinds, and a room."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import signal

from benchmarks.sound.voices import say, silence, speaker
from voice_assistant.audio.samples import Floats
from voice_assistant.types import SAMPLE_RATE_HZ

LEAD_S, TAIL_S = 0.5, 0.6
_FRAME = 320
_NOISE_S = 30
_TALK = (
    "the train to the coast leaves at ten past nine from the far platform",
    "we could paint the kitchen yellow if you really want to",
    "he sold the old van and bought a bicycle for his daughter",
    "nobody told me that the meeting was moved to thursday",
    "put the potatoes in first and then add the carrots",
    "the film was far too long but the music was lovely",
)


def active_level(samples: Floats) -> float:
    """Root mean square of the frames of 20 ms in which somebody speaks: those less than 30 dB below the loudest."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    return float(np.sqrt(power[power > power.max() / 1000].mean()))


def end_of_speech_s(samples: Floats) -> float:
    """Seconds from the start to the end of the last frame of 20 ms that is less than 35 dB below the loudest."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    return float((np.flatnonzero(power > power.max() / 10**3.5)[-1] + 1) * _FRAME / SAMPLE_RATE_HZ)


def in_noise(speech: Floats, kind: str, snr_db: float, seed: int) -> Floats:
    """Speech with silence around it, and noise under all of it; level of the active speech over the level of the
    noise."""
    padded = np.concatenate((silence(LEAD_S), speech, silence(TAIL_S)))
    noise = NOISES[kind]()
    start = np.random.default_rng(seed).integers(0, len(noise))
    under = np.resize(np.roll(noise, -int(start)), len(padded))
    under = under * (active_level(speech) / 10 ** (snr_db / 20) / np.sqrt(np.mean(under.astype(np.float64) ** 2)))
    mixed = padded + under
    return (mixed * min(1.0, 0.95 / np.abs(mixed).max())).astype(np.float32)


def quiet(speech: Floats) -> Floats:
    """Speech with silence around it."""
    return np.concatenate((silence(LEAD_S), speech, silence(TAIL_S)))


def in_room(speech: Floats, reverberation_s: float = 0.5, direct_db: float = 3.0) -> Floats:
    """Speech in a room: noise that decays by 60 dB in `reverberation_s`, its energy `direct_db` below the direct
    sound's."""
    echoed = signal.fftconvolve(quiet(speech), impulse_response(reverberation_s, direct_db))[: len(quiet(speech))]
    return (echoed * (0.5 / np.abs(echoed).max())).astype(np.float32)


@cache
def impulse_response(reverberation_s: float, direct_db: float) -> Floats:
    """From a mouth or loudspeaker to a microphone in such a room, shape (samples,); the direct sound first, at 1."""
    count = int(reverberation_s * SAMPLE_RATE_HZ)
    time_s = np.arange(count) / SAMPLE_RATE_HZ
    tail = np.random.default_rng(3).standard_normal(count) * 10 ** (-3 * time_s / reverberation_s)
    tail[: int(0.003 * SAMPLE_RATE_HZ)] = 0
    tail *= np.sqrt(10 ** (-direct_db / 10) / np.sum(tail**2))
    tail[0] = 1.0
    return tail.astype(np.float32)


@cache
def babble() -> Floats:
    """Six voices that talk of other things, each again and again."""
    length = _NOISE_S * SAMPLE_RATE_HZ
    voices = []
    for index, text in enumerate(_TALK):
        spoken = say(text, speaker(index))
        voices.append(np.resize(np.roll(spoken, 5000 * index), length) / active_level(spoken))
    mixed: Floats = np.sum(voices, axis=0).astype(np.float32)
    return mixed


@cache
def kitchen() -> Floats:
    """A refrigerator's hum, running water, and dishes that clink twice a second."""
    random = np.random.default_rng(11)
    length = _NOISE_S * SAMPLE_RATE_HZ
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    hum = sum(np.sin(2 * np.pi * 50 * harmonic * time_s) / harmonic for harmonic in (1, 2, 3, 4, 6))
    band = signal.butter(2, (400, 5000), "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    water = signal.sosfilt(band, random.standard_normal(length)) * (1 + 0.5 * np.sin(2 * np.pi * 0.3 * time_s))
    mixed = 0.5 * hum / np.std(hum) + water / np.std(water)
    for start in random.integers(0, length - 3200, 2 * _NOISE_S):
        ring = np.arange(3200) / SAMPLE_RATE_HZ
        tones = sum(np.sin(2 * np.pi * pitch * ring) for pitch in random.uniform(1800, 6000, 3))
        mixed[start : start + 3200] += random.uniform(1, 4) * tones * np.exp(-ring * 40)
    return np.asarray(mixed, np.float32)


@cache
def white() -> Floats:
    """Equal power at all frequencies."""
    return np.random.default_rng(5).standard_normal(_NOISE_S * SAMPLE_RATE_HZ).astype(np.float32)


NOISES: dict[str, Callable[[], Floats]] = {"babble": babble, "kitchen": kitchen, "white": white}
KINDS = tuple(NOISES)


def scene(speech: Floats, condition: str, index: int) -> Floats:
    """`clean`, `room`, or a signal-to-noise ratio such as `12 dB`, for which the three noises take turns."""
    if condition == "clean":
        return quiet(speech)
    if condition == "room":
        return in_room(speech)
    return in_noise(speech, KINDS[index % len(KINDS)], float(condition.removesuffix(" dB")), seed=index)
