"""Mixes a domain's language model into a general one, n-gram by n-gram.

For every history h of either model, P(w|h) = l(h) P_domain(w|h) + (1 - l(h)) P_general(w|h) for all words that either
lists there (F. Jelinek, R. Mercer: Interpolated Estimation of Markov Source Parameters from Sparse Data, 1980), where
l(h) grows with how often the domain's text has the history (as in I. Witten, T. Bell: The Zero-Frequency Problem, IEEE
Trans. IT 37, 1991). Words that neither lists are backed off to the shorter history of the *mixed* model with a weight
that makes the probabilities after h sum to one. So a sentence that begins outside the domain can come back to it at any
word, and one that leaves it is heard as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voice_assistant.hearing.tuning.backoff_model import BackoffModel
from voice_assistant.hearing.tuning.counts import NgramCounts
from voice_assistant.hearing.tuning.trie import MISSING, ROOT, BoolArray, FloatArray, IntArray, NgramTrie, union

LEAST_LEFT = 1e-6
"""Probability that every history leaves to words it does not list; keeps the weights finite where both models list
nearly everything."""


@dataclass(frozen=True)
class Mixing:
    """How much the domain's text is believed: l(h) = strength * c(h) / (c(h) + doubt * t(h)) for a history that occurs
    c(h) times, before t(h) different words. The values were chosen on held-out text and speech (docs/tuning.md).
    """

    strength: float = 0.95
    """0 to 1; what a history gets that the text has very often."""
    doubt: float = 1.0
    """1 is Witten's and Bell's own; more believes less in histories that many different words follow."""
    unigram: float = 0.5
    """l of the empty history, as a share of `strength`."""
    unseen: float = 0.25
    """What is left of l for each word that has to be dropped from a history until the text has it, 0 to 1."""


def interpolate(general: BackoffModel, domain: BackoffModel, counts: NgramCounts, mixing: Mixing) -> BackoffModel:
    """The mixed model; its n-grams are those of both. `counts` are those that the domain's model was estimated from."""
    trie, from_general, from_domain = union(general.trie, domain.trie)
    in_general = _matching(trie, general.trie, from_general)
    in_domain = _matching(trie, domain.trie, from_domain)
    weights = _weights(trie, in_domain, domain, counts, mixing)
    parents = trie.parents[1:]

    general_probs = np.zeros(trie.size)
    general_probs[from_general] = np.exp(general.log_probs)
    only_domain = np.setdiff1d(from_domain, from_general, assume_unique=True)
    general_probs[only_domain] = np.exp(
        general.log_prob(in_general[trie.parents[only_domain]], trie.words[only_domain])
    )

    probs = (1 - weights[trie.parents]) * general_probs
    believed = np.flatnonzero(weights[parents] > 0) + 1
    believed = believed[_known_words(domain)[trie.words[believed]]]
    histories = in_domain[trie.parents[believed]]
    probs[believed] += weights[trie.parents[believed]] * np.exp(domain.log_prob(histories, trie.words[believed]))
    probs[ROOT] = 1.0
    return normalised(trie, probs)


def normalised(trie: NgramTrie, probs: FloatArray) -> BackoffModel:
    """A model that gives the listed words these probabilities and whose histories each sum to one."""
    with np.errstate(divide="ignore"):
        model = BackoffModel(trie, np.log(probs), np.zeros(trie.size))
    listed = np.bincount(trie.parents[1:], weights=probs[1:], minlength=trie.size)
    model.log_probs[trie.level(1)] -= np.log(listed[ROOT])
    for length in range(2, trie.order + 1):
        here = np.arange(trie.size)[trie.level(length)]
        histories = trie.parents[here]
        crowded = listed[histories] > 1 - LEAST_LEFT
        model.log_probs[here[crowded]] += np.log((1 - LEAST_LEFT) / listed[histories[crowded]])
        shorter = np.exp(model.log_prob(trie.suffixes[histories], trie.words[here]))
        shorter = np.bincount(histories, weights=shorter, minlength=trie.size)
        used = np.unique(histories)
        left = 1 - np.minimum(listed[used], 1 - LEAST_LEFT)
        model.backoffs[used] = np.log(left / np.maximum(1 - shorter[used], LEAST_LEFT))
    return model


def _weights(
    trie: NgramTrie, in_domain: IntArray, domain: BackoffModel, counts: NgramCounts, mixing: Mixing
) -> FloatArray:
    """L of each node of the mixed tree."""
    parents = counts.trie.parents[1:]
    followed = np.bincount(parents, weights=counts.counts[1:], minlength=counts.trie.size)
    kinds = np.bincount(parents, minlength=counts.trie.size)
    own = mixing.strength * followed / np.maximum(followed + mixing.doubt * kinds, LEAST_LEFT)
    own[ROOT] = mixing.strength * mixing.unigram
    lengths, domain_lengths = _lengths(trie), _lengths(domain.trie)
    dropped = lengths - domain_lengths[in_domain]
    weights: FloatArray = own[in_domain] * mixing.unseen**dropped
    return weights


def _matching(trie: NgramTrie, part: NgramTrie, from_part: IntArray) -> IntArray:
    """For each node of the mixed tree, the longest history of one part that is an ending of it (a node of that part
    that has children).
    """
    result = np.full(trie.size, MISSING, dtype=np.int64)
    result[from_part[part.has_children]] = np.flatnonzero(part.has_children)
    result[ROOT] = ROOT
    for length in range(1, trie.order + 1):
        here = np.arange(trie.size)[trie.level(length)]
        here = here[result[here] == MISSING]
        result[here] = result[trie.suffixes[here]]
    return result


def _lengths(trie: NgramTrie) -> IntArray:
    return np.repeat(np.arange(trie.order + 1), np.diff(trie.level_starts))


def _known_words(model: BackoffModel) -> BoolArray:
    known = np.zeros(model.trie.width, dtype=np.bool_)
    known[model.trie.words[model.trie.level(1)]] = True
    return known
