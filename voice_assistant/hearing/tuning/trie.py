"""A table of n-grams as one flat tree: the shape that counts and probabilities share.

Node 0 is the empty n-gram. Every other node is an n-gram: its parent is the n-gram without the last word (its history),
its `word` is the last word. Nodes are ordered by length, then by parent, then by word, so that `parent * width + word`
rises through the whole table and one binary search finds any number of n-grams at once. Values (counts, probabilities)
are kept beside the tree in arrays with one entry a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

ROOT = 0
MISSING = -1


@dataclass(frozen=True)
class NgramTrie:
    """N-grams in a fixed order. Shapes: every array has one entry a node."""

    width: int
    """One more than the largest word number."""
    parents: IntArray
    """The node of the history; MISSING for the root."""
    words: IntArray
    """The last word; MISSING for the root."""
    level_starts: tuple[int, ...]
    """Index of the first node of each length, from 0 (the root); one entry more than there are lengths, the last is the
    number of nodes."""

    @classmethod
    def empty(cls, width: int) -> NgramTrie:
        """A tree of the root alone."""
        lone = np.array([MISSING], dtype=np.int64)
        return cls(width, lone, lone, (0, 1))

    @property
    def size(self) -> int:
        """Number of nodes, the root included."""
        return self.level_starts[-1]

    @property
    def order(self) -> int:
        """Length of the longest n-gram."""
        return len(self.level_starts) - 2

    def level(self, length: int) -> slice:
        """Where the n-grams of this length stand."""
        if length > self.order:
            return slice(self.size, self.size)
        return slice(self.level_starts[length], self.level_starts[length + 1])

    @cached_property
    def keys(self) -> IntArray:
        """`parent * width + word` of every node, rising."""
        return self.parents * self.width + self.words

    @cached_property
    def has_children(self) -> BoolArray:
        """Whether a node is the history of another."""
        return np.bincount(self.parents[1:], minlength=self.size) > 0

    def find(self, parents: IntArray, words: IntArray) -> IntArray:
        """The nodes of these n-grams, MISSING where there are none (also where the parent is MISSING)."""
        wanted = parents * self.width + words
        places = np.minimum(np.searchsorted(self.keys, wanted), self.size - 1)
        found = (self.keys[places] == wanted) & (parents >= 0)
        return np.where(found, places, MISSING)

    def find_longest(self, histories: IntArray, words: IntArray, suffixes: IntArray) -> IntArray:
        """For each word after a history: the node of the longest ending of both that is in the tree (the root when not
        even the word is).
        """
        result = np.full(len(words), ROOT, dtype=np.int64)
        pending = np.arange(len(words))
        while len(pending):
            nodes = self.find(histories, words[pending])
            result[pending] = np.maximum(nodes, ROOT)
            again = (nodes == MISSING) & (histories != ROOT)
            pending, histories = pending[again], suffixes[histories[again]]
        return result

    @cached_property
    def suffixes(self) -> IntArray:
        """For each node the longest n-gram of the tree that is a proper ending of it; the root's is the root."""
        result = np.full(self.size, ROOT, dtype=np.int64)
        for length in range(2, self.order + 1):
            here = self.level(length)
            result[here] = self.find_longest(result[self.parents[here]], self.words[here], result)
        return result

    @cached_property
    def first_words(self) -> IntArray:
        """The first word of each n-gram."""
        result: IntArray = self.words.copy()
        for length in range(2, self.order + 1):
            here = self.level(length)
            result[here] = result[self.parents[here]]
        return result

    def keep(self, chosen: BoolArray) -> tuple[NgramTrie, IntArray]:
        """The tree of the chosen nodes (the root must be one, and the parent of each) and the old index of each new
        node.
        """
        old = np.flatnonzero(chosen)
        new = np.full(self.size, MISSING, dtype=np.int64)
        new[old] = np.arange(len(old))
        parents = np.concatenate(([MISSING], new[self.parents[old[1:]]]))
        starts = [int(start) for start in np.searchsorted(old, self.level_starts)]
        while len(starts) > 2 and starts[-1] == starts[-2]:
            starts.pop()
        return NgramTrie(self.width, parents, self.words[old], tuple(starts)), old


def union(left: NgramTrie, right: NgramTrie) -> tuple[NgramTrie, IntArray, IntArray]:
    """The tree of all n-grams of both, and for each node of either its node in the new tree. Both must have the same
    width.
    """
    to_new = np.zeros(left.size, dtype=np.int64), np.zeros(right.size, dtype=np.int64)
    parents, words, starts = [np.array([MISSING])], [np.array([MISSING])], [0, 1]
    for length in range(1, max(left.order, right.order) + 1):
        keys = []
        for tree, moved in zip((left, right), to_new, strict=True):
            here = tree.level(length)
            keys.append(moved[tree.parents[here]] * left.width + tree.words[here])
        merged = _merge_sorted(keys[0], keys[1])
        for tree, moved, old_keys in zip((left, right), to_new, keys, strict=True):
            moved[tree.level(length)] = starts[-1] + np.searchsorted(merged, old_keys)
        parents.append(merged // left.width)
        words.append(merged % left.width)
        starts.append(starts[-1] + len(merged))
    return NgramTrie(left.width, np.concatenate(parents), np.concatenate(words), tuple(starts)), *to_new


def _merge_sorted(left: IntArray, right: IntArray) -> IntArray:
    """All values of two rising arrays, each once, rising."""
    if not len(left):
        return right
    places = np.minimum(np.searchsorted(left, right), len(left) - 1)
    new = left[places] != right
    return np.insert(left, np.searchsorted(left, right[new]), right[new])
