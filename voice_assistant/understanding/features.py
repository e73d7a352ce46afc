"""An utterance as numbers: meaning (embedding), spelling (words and letter groups) and what it mentions (concepts)."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from voice_assistant.understanding.concepts import Findings

HASHED = 1 << 15
"""Buckets for words and letter groups ("hashing trick", Weinberger et al. 2009); measured: no loss against exact
features."""
MEANING_WEIGHT, WORD_WEIGHT, LETTER_WEIGHT, CONCEPT_WEIGHT = 1.5, 0.7, 0.7, 0.3
"""How much each part counts; chosen on the project's own measuring sets, see docs/understanding.md."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: `values[k]` stands at `indices[k]`, indices unique and ascending."""

    indices: npt.NDArray[np.int64]
    values: Array


def word_groups(text: str) -> list[str]:
    """Words and pairs of neighbouring words."""
    words = text.split()
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def letter_groups(text: str) -> list[str]:
    """All groups of two to five letters within a word, its borders included; misheard words still share most of
    them.
    """
    groups: list[str] = []
    for word in text.split():
        bordered = f" {word} "
        for length in range(2, 6):
            groups.extend(bordered[begin : begin + length] for begin in range(max(1, len(bordered) - length + 1)))
    return groups


def hashed_counts(groups: Sequence[str], prefix: str) -> dict[int, float]:
    """Bucket → 1 + log(count), as usual for long texts not to drown short ones."""
    counts = Counter(zlib.crc32(f"{prefix}{group}".encode()) % HASHED for group in groups)
    return {bucket: 1.0 + math.log(count) for bucket, count in counts.items()}


def lexical(text: str, rarity: Array) -> Sparse:
    """Words and letter groups, each part weighted by rarity and brought to its weight's length."""
    totals: dict[int, float] = {}
    for groups, prefix, weight in ((word_groups(text), "w", WORD_WEIGHT), (letter_groups(text), "l", LETTER_WEIGHT)):
        counts = {bucket: value * float(rarity[bucket]) for bucket, value in hashed_counts(groups, prefix).items()}
        length = math.sqrt(sum(value * value for value in counts.values())) or 1.0
        for bucket, value in counts.items():
            totals[bucket] = totals.get(bucket, 0.0) + weight * value / length
    indices = np.array(sorted(totals), dtype=np.int64)
    return Sparse(indices, np.array([totals[int(bucket)] for bucket in indices], dtype=np.float32))


def rarity_of(texts: Sequence[str]) -> Array:
    """Inverse document frequency of every bucket over the texts (smoothed: log((1+n)/(1+df)) + 1)."""
    frequency = np.zeros(HASHED, dtype=np.float64)
    for text in texts:
        buckets = hashed_counts(word_groups(text), "w").keys() | hashed_counts(letter_groups(text), "l").keys()
        frequency[list(buckets)] += 1
    return (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)


def concept_vector(findings: Findings, names: Sequence[str]) -> Array:
    """Two numbers for each concept of these names: said and not denied, denied."""
    position = {name: index for index, name in enumerate(names)}
    vector = np.zeros(2 * len(names), dtype=np.float32)
    for mention in findings.mentions:
        if mention.concept in position:
            vector[2 * position[mention.concept] + int(mention.denied)] = CONCEPT_WEIGHT
    return vector
