"""Mixes a domain's language model into a general one, n-gram by n-gram.

For every history h of either model, P(w|h) = l(h) P_domain(w|h) + (1 - l(h)) P_general(w|h) for all words that either
lists there (F. Jelinek, R. Mercer: Interpolated Estimation of Markov Source Parameters from Sparse Data, 1980). l(h) is
how likely somebody who just said h speaks of the domain, by Bayes' rule from how likely either model finds h (C.
Allauzen, M. Riley: Bayesian Language Model Interpolation for Mobile Speech Input, Interspeech 2011), times how well the
text is known to go on after h (I. Witten, T. Bell: The Zero-Frequency Problem, IEEE Trans. IT 37, 1991). After "behind
my" the domain is nearly certain, after "of the" it is not, however often its text has that. Words that neither lists
are backed off to the shorter history of the *mixed* model with a weight that makes the probabilities after h sum to
one. So a sentence that begins outside the domain can come back to it at any word, and one that leaves it is heard as it
is.
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
_TINY = 1e-6
_MOST = 300.0
"""Natural log that stands for endless: of a word that a model does not have."""


@dataclass(frozen=True)
class Mixing:
    """How much the domain's text is believed. The values were chosen on held-out text and speech (docs/tuning.md)."""

    prior: float = 0.6
    """Above 0 to 1: how likely a sentence is of the domain before anything of it is known."""
    doubt: float = 0.7
    """A history that occurs c times, before t different words, is known c / (c + doubt * t); 1 is Witten's and Bell's
    own, more believes less in histories that many different words follow."""


def interpolate(general: BackoffModel, domain: BackoffModel, counts: NgramCounts, mixing: Mixing) -> BackoffModel:
    """The mixed model; its n-grams are those of both. `counts` are those that the domain's model was estimated from."""
    trie, from_general, from_domain = union(general.trie, domain.trie)
    in_general = _matching(trie, general.trie, from_general)
    in_domain = _matching(trie, domain.trie, from_domain)
    weights = _weights(trie, in_domain, general, domain, counts, mixing)
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
    trie: NgramTrie,
    in_domain: IntArray,
    general: BackoffModel,
    domain: BackoffModel,
    counts: NgramCounts,
    mixing: Mixing,
) -> FloatArray:
    """L of each node of the mixed tree."""
    parents = counts.trie.parents[1:]
    followed = np.bincount(parents, weights=counts.counts[1:], minlength=counts.trie.size)
    kinds = np.bincount(parents, minlength=counts.trie.size)
    known = followed / np.maximum(followed + mixing.doubt * kinds, _TINY)
    odds_against = (1 - mixing.prior) * np.exp(
        np.minimum(_log_prob_of_histories(trie, general) - _log_prob_of_histories(trie, domain), _MOST)
    )
    weights: FloatArray = known[in_domain] * mixing.prior / (mixing.prior + odds_against)
    return weights


def _log_prob_of_histories(trie: NgramTrie, model: BackoffModel) -> FloatArray:
    """Of each node that is shorter than the longest, all its words after one another; a sentence's start is given."""
    result, histories = np.zeros(trie.size), np.full(trie.size, ROOT, dtype=np.int64)
    for length in range(1, trie.order):
        here = trie.level(length)
        words, before = trie.words[here], histories[trie.parents[here]]
        last = np.where(words == model.start, 0.0, model.log_prob(before, words))
        result[here] = np.maximum(result[trie.parents[here]] + last, -_MOST)
        histories[here] = model.next_histories(before, words)
    return result


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


def _known_words(model: BackoffModel) -> BoolArray:
    known = np.zeros(model.trie.width, dtype=np.bool_)
    known[model.trie.words[model.trie.level(1)]] = True
    return known
