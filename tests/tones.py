"""A tone to be heard, and who listens to it on a device."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.microphone import Microphone
from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.types import AudioChunk

PITCH_HZ = 440.0


def tone(seconds: float, rate_hz: int = 22_050, pitch_hz: float = PITCH_HZ) -> AudioChunk:
    samples = 0.5 * np.sin(2 * np.pi * pitch_hz * np.arange(int(seconds * rate_hz)) / rate_hz)
    return AudioChunk(to_pcm(samples.astype(np.float32)), rate_hz, 0.0)


def pitch_of(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 131_072))
    return float(np.argmax(spectrum) * 16_000 / 131_072)


def has_tone(samples: np.ndarray, pitch_hz: float = PITCH_HZ) -> bool:
    return len(samples) > 1_000 and np.abs(samples).max() > 0.1 and abs(pitch_of(samples) - pitch_hz) < 3


def until(condition: Callable[[], bool], timeout_s: float = 60.0) -> bool:
    give_up_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > give_up_s:
            return False
        time.sleep(0.02)
    return True


def played_s(loudspeaker: Loudspeaker) -> float:
    return loudspeaker.progress.played_s if loudspeaker.progress else 0.0


class Listener:
    """Iterates a microphone in a thread, as the main loop does, and keeps the last second."""

    def __init__(self, microphone: Microphone, loudspeaker: Loudspeaker | None = None) -> None:
        self.microphone = microphone
        self.loudspeaker = loudspeaker
        self.chunks = 0
        self.end_s = 0.0
        self.went_back = False
        self.heard = np.zeros(0, np.float32)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        for chunk in self.microphone:
            self.went_back |= chunk.start_s < self.end_s - 1e-6
            self.end_s = chunk.end_s
            self.heard = np.concatenate((self.heard, to_floats(chunk.pcm)))[-16_000:]
            self.chunks += 1
            if self.loudspeaker is not None:
                self.loudspeaker.advance(chunk.duration_s)

    def hears_tone(self) -> bool:
        return has_tone(self.heard[-4_000:])
