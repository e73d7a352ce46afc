"""What the acoustic network was taught about noise: corrections of its weights, made beforehand and shipped.

The small model learned on little noise: babble at 12 dB doubles its word errors. Its network was taught to answer
noisy speech as it answers the same speech without the noise (teacher-student learning: J. Li et al., Large-Scale Domain
Adaptation via Teacher-Student Learning, Interspeech 2017). `benchmarks/teaching` does that and writes the lessons,
which are added to the weights when a model is tuned. They fit one network only, known by its checksum; every other
model keeps its own weights.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_assistant.types import ModelError

NETWORK = "am/final.mdl"
"""Where a Vosk model keeps its acoustic network."""
LESSONS = Path(__file__).with_suffix(".npz")
"""`network`: SHA-256 of the network that they fit. For each matrix or vector, by component and field of Kaldi's file:
`<component>/<field>`, shape (rows, columns) or (rows,), 8-bit steps; and the same with `/step`, shape (rows,), the
size of a step in each row."""
USUAL_SHARE = 0.6
"""How much of the lessons is added for a text of any domain; for the guide, with which they were chosen, all. 176
telephone prompts of a person, each half heard by a model tuned to the other half, had 5.8, 6.5, 6.7 and 7.2 % word
errors without noise with none, 0.4, 0.7 and all of them, at 12 dB 15.1, 12.3, 12.1 and 12.7 % (docs/tuning.md)."""
_STEP = "/step"
_FLOATS = {1: b"FV ", 2: b"FM "}
"""Before a vector and a matrix of 32-bit numbers in a binary Kaldi file (kaldi-vector.cc, kaldi-matrix.cc)."""

Weights = npt.NDArray[np.float32]
Lessons = dict[str, npt.NDArray[Any]]
"""As in the file."""


def taught(model_folder: Path, lessons: Path = LESSONS, share: float = 1.0) -> bytes | None:
    """The network of a model with a share (0 to 1) of the lessons added, as the bytes of its file; None where none are
    wanted, or they are of another network.

    Raises ModelError when the network cannot be read, or the lessons are damaged.
    """
    path = model_folder / NETWORK
    try:
        network = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"The speech model's network {path} cannot be read ({error.strerror}): fetch it again."
        ) from error
    try:
        with lessons.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not share or str(file["network"]) != hashlib.sha256(network).hexdigest():
                return None
            return with_lessons(network, {name: file[name] for name in file.files if "/" in name}, share)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise _damaged(lessons) from error


def checksum(lessons: Path = LESSONS) -> str:
    """SHA-256 of the lessons, hexadecimal. Raises ModelError when they cannot be read."""
    try:
        return hashlib.sha256(lessons.read_bytes()).hexdigest()
    except OSError as error:
        raise _damaged(lessons) from error


def with_lessons(network: bytes, lessons: Lessons, share: float = 1.0) -> bytes:
    """The bytes of the network's file with a share of the corrections added.

    Raises ValueError where one does not fit.
    """
    content = bytearray(network)
    for name, steps in lessons.items():
        if name.endswith(_STEP):
            continue
        component, field = name.split("/")
        at = place(network, component, field, steps.shape)
        old = np.frombuffer(network, "<f4", steps.size, at).reshape(steps.shape)
        new = old + (steps.T * (np.float32(share) * lessons[name + _STEP])).T
        content[at : at + 4 * steps.size] = new.astype("<f4").tobytes()
    return bytes(content)


def place(network: bytes, component: str, field: str, shape: tuple[int, ...]) -> int:
    """Where the numbers of a field begin in a binary nnet3 file. Raises ValueError when it is not of this shape."""
    begin = network.index(f"<ComponentName> {component} ".encode())
    sizes = b"".join(struct.pack("<bi", 4, size) for size in shape)
    head = f"<{field}> ".encode() + _FLOATS[len(shape)] + sizes
    at = network.index(f"<{field}> ".encode(), begin)
    if not network.startswith(head, at):
        raise ValueError(f"{component}: {field} has another shape than {shape}")
    return at + len(head)


def lessons_of(before: dict[str, Weights], after: dict[str, Weights]) -> Lessons:
    """The corrections that lead from one set of weights to another, in steps of 1/127 of each row's largest."""
    lessons: Lessons = {}
    for name, old in before.items():
        change = after[name] - old
        rows = np.abs(change.reshape(len(change), -1)).max(axis=1) / 127
        step = np.maximum(rows, np.finfo(np.float32).tiny).astype(np.float32)
        lessons[name] = np.rint((change.T / step).T).astype(np.int8)
        lessons[name + _STEP] = step
    return lessons


def _damaged(lessons: Path) -> ModelError:
    return ModelError(f"What was taught about noise, {lessons}, is damaged: install the program again.")


def save(path: Path, network: bytes, lessons: Lessons) -> None:
    """Keep what fits this network."""
    content: dict[str, Any] = {"network": np.array(hashlib.sha256(network).hexdigest()), **lessons}
    np.savez_compressed(path, **content)
