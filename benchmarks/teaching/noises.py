"""Noises of many kinds, each another one every time: shape (samples,), standard deviation 1, 16 kHz."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from scipy import signal

from voice_assistant.audio.samples import Floats
from voice_assistant.types import SAMPLE_RATE_HZ

Speech = Callable[[], Floats]
"""Gives something that somebody says."""
_SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 19, 24)


def noise(random: Generator, count: int, speech: Speech) -> Floats:
    """One of all kinds: talk in four of ten cases, then steady noise, things that clatter and ring, and music."""
    kind = random.random()
    if kind < 0.28:
        return coloured(random, count)
    if kind < 0.62:
        return talk(random, count, speech, int(random.integers(3, 9)))
    if kind < 0.68:
        return talk(random, count, speech, int(random.integers(1, 3)))
    if kind < 0.84:
        return clatter(random, count)
    if kind < 0.90:
        return music(random, count)
    return _even(noise(random, count, speech) + random.uniform(0.3, 1) * noise(random, count, speech))


def coloured(random: Generator, count: int) -> Floats:
    """Steady or swelling noise of any spectrum: rain, an engine, a fan, hiss."""
    size = 1 << int(np.ceil(np.log2(count)))
    pitch = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    pitch[0] = pitch[1]
    shape = (pitch / 1000) ** -random.uniform(-0.3, 1.0)
    for _ in range(random.integers(0, 4)):
        centre = np.exp(random.uniform(np.log(100), np.log(7000)))
        width = centre * random.uniform(0.03, 0.5)
        shape = shape * (1 + random.uniform(0, 8) * np.exp(-0.5 * ((pitch - centre) / width) ** 2))
    if random.random() < 0.3:
        shape[pitch < random.uniform(50, 400)] *= 0.05
    if random.random() < 0.3:
        shape[pitch > random.uniform(2500, 7500)] *= 0.05
    spectrum = shape * (random.standard_normal(len(pitch)) + 1j * random.standard_normal(len(pitch)))
    sound = np.fft.irfft(spectrum)[:count]
    if random.random() < 0.5:
        swell = np.sin(2 * np.pi * random.uniform(0.1, 6) * _time_s(count) + random.uniform(0, 2 * np.pi))
        sound = sound * (1 + random.uniform(0.2, 0.95) * swell)
    return _even(sound)


def talk(random: Generator, count: int, speech: Speech, people: int) -> Floats:
    """So many people at once, often further away in the room."""
    sound = np.zeros(count)
    for _ in range(people):
        parts: list[Floats] = []
        while sum(map(len, parts)) < count:
            parts.append(speech())
            if random.random() < 0.4:
                parts.append(np.zeros(int(random.uniform(0.05, 0.8) * SAMPLE_RATE_HZ), np.float32))
        said = np.concatenate(parts)
        said = np.roll(said, random.integers(len(said)))[:count]
        if random.random() < 0.4:
            said = np.resize(faster(said, random.uniform(0.88, 1.14)), count)
        sound += said * 10 ** (random.uniform(-6, 3) / 20)
    if random.random() < 0.5:
        sound = signal.fftconvolve(sound, room(random))[:count]
    return _even(sound)


def clatter(random: Generator, count: int) -> Floats:
    """A hum, running water, and things that knock and ring."""
    sound, time_s = np.zeros(count), _time_s(count)
    if random.random() < 0.7:
        pitch = random.choice([50.0, 60.0, 100.0, 120.0, random.uniform(40, 300)])
        fall = random.uniform(0.5, 1.5)
        tones = range(1, int(random.integers(3, 12)))
        hum = sum(np.sin(2 * np.pi * pitch * n * time_s + random.uniform(0, 6)) / n**fall for n in tones)
        sound += random.uniform(0.2, 1) * hum
    if random.random() < 0.8:
        sound += random.uniform(0.3, 1.2) * coloured(random, count)
    for _ in range(random.poisson(count / SAMPLE_RATE_HZ * random.uniform(0.5, 6))):
        ring_s = _time_s(int(random.uniform(0.01, 0.4) * SAMPLE_RATE_HZ))
        if random.random() < 0.6:
            pitches = np.exp(random.uniform(np.log(300), np.log(7500), random.integers(1, 5)))
            knock = np.sum([np.sin(2 * np.pi * pitch * ring_s) for pitch in pitches], axis=0)
        else:
            knock = signal.lfilter([1], [1, -random.uniform(-0.5, 0.9)], random.standard_normal(len(ring_s)))
        knock = _even(knock) * np.exp(-ring_s * random.uniform(8, 120)) * random.uniform(0.8, 5)
        _add(sound, knock, int(random.integers(count)))
    return _even(sound)


def music(random: Generator, count: int) -> Floats:
    """Notes of a scale, and a drum."""
    sound = np.zeros(count)
    beat, root, fall = random.uniform(0.2, 0.7), random.uniform(80, 300), random.uniform(0.5, 1.5)
    for start in range(0, count, int(beat * SAMPLE_RATE_HZ)):
        note_s = _time_s(int(random.uniform(0.5, 4) * beat * SAMPLE_RATE_HZ))
        for _ in range(random.integers(1, 4)):
            pitch = root * 2 ** (random.choice(_SCALE) / 12)
            tones = [n for n in range(1, 8) if pitch * n < 0.49 * SAMPLE_RATE_HZ]
            wave = np.sum([np.sin(2 * np.pi * pitch * n * note_s) / n**fall for n in tones], axis=0)
            _add(sound, random.uniform(0.3, 1) * wave * np.exp(-note_s * random.uniform(0.5, 6)), start)
        if random.random() < 0.4:
            beat_s = _time_s(SAMPLE_RATE_HZ // 10)
            _add(sound, 2 * random.standard_normal(len(beat_s)) * np.exp(-60 * beat_s), start)
    return _even(sound)


def room(random: Generator) -> Floats:
    """From a mouth to a microphone: the direct sound at 1, and noise that dies away."""
    length_s, direct_db = random.uniform(0.15, 0.8), random.uniform(-1, 12)
    time_s = _time_s(int(length_s * SAMPLE_RATE_HZ))
    tail = random.standard_normal(len(time_s)) * 10 ** (-3 * time_s / length_s)
    tail[: int(random.uniform(0.001, 0.01) * SAMPLE_RATE_HZ)] = 0
    if random.random() < 0.5:
        tail = signal.lfilter([1], [1, -random.uniform(0, 0.6)], tail)
    tail = tail * np.sqrt(10 ** (-direct_db / 10) / np.sum(tail**2))
    tail[0] = 1.0
    return np.asarray(tail, np.float32)


def faster(sound: Floats, factor: float) -> Floats:
    """The same played faster (above 1) or slower: another pitch, and a smaller or larger mouth."""
    places = np.arange(int(len(sound) / factor)) * factor
    return np.interp(places, np.arange(len(sound)), sound).astype(np.float32)


def _time_s(count: int) -> np.ndarray:
    return np.arange(count) / SAMPLE_RATE_HZ


def _add(sound: np.ndarray, part: np.ndarray, start: int) -> None:
    here = part[: len(sound) - start]
    sound[start : start + len(here)] += here


def _even(sound: np.ndarray) -> Floats:
    return np.asarray(sound / max(float(np.std(sound)), 1e-3), np.float32)
