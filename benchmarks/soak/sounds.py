"""What is played: questions, room noise, silence and sound that is no speech, in an order that a seed decides."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from voice_assistant import Assistant
from voice_assistant.audio.microphone import MicrophoneStatus
from voice_assistant.audio.resample import resample
from voice_assistant.audio.wav import read_wav
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

DEMO = Path(__file__).resolve().parents[2] / "voice_assistant" / "demo"
QUESTIONS = ("1_what_is_it", "2_more", "3_treatment", "4_warning")
_BLOCK = SAMPLE_RATE_HZ // 50
_PAUSE_AT_MOST_S = 60.0
"""How long an answer is waited for before the next sound comes all the same."""


class EndlessRoom:
    """An AudioSource: a question, a pause until it is answered, now and then noise; `seconds` of sound in all."""

    def __init__(
        self,
        seconds: float,
        seed: int,
        is_busy: Callable[[], bool],
        asked: Callable[[str, float], None],
        talk: Sequence[bytes] = (),
    ) -> None:
        """`talk`: other speech, each time something else; whether it is answered is not counted."""
        self._talk = talk
        self._seconds, self._is_busy, self._asked = seconds, is_busy, asked
        self._dice, self._noise = random.Random(seed), np.random.default_rng(seed)
        self._questions = {name: [chunk.pcm for chunk in read_wav(DEMO / f"{name}.wav")] for name in QUESTIONS}
        self._closed = False
        self.now_s = 0.0

    def __enter__(self) -> EndlessRoom:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the iteration."""
        self._closed = True

    @property
    def status(self) -> MicrophoneStatus:
        """Always working."""
        return MicrophoneStatus(state="working", device="room")

    def __iter__(self) -> Iterator[AudioChunk]:
        """20 ms each."""
        while not self._closed and self.now_s < self._seconds:
            yield from self._quiet(1.0)
            kinds = ("question", "talk", "noise", "silence", "bang")
            kind = self._dice.choices(kinds, (8, 4 if self._talk else 0, 1, 1, 1))[0]
            if kind == "question":
                yield from self._question()
            elif kind == "talk":
                yield from self._pieces(self._dice.choice(self._talk))
                yield from self._until_quiet()
            elif kind == "noise":
                yield from self._sound(self._noise.normal(0, 0.02, SAMPLE_RATE_HZ * 3))
            elif kind == "bang":
                yield from self._sound(self._noise.normal(0, 0.3, SAMPLE_RATE_HZ // 5))
            else:
                yield from self._quiet(self._dice.uniform(5, 20))

    def _question(self) -> Iterator[AudioChunk]:
        name = self._dice.choice(QUESTIONS)
        self._asked(name, self.now_s)  # before its last silence: a short one is answered in it
        for pcm in self._questions[name]:
            yield self._chunk(pcm)
        yield from self._until_quiet()

    def _until_quiet(self) -> Iterator[AudioChunk]:
        yield from self._quiet(1.5)
        waited_s = 0.0
        while self._is_busy() and waited_s < _PAUSE_AT_MOST_S:
            yield from self._quiet(0.2)
            waited_s += 0.2

    def _quiet(self, seconds: float) -> Iterator[AudioChunk]:
        for _ in range(int(seconds * 50)):
            yield self._chunk(bytes(2 * _BLOCK))

    def _sound(self, samples: np.ndarray) -> Iterator[AudioChunk]:
        yield from self._pieces((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())

    def _pieces(self, pcm: bytes) -> Iterator[AudioChunk]:
        for start in range(0, len(pcm), 2 * _BLOCK):
            yield self._chunk(pcm[start : start + 2 * _BLOCK])

    def _chunk(self, pcm: bytes) -> AudioChunk:
        chunk = AudioChunk(pcm, SAMPLE_RATE_HZ, self.now_s)
        self.now_s = chunk.end_s
        return chunk


def varied_talk(assistant: Assistant, seed: int, count: int = 300) -> list[bytes]:
    """Phrases of the guide in the program's own voice, 16 kHz: many words, so that whatever keeps words shows it."""
    dice = random.Random(seed)
    spoken = []
    for phrase in dice.sample(assistant.guide.phrases, count):
        chunk = assistant.renderer.render(phrase.text, dice.choice((140, 170, 200)))
        spoken.append(resample(chunk, SAMPLE_RATE_HZ).pcm)
    return spoken
