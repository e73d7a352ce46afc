"""The same speech twice, without noise and amid noise, and what the network sees of both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from numpy.random import Generator
from scipy import signal

from benchmarks.sound.scenes import active_level
from benchmarks.teaching.features import Features, IVectors, features
from benchmarks.teaching.noises import coloured, faster, noise, room
from benchmarks.teaching.truth import Chances, States, Truth
from voice_assistant.audio.samples import Floats
from voice_assistant.hearing.activity import FRAME_BYTES
from voice_assistant.hearing.suppression import DELAY_SAMPLES, NoiseSuppressor
from voice_assistant.types import SAMPLE_RATE_HZ

Pcm = npt.NDArray[np.int16]

_HARDLY_NOISY, _CLEAN = 0.25, 0.12
"""Shares of the scenes: a quarter with no more noise than a quiet room, half of these with none, so that what was heard
without noise is not forgotten (0.15 and 0.07 up to the ninth run, docs/tuning.md)."""


class Said:
    """Utterances of many voices, from the files that speech.py writes."""

    def __init__(self, files: list[Path]) -> None:
        self._said: list[Pcm] = []
        self._texts: list[str] = []
        for path in files:
            with np.load(path) as file:
                self._said += np.split(file["pcm"], np.cumsum(file["lengths"])[:-1])
                self._texts += file["texts"].tolist()

    def __len__(self) -> int:
        return len(self._said)

    def __getitem__(self, index: int) -> Floats:
        """Peak 0.5."""
        sound = self._said[index].astype(np.float32)
        return sound * (0.5 / max(float(np.abs(sound).max()), 1.0))

    def text(self, index: int) -> str:
        """Its words; "" where nobody wrote them down."""
        return self._texts[index]

    def any(self, random: Generator) -> Floats:
        """Something that somebody says, at the level of 1."""
        sound = self[int(random.integers(len(self)))]
        return sound / active_level(sound)


@dataclass(frozen=True)
class Pair:
    """What the network sees of one utterance."""

    clean: Features
    noisy: Features
    clean_ivector: Features
    """At the end, shape (30,)."""
    noisy_ivectors: Features
    """Shape (periods, 30)."""
    states: States
    chances: Chances
    """See Truth."""


def pair(random: Generator, said: Said, index: int, ivectors: IVectors, truth: Truth) -> Pair:
    """One utterance, changed a little so that it seems another's, and the same amid noise."""
    clean, noisy = _sounds(random, said, index)
    seen, seen_amid = (features(sound, int(random.integers(1 << 30))) for sound in (clean, noisy))
    count = min(len(seen), len(seen_amid))
    seen, seen_amid = seen[:count], seen_amid[:count]
    clean_ivector = ivectors(seen)[-1]
    return Pair(seen, seen_amid, clean_ivector, ivectors(seen_amid), *truth(said.text(index), seen, clean_ivector))


def _sounds(random: Generator, said: Said, index: int) -> tuple[Pcm, Pcm]:
    speech = said[index]
    if random.random() < 0.7:
        speech = faster(speech, random.uniform(0.84, 1.19))
    if random.random() < 0.6:
        speech = _coloured(random, speech)
    before, after = (np.zeros(int(random.uniform(*span) * SAMPLE_RATE_HZ)) for span in ((0.25, 0.6), (0.3, 0.8)))
    clean: Floats = np.concatenate((before, speech, after)).astype(np.float32)
    noisy = clean.copy()
    if random.random() < 0.3:
        noisy = signal.fftconvolve(noisy, room(random))[: len(clean)].astype(np.float32)
    if random.random() < 0.3:
        noisy = signal.lfilter([1, random.uniform(-0.4, 0.4)], [1], noisy).astype(np.float32)
    kind = random.random()
    if kind > _HARDLY_NOISY:
        under = noise(random, len(clean), lambda: said.any(random))
        noisy = noisy + under * active_level(clean) * 10 ** (-_level_db(random) / 20)
    elif kind > _CLEAN:
        noisy = noisy + coloured(random, len(clean)) * active_level(clean) * 10 ** (-random.uniform(24, 50) / 20)
    gain = 10 ** (random.uniform(-22, 3) / 20)
    amid = _pcm(noisy * (gain if random.random() < 0.97 else 4.0))
    if random.random() < 0.6:
        amid = _suppressed(amid)
    return _pcm(clean * gain)[: len(amid)], amid


def _level_db(random: Generator) -> float:
    """How far the speech is above the noise: mostly so little that words are misheard."""
    return random.uniform(1, 14) if random.random() < 0.6 else random.uniform(0, 24)


def _coloured(random: Generator, sound: Floats) -> Floats:
    """As through another microphone or another throat: a tilted spectrum with a few hills."""
    size = 1 << int(np.ceil(np.log2(len(sound))))
    pitch = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    level_db = random.uniform(-2, 2) * np.log2(np.maximum(pitch, 100) / 1000)
    for _ in range(random.integers(1, 4)):
        centre, width = np.exp(random.uniform(np.log(150), np.log(6000))), random.uniform(0.2, 1)
        level_db += random.uniform(-7, 7) * np.exp(-0.5 * (np.log2(np.maximum(pitch, 20) / centre) / width) ** 2)
    changed = np.fft.irfft(np.fft.rfft(sound, size) * 10 ** (level_db / 20), size)[: len(sound)]
    return np.asarray(changed * (0.5 / np.abs(changed).max()), np.float32)


def _suppressed(sound: Pcm) -> Pcm:
    """As the recogniser gets it."""
    suppressor, content = NoiseSuppressor(), sound.tobytes()
    whole = len(content) // FRAME_BYTES * FRAME_BYTES
    frames = [content[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)] + [bytes(FRAME_BYTES)]
    less = b"".join(suppressor.process(frame) for frame in frames)
    return np.frombuffer(less, "<i2")[DELAY_SAMPLES:][: whole // 2]


def _pcm(sound: npt.NDArray[np.floating]) -> Pcm:
    return np.clip(np.rint(sound * 32767), -32768, 32767).astype("<i2")
