"""A language model from counts: interpolated modified Kneser-Ney smoothing.

S. Chen, J. Goodman: An Empirical Study of Smoothing Techniques for Language Modeling, Computer Speech and Language 13,
1999. Shorter n-grams are counted by the number of different words before them, so that a word of a fixed phrase is not
expected everywhere. Weighted text makes counts that are no whole numbers: a kind of word before an n-gram counts at
most as much as its weight, and the discount is drawn linearly between whole counts (as in H. Zhang, D. Chiang:
Kneser-Ney Smoothing on Expected Counts, ACL 2014, for the simplest case); whole numbers give the original formulas.
"""

from __future__ import annotations

import numpy as np

from voice_assistant.hearing.tuning.backoff_model import BackoffModel
from voice_assistant.hearing.tuning.counts import NgramCounts
from voice_assistant.hearing.tuning.trie import ROOT, FloatArray, IntArray, NgramTrie

USUAL_DISCOUNTS = (0.5, 1.0, 1.5)
"""For texts too small to learn them from (the values that KenLM falls back on)."""


def estimate(counts: NgramCounts) -> BackoffModel:
    """The model; its words are those of the text and the end of a sentence."""
    trie = counts.trie
    start = trie.width - 2
    adjusted = adjusted_counts(counts)
    adjusted[trie.words == start] = 0.0
    probs, backoffs = np.zeros(trie.size), np.ones(trie.size)
    known = trie.level(1)
    uniform = 1.0 / max(1, int((adjusted[known] > 0).sum()))
    for length in range(1, trie.order + 1):
        here = trie.level(length)
        histories = trie.parents[here]
        discounted = np.maximum(adjusted[here] - _discounts(adjusted[here]), 0.0)
        totals = np.bincount(histories, weights=adjusted[here], minlength=trie.size)
        kept = np.bincount(histories, weights=discounted, minlength=trie.size)
        used = np.flatnonzero(totals)
        backoffs[used] = 1.0 - kept[used] / totals[used]
        shorter = np.full(len(histories), uniform) if length == 1 else probs[_shortened(trie, length)]
        probs[here] = discounted / totals[histories] + backoffs[histories] * shorter
        probs[here][trie.words[here] == start] = 0.0
    backoffs[ROOT] = 1.0
    with np.errstate(divide="ignore"):
        return BackoffModel(trie, np.log(probs), np.log(backoffs))


def adjusted_counts(counts: NgramCounts) -> FloatArray:
    """Counts of the longest n-grams and of those at the start of a sentence; of all others the number of different
    words before them.
    """
    trie = counts.trie
    adjusted: FloatArray = counts.counts.copy()
    types = np.minimum(counts.counts, 1.0)
    for length in range(1, trie.order):
        here, longer = trie.level(length), trie.level(length + 1)
        continued = np.bincount(trie.suffixes[longer], weights=types[longer], minlength=trie.size)[here]
        at_start = trie.first_words[here] == trie.width - 2
        adjusted[here] = np.where(at_start, adjusted[here], np.maximum(continued, 1e-9))
    return adjusted


def _shortened(trie: NgramTrie, length: int) -> IntArray:
    """For each n-gram of a length the node of the n-gram without its first word, which the tree always has."""
    return trie.suffixes[trie.level(length)]


def _discounts(adjusted: FloatArray) -> FloatArray:
    """What is taken from each count, and given to words not seen."""
    whole = np.rint(adjusted)
    ones, twos, threes, fours = (int((whole == size).sum()) for size in (1, 2, 3, 4))
    one, two, more = USUAL_DISCOUNTS
    if min(ones, twos, threes, fours) > 0:
        ratio = ones / (ones + 2 * twos)
        learned = (1 - 2 * ratio * twos / ones, 2 - 3 * ratio * threes / twos, 3 - 4 * ratio * fours / threes)
        if all(0 < discount < size for discount, size in zip(learned, (1, 2, 3), strict=True)):
            one, two, more = learned
    discounts: FloatArray = np.interp(adjusted, [0, 1, 2, 3], [0, one, two, more])
    return discounts
