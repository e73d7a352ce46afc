"""Sounds for the tests of hearing: small recordings, and everything in a room that is not speech."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

DATA = Path(__file__).parent / "data" / "hearing"
Sound = npt.NDArray[np.float64]
"""Samples from -1 to 1 at SAMPLE_RATE_HZ."""


def recording(name: str) -> Sound:
    with wave.open(str(DATA / f"{name}.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAMPLE_RATE_HZ, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768


def trimmed(sound: Sound) -> Sound:
    """From the first to the last sample that can be heard."""
    audible = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[audible[0] : audible[-1] + 1]


def pcm(sound: Sound) -> bytes:
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def chunks(sound: Sound, size: int = 1600, start_s: float = 0.0) -> Iterator[AudioChunk]:
    """The sound in chunks of `size` samples."""
    data = pcm(sound)
    for first in range(0, len(data), 2 * size):
        yield AudioChunk(data[first : first + 2 * size], SAMPLE_RATE_HZ, start_s + first / 2 / SAMPLE_RATE_HZ)


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ))


def noise(seconds: float, level_db: float, seed: int = 0) -> Sound:
    """White noise; `level_db` is relative to full scale."""
    return np.random.default_rng(seed).normal(size=round(seconds * SAMPLE_RATE_HZ)) * 10 ** (level_db / 20)


def joined(*sounds: Sound) -> Sound:
    return np.concatenate(sounds)


def _band(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    spectrum[(frequency < low_hz) | (frequency > high_hz)] = 0
    filtered: Sound = np.fft.irfft(spectrum, len(sound))
    normalised: Sound = filtered / np.abs(filtered).max()
    return normalised


def _burst(seconds: float, low_hz: float, high_hz: float, decay_s: float, seed: int) -> Sound:
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return _band(noise(seconds, 0, seed), low_hz, high_hz) * np.exp(-time / decay_s)


def _click() -> Sound:
    return joined(silence(1), np.tile([0.9, -0.9], 8), silence(1))


def _typing() -> Sound:
    return joined(silence(0.5), *[joined(0.3 * _burst(0.01, 500, 7000, 0.002, n), silence(0.12)) for n in range(8)])


def _chime() -> Sound:
    time = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    tone: Sound = sum(
        (level * np.sin(2 * np.pi * hertz * time) for hertz, level in ((880, 0.2), (1320, 0.15), (1760, 0.1))),
        start=np.zeros(len(time)),
    )
    return joined(silence(0.5), tone * np.exp(-3 * time))


def _door() -> Sound:
    return joined(silence(1), 0.8 * _burst(2, 40, 300, 0.08, 2), silence(0.5))


def _knock() -> Sound:
    return joined(silence(1), *[joined(0.6 * _burst(0.15, 80, 900, 0.025, n), silence(0.16)) for n in range(3)])


def _breath() -> Sound:
    time = np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    loudness: Sound = np.clip(np.sin(2 * np.pi * time / 3), 0, 1) ** 2
    return 0.1 * _band(noise(3, 0, 4), 300, 3000) * loudness


def _hum() -> Sound:
    time = np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    hum: Sound = sum((0.05 * np.sin(2 * np.pi * 50 * n * time) / n for n in range(1, 8)), start=np.zeros(len(time)))
    return hum


NOT_SPEECH: dict[str, Sound] = {
    "digital silence": silence(3),
    "a quiet room": noise(3, -60),
    "loud noise": noise(3, -25),
    "mains hum": _hum(),
    "a click": _click(),
    "typing": _typing(),
    "a chime": _chime(),
    "a door": _door(),
    "a triple knock": _knock(),
    "a breath": _breath(),
}
