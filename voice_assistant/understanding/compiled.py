"""The compiled guide: everything that the matcher needs, as arrays, kept in one file and found again by the hash of
its inputs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_assistant.types import ModelError
from voice_assistant.understanding.endings import Endings

FORMAT = 7
"""Raised whenever the meaning of the arrays or the way they are made changes."""

Array = npt.NDArray[np.float32]
Table = npt.NDArray[np.floating[Any]]
"""A large table: in half precision, as in the file, so that it needs half the memory; the rows in use are widened."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear classifier: margins = dense·W_dense + Σ values·W_hashed[indices] + bias."""

    labels: tuple[str, ...]
    dense: Array
    """(dense features, labels)"""
    hashed: Table
    """(buckets, labels)"""
    bias: Array
    """(labels,)"""


@dataclass(frozen=True, slots=True)
class CompiledGuide:
    """What `training.compile_guide` makes. All arrays are read only."""

    nodes: Weights
    facets: Weights
    rarity: Array
    """(buckets,): inverse document frequency."""
    phrases: tuple[str, ...]
    phrase_nodes: tuple[str, ...]
    compared: tuple[str, ...]
    """The phrases as they are compared: terms put right, denied parts taken out."""
    phrase_vectors: Table
    """(phrases, 384): the embeddings of `compared`, all zeros when there is no embedding model."""
    endings: Endings
    with_meaning: bool
    """False when it was made without the embedding model."""


def inputs_hash(parts: Iterable[bytes]) -> str:
    """A name for the inputs of a compilation: the same inputs have the same name."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()[:20]


def save(guide: CompiledGuide, path: Path) -> None:
    """Write to a temporary name and rename, so that a crash leaves either the old file or the new one.

    Raises:
        OSError: the folder cannot be written.
    """
    meta = {
        "node_labels": guide.nodes.labels,
        "facet_labels": guide.facets.labels,
        "phrases": guide.phrases,
        "phrase_nodes": guide.phrase_nodes,
        "compared": guide.compared,
        "with_meaning": guide.with_meaning,
        "endings_bias": guide.endings.bias,
    }
    arrays: dict[str, Any] = {
        "node_dense": guide.nodes.dense,
        "node_hashed": guide.nodes.hashed.astype(np.float16),
        "node_bias": guide.nodes.bias,
        "facet_dense": guide.facets.dense,
        "facet_hashed": guide.facets.hashed.astype(np.float16),
        "facet_bias": guide.facets.bias,
        "rarity": guide.rarity,
        "phrase_vectors": guide.phrase_vectors.astype(np.float16),
        "endings": guide.endings.weights.astype(np.float16),
        "meta": np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **arrays)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path) -> CompiledGuide:
    """Read what `save` wrote.

    Raises:
        ModelError: the file is damaged; it is to be compiled again.
    """
    try:
        # numpy leaves a damaged file open when it opened it itself.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            meta = json.loads(arrays["meta"].tobytes())
            nodes = _weights(arrays, "node", tuple(meta["node_labels"]))
            facets = _weights(arrays, "facet", tuple(meta["facet_labels"]))
            return CompiledGuide(
                nodes=nodes,
                facets=facets,
                rarity=arrays["rarity"],
                phrases=_shared(meta["phrases"]),
                phrase_nodes=_shared(meta["phrase_nodes"]),
                compared=_shared(meta["compared"]),
                phrase_vectors=arrays["phrase_vectors"],
                endings=Endings(arrays["endings"], float(meta["endings_bias"])),
                with_meaning=bool(meta["with_meaning"]),
            )
    except Exception as error:  # a damaged archive shows itself in many ways: zip, key, value and JSON errors
        raise ModelError(f"{path} is damaged: run `voice-assistant compile`.") from error


def _shared(texts: Iterable[str]) -> tuple[str, ...]:
    """Equal texts, which JSON makes anew each time, held once."""
    return tuple(map(sys.intern, texts))


def _weights(arrays: Any, name: str, labels: tuple[str, ...]) -> Weights:
    return Weights(
        labels=labels,
        dense=arrays[f"{name}_dense"],
        hashed=arrays[f"{name}_hashed"],
        bias=arrays[f"{name}_bias"],
    )
