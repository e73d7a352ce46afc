"""A backoff n-gram language model over a flat tree, and the stock model as one.

The probability of a word after a history that lists it is stored; after one that does not, it is the history's backoff
weight times the probability after the history without its oldest word (S. Katz: Estimation of Probabilities from Sparse
Data, IEEE Trans. ASSP 35, 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from voice_assistant.hearing.tuning.ngram_file import NgramFile
from voice_assistant.hearing.tuning.trie import MISSING, ROOT, FloatArray, IntArray, NgramTrie

END_OFFSET, START_OFFSET = 1, 2


@dataclass(frozen=True)
class BackoffModel:
    """Natural logs throughout. The two largest word numbers stand for the start and the end of a sentence."""

    trie: NgramTrie
    log_probs: FloatArray
    """For each node, of its last word after its history."""
    backoffs: FloatArray
    """For each node, the log weight of what its children do not list."""

    @property
    def start(self) -> int:
        """The word number of a sentence's start."""
        return self.trie.width - START_OFFSET

    @property
    def end(self) -> int:
        """The word number of a sentence's end."""
        return self.trie.width - END_OFFSET

    def log_prob(self, histories: IntArray, words: IntArray) -> FloatArray:
        """Of each word after each history (a node); -inf for a word that the model does not have."""
        result = np.zeros(len(words))
        pending, nodes = np.arange(len(words)), histories
        while len(pending):
            found = self.trie.find(nodes, words[pending])
            listed = found != MISSING
            result[pending[listed]] += self.log_probs[found[listed]]
            unknown = ~listed & (nodes == ROOT)
            result[pending[unknown]] = -np.inf
            again = ~listed & ~unknown
            pending, nodes = pending[again], nodes[again]
            result[pending] += self.backoffs[nodes]
            nodes = self.trie.suffixes[nodes]
        return result

    def next_histories(self, histories: IntArray, words: IntArray) -> IntArray:
        """The longest history that remains after each word."""
        nodes = self.trie.find_longest(histories, words, self.trie.suffixes)
        return self.as_histories(nodes)

    def as_histories(self, nodes: IntArray) -> IntArray:
        """For each node itself if it predicts something, else its longest ending that does."""
        return self._history_of[nodes]

    @cached_property
    def _history_of(self) -> IntArray:
        result = np.arange(self.trie.size)
        while True:
            useless = ~self.trie.has_children[result] & (result != ROOT)
            if not useless.any():
                return result
            result[useless] = self.trie.suffixes[result[useless]]


def model_from_file(file: NgramFile, words: int) -> BackoffModel:
    """The n-grams of a file; word numbers below `words` are words."""
    width = words + START_OFFSET
    contexts, depths = _contexts(file, start=width - START_OFFSET)
    trie, state_nodes = _trie_of_contexts(file, contexts, depths, width)
    log_probs = np.full(trie.size, np.nan)
    log_probs[ROOT] = 0.0
    owners = _owners(file)
    log_probs[trie.find(state_nodes[owners], file.future_words.astype(np.int64))] = -file.futures[: len(owners)]
    final_states = np.flatnonzero(file.final_bits)
    ends = np.full(len(final_states), width - END_OFFSET)
    log_probs[trie.find(state_nodes[final_states], ends)] = -file.finals
    backoffs = np.zeros(trie.size)
    backoffs[state_nodes] = -file.backoffs[:-1].astype(np.float64)
    backoffs[ROOT] = 0.0
    return _filled(BackoffModel(trie, log_probs, backoffs))


def _filled(model: BackoffModel) -> BackoffModel:
    """N-grams that the file has only as histories get the probability that backing off gives them; the start is never
    predicted.
    """
    model.log_probs[model.trie.words == model.start] = -np.inf
    for length in range(1, model.trie.order + 1):
        nodes = np.arange(model.trie.size)[model.trie.level(length)]
        nodes = nodes[np.isnan(model.log_probs[nodes])]
        if not len(nodes):
            continue
        histories = model.trie.parents[nodes]
        shorter = model.log_prob(model.trie.suffixes[histories], model.trie.words[nodes])
        model.log_probs[nodes] = np.where(histories == ROOT, -np.inf, model.backoffs[histories] + shorter)
    return model


def _owners(file: NgramFile) -> IntArray:
    """The state of each future."""
    zeros = np.flatnonzero(~file.future_bits)
    return np.repeat(np.arange(file.states), np.diff(zeros) - 1)


def _contexts(file: NgramFile, start: int) -> tuple[IntArray, IntArray]:
    """The history of each state as a row, oldest word first, padded at the end with MISSING; and its length."""
    above = file.parents
    own = np.where(file.context_words[:-1] == 0, start, file.context_words[:-1]).astype(np.int64)
    columns, depths, current = [], np.zeros(file.states, dtype=np.int64), np.arange(file.states)
    while (current > 0).any():
        columns.append(np.where(current > 0, own[current], MISSING))
        depths += current > 0
        current = np.where(current > 0, above[current], 0)
    rows = np.stack(columns, axis=1) if columns else np.zeros((file.states, 0), dtype=np.int64)
    return rows, depths


def _trie_of_contexts(file: NgramFile, contexts: IntArray, depths: IntArray, width: int) -> tuple[NgramTrie, IntArray]:
    """The tree of all histories and futures, and the node of each state."""
    owners, future_words = _owners(file), file.future_words.astype(np.int64)
    ends = np.full(len(file.finals), width - END_OFFSET)
    finals = np.flatnonzero(file.final_bits)
    nodes = np.zeros(file.states, dtype=np.int64)
    parents, words, starts = [np.array([MISSING])], [np.array([MISSING])], [0, 1]
    for length in range(1, int(depths.max(initial=0)) + 2):
        futures, stops = depths[owners] == length - 1, depths[finals] == length - 1
        deeper = np.flatnonzero(depths >= length)
        history_keys = nodes[deeper] * width + (contexts[deeper, length - 1] if len(deeper) else deeper)
        listed = [
            nodes[owners[futures]] * width + future_words[futures],
            nodes[finals[stops]] * width + ends[stops],
            history_keys,
        ]
        keys = np.unique(np.concatenate(listed))
        if not len(keys):
            break
        nodes[deeper] = starts[-1] + np.searchsorted(keys, history_keys)
        parents.append(keys // width)
        words.append(keys % width)
        starts.append(starts[-1] + len(keys))
    return NgramTrie(width, np.concatenate(parents), np.concatenate(words), tuple(starts)), nodes
