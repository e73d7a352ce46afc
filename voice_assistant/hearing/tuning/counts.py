"""Counts n-grams in any amount of weighted text, with bounded memory.

Sentences are gathered into batches; each batch becomes a tree of counts with a few array operations and is merged into
the whole. When the whole passes a limit, the rarest longer n-grams are dropped (lossy counting: G. Manku, R. Motwani:
Approximate Frequency Counts over Data Streams, VLDB 2002); an n-gram is never counted more often than its parts, so the
tree stays closed under prefixes and suffixes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from voice_assistant.hearing.tuning.trie import MISSING, FloatArray, IntArray, NgramTrie, union

BATCH_WORDS = 500_000
LARGEST_TREE = 4_000_000
"""Nodes; a node takes about 100 bytes while trees are merged."""
ALWAYS_KEPT_LENGTH = 1
"""Words are never dropped."""


@dataclass(frozen=True)
class NgramCounts:
    """How often each n-gram occurs, weighted; each entry belongs to the node of the same index."""

    trie: NgramTrie
    counts: FloatArray
    words: int
    """Words in the text, without the marks of start and end."""


def count_ngrams(
    sentences: Iterable[tuple[Sequence[int], float]],
    order: int,
    width: int,
    batch_words: int = BATCH_WORDS,
    largest_tree: int = LARGEST_TREE,
) -> NgramCounts:
    """Count all n-grams up to a length in sentences of word numbers, each with its weight (above 0).

    `width - 2` stands for the start of a sentence and `width - 1` for its end; MISSING for something that no n-gram may
    hold.
    """
    start, end = width - 2, width - 1
    trie, counts = NgramTrie.empty(width), np.zeros(1)
    total, least = 0, 0.0
    batch: list[int] = []
    lengths: list[int] = []
    weights: list[float] = []

    def merge() -> None:
        nonlocal trie, counts, least
        added, added_counts = _count_batch(np.array(batch), np.repeat(weights, lengths), order, width)
        trie, counts = _add(trie, counts, added, added_counts)
        while trie.size > largest_tree:
            least += 1.0
            deep = np.arange(trie.size) >= trie.level_starts[ALWAYS_KEPT_LENGTH + 1]
            trie, old = trie.keep(~deep | (counts > least))
            counts = counts[old]
            if trie.order <= ALWAYS_KEPT_LENGTH:
                break
        for pending in (batch, lengths, weights):
            pending.clear()

    for words, weight in sentences:
        batch += [start, *words, end]
        lengths.append(len(words) + 2)
        weights.append(weight)
        total += sum(word != MISSING for word in words)
        if len(batch) >= batch_words:
            merge()
    if batch:
        merge()
    return NgramCounts(trie, counts, total)


def _count_batch(tokens: IntArray, weights: FloatArray, order: int, width: int) -> tuple[NgramTrie, FloatArray]:
    """The n-grams of sentences laid end to end; `weights` has one entry a token."""
    start = width - 2
    parents, words, starts = [np.array([MISSING])], [np.array([MISSING])], [0, 1]
    counts: list[FloatArray] = [np.zeros(1)]
    ending_here = np.zeros(
        len(tokens), dtype=np.int64
    )  # node of the n-gram, one word shorter than those counted, that ends at each token
    for length in range(1, order + 1):
        # An n-gram consists of the one that ends a token earlier and of this token, unless a sentence starts here.
        histories = (
            ending_here
            if length == 1
            else np.concatenate(([MISSING], np.where(tokens[1:] == start, MISSING, ending_here[:-1])))
        )
        places = np.flatnonzero((histories != MISSING) & (tokens != MISSING))
        keys, inverse = np.unique(histories[places] * width + tokens[places], return_inverse=True)
        if not len(keys):
            break
        ending_here = np.full(len(tokens), MISSING, dtype=np.int64)
        ending_here[places] = starts[-1] + inverse
        parents.append(keys // width)
        words.append(keys % width)
        counts.append(np.bincount(inverse, weights=weights[places], minlength=len(keys)).astype(np.float64))
        starts.append(starts[-1] + len(keys))
    return NgramTrie(width, np.concatenate(parents), np.concatenate(words), tuple(starts)), np.concatenate(counts)


def _add(
    trie: NgramTrie, counts: FloatArray, added: NgramTrie, added_counts: FloatArray
) -> tuple[NgramTrie, FloatArray]:
    merged, places, added_places = union(trie, added)
    total = np.zeros(merged.size)
    total[places] = counts
    total[added_places] += added_counts
    return merged, total
