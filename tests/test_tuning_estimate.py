"""Counts and Kneser-Ney estimates are those of the definitions, computed the slow way."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tuning_models import END, START, ngrams_of
from voice_assistant.hearing.tuning.counts import count_ngrams
from voice_assistant.hearing.tuning.estimate import USUAL_DISCOUNTS, estimate
from voice_assistant.hearing.tuning.trie import MISSING, ROOT, NgramTrie, union

NAMES = "abcde"
WIDTH = len(NAMES) + 2
NUMBER = {name: place for place, name in enumerate(NAMES)} | {START: WIDTH - 2, END: WIDTH - 1}
SENTENCES = [list(text) for text in ("abc", "abd", "abc", "bca", "e", "abab", "cab", "dd")]

texts = st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), min_size=1, max_size=12)


def numbered(sentences):
    return [([NUMBER[word] for word in words], 1.0) for words in sentences]


def node(trie: NgramTrie, ngram) -> int:
    place = ROOT
    for word in ngram:
        place = int(trie.find(np.array([place]), np.array([NUMBER[word]]))[0])
    return place


@settings(max_examples=60, deadline=None)
@given(texts)
def test_counts_are_those_of_a_plain_counter(sentences):
    counted = count_ngrams(numbered(sentences), 3, WIDTH, batch_words=7)
    for length in (1, 2, 3):
        expected = Counter(ngrams_of(sentences, length))
        assert counted.trie.level(length).stop - counted.trie.level(length).start == len(expected)
        for ngram, times in expected.items():
            assert counted.counts[node(counted.trie, ngram)] == times


def test_a_weight_counts_like_repetition():
    once = count_ngrams([([0, 1], 3.0)], 2, WIDTH)
    thrice = count_ngrams([([0, 1], 1.0)] * 3, 2, WIDTH)
    assert once.counts.tolist() == thrice.counts.tolist()


def test_no_ngram_reaches_across_a_gap():
    counted = count_ngrams([([0, MISSING, 1, 2], 1.0)], 3, WIDTH)
    assert node(counted.trie, "a") > 0
    assert node(counted.trie, "bc") > 0
    assert node(counted.trie, "ab") == MISSING
    assert node(counted.trie, (START, "a", "b")) == MISSING
    assert counted.words == 3


def test_memory_is_bounded_and_the_tree_stays_closed():
    rng = np.random.default_rng(7)
    sentences = [(rng.integers(0, 60, size=8).tolist(), 1.0) for _ in range(3000)]
    counted = count_ngrams(sentences, 3, 62, batch_words=2000, largest_tree=4000)
    trie = counted.trie
    assert trie.size <= 4000
    assert counted.words == 24_000
    lengths = np.repeat(np.arange(trie.order + 1), np.diff(trie.level_starts))
    assert (lengths[trie.suffixes[2:]] == np.maximum(lengths[2:] - 1, 0)).all()


def kneser_ney(sentences, order):
    """P(word | history) of interpolated modified Kneser-Ney, straight from Chen & Goodman (1999), as a function."""
    raw = {length: Counter(ngrams_of(sentences, length)) for length in range(1, order + 1)}
    adjusted = {}
    for length in range(1, order + 1):
        if length == order:
            adjusted[length] = dict(raw[length])
            continue
        before = defaultdict(set)
        for ngram in raw[length + 1]:
            before[ngram[1:]].add(ngram[0])
        adjusted[length] = {
            ngram: times if ngram[0] == START else len(before[ngram]) for ngram, times in raw[length].items()
        }
    del adjusted[1][(START,)]
    discounts = {length: discounts_of(list(adjusted[length].values())) for length in adjusted}

    def prob(history, word):
        length = len(history) + 1
        shorter = prob(history[1:], word) if history else 1 / len(adjusted[1])
        siblings = {ngram: times for ngram, times in adjusted[length].items() if ngram[:-1] == history}
        if not siblings:
            return shorter
        total = sum(siblings.values())
        taken = sum(discounts[length][min(times, 3)] for times in siblings.values())
        own = siblings.get((*history, word), 0)
        return max(own - discounts[length][min(own, 3)], 0) / total + taken / total * shorter

    return prob


def discounts_of(values):
    n1, n2, n3, n4 = (values.count(size) for size in (1, 2, 3, 4))
    usual = dict(zip((0, 1, 2, 3), (0.0, *USUAL_DISCOUNTS), strict=True))
    if not min(n1, n2, n3, n4):
        return usual
    y = n1 / (n1 + 2 * n2)
    learned = {0: 0.0, 1: 1 - 2 * y * n2 / n1, 2: 2 - 3 * y * n3 / n2, 3: 3 - 4 * y * n4 / n3}
    return learned if all(0 < learned[size] < size for size in (1, 2, 3)) else usual


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_estimates_are_those_of_the_definition(order):
    model = estimate(count_ngrams(numbered(SENTENCES), order, WIDTH))
    expected = kneser_ney(SENTENCES, order)
    histories = [
        (),
        *(ngram for length in range(1, order) for ngram in ngrams_of(SENTENCES, length) if END not in ngram),
    ]
    for history in histories:
        for word in (*NAMES, END):
            place = np.array([node(model.trie, history)])
            found = np.exp(model.log_prob(place, np.array([NUMBER[word]])))[0]
            assert found == pytest.approx(expected(history, word), rel=1e-9), (history, word)


@settings(max_examples=60, deadline=None)
@given(texts, st.floats(0.05, 4.0))
def test_every_history_sums_to_one_whatever_the_weights(sentences, weight):
    weighted = [(words, weight if place % 2 else 1.0) for place, (words, _) in enumerate(numbered(sentences))]
    model = estimate(count_ngrams(weighted, 3, WIDTH))
    words = np.array([NUMBER[name] for name in (*NAMES, END)])
    for history in np.flatnonzero(model.trie.has_children):
        total = np.exp(model.log_prob(np.full(len(words), history), words)).sum()
        assert total == pytest.approx(1, abs=1e-9)


def test_a_union_holds_the_ngrams_of_both_at_their_places():
    left = count_ngrams(numbered(SENTENCES[:4]), 3, WIDTH).trie
    right = count_ngrams(numbered(SENTENCES[4:]), 2, WIDTH).trie
    both, from_left, from_right = union(left, right)
    for tree, places in ((left, from_left), (right, from_right)):
        assert (both.words[places[1:]] == tree.words[1:]).all()
        assert (both.parents[places[1:]] == places[tree.parents[1:]]).all()
    assert both.size == len(set(from_left) | set(from_right))
    assert (np.diff(both.keys) > 0).all()
