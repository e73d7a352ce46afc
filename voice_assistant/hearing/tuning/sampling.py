"""Sentences that a language model finds likely, drawn at random: other talk in a few thousand words."""

from __future__ import annotations

import numpy as np

from voice_assistant.hearing.tuning.backoff_model import BackoffModel
from voice_assistant.hearing.tuning.trie import MISSING, ROOT, FloatArray, IntArray

_SEED = 1
"""The same model gives the same sentences."""


def sample(model: BackoffModel, count: int, longest: int) -> list[tuple[int, ...]]:
    """`count` sentences as word numbers, each word drawn by its probability after those before it; what grows longer
    than `longest` words is cut, what ends at once is empty.
    """
    random = np.random.default_rng(_SEED)
    draw = _Draw(model, random)
    begin = model.trie.find(np.array([ROOT]), np.array([model.start]))
    histories = np.repeat(model.as_histories(np.where(begin == MISSING, ROOT, begin)), count)
    speaking = np.arange(count)
    rows = np.full((count, longest), MISSING, dtype=np.int64)
    for place in range(longest):
        words = draw.words(histories)
        goes_on = words != model.end
        speaking, words, histories = speaking[goes_on], words[goes_on], histories[goes_on]
        rows[speaking, place] = words
        histories = model.next_histories(histories, words)
    return [tuple(int(word) for word in row[row != MISSING]) for row in rows]


class _Draw:
    """Draws words after histories."""

    def __init__(self, model: BackoffModel, random: np.random.Generator) -> None:
        trie = model.trie
        self._trie, self._random = trie, random
        nodes = np.arange(trie.size)
        self._first = np.searchsorted(trie.parents[1:], nodes, side="left") + 1
        self._last = np.searchsorted(trie.parents[1:], nodes, side="right") + 1
        chances = np.exp(model.log_probs)
        chances[ROOT] = 0.0
        self._below: FloatArray = np.concatenate((np.zeros(1), np.cumsum(chances)))
        """At i, the chances of all nodes before i together."""

    def words(self, histories: IntArray) -> IntArray:
        """A word after each history: one that it lists or, as often as it leaves others, any after a shorter history
        (so that what it lists comes a little too often).
        """
        result = np.full(len(histories), MISSING, dtype=np.int64)
        pending, nodes = np.arange(len(histories)), histories
        while len(pending):
            first, last = self._first[nodes], self._last[nodes]
            before, listed = self._below[first], self._below[last] - self._below[first]
            drawn = self._random.random(len(nodes)) * np.where(nodes == ROOT, listed, 1.0)
            hit = drawn < listed
            places = np.searchsorted(self._below, (before + drawn)[hit], side="right") - 1
            result[pending[hit]] = self._trie.words[np.clip(places, first[hit], last[hit] - 1)]
            pending, nodes = pending[~hit], self._trie.suffixes[nodes[~hit]]
        return result
