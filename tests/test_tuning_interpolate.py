"""The mixed model is the weighted mean of its two parts where either lists a word, and a probability everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tuning_models import END, START, WORDS, backed_off, tiny_file, tiny_probabilities
from voice_assistant.hearing.tuning.backoff_model import model_from_file
from voice_assistant.hearing.tuning.counts import count_ngrams
from voice_assistant.hearing.tuning.estimate import estimate
from voice_assistant.hearing.tuning.interpolate import Mixing, interpolate
from voice_assistant.hearing.tuning.trie import MISSING, ROOT

WORDS_END = len(WORDS) + 1
NEW = len(WORDS)
"""A word that the general model does not have."""
WIDTH = WORDS_END + 2
NUMBER = {name: place for place, name in enumerate(WORDS)} | {"new": NEW, START: WIDTH - 2, END: WIDTH - 1}
SPEAKABLE = (*WORDS[1:12], END)
TEXT = [text.split() for text in ("the knee", "the knees", "a b the knee", "a b the knee", "d d", "the new knee")]


def numbered(sentences):
    return [([NUMBER[word] for word in words], 1.0) for words in sentences]


def node(trie, ngram) -> int:
    place = ROOT
    for word in ngram:
        place = int(trie.find(np.array([place]), np.array([NUMBER[word]]))[0])
    return place


def prob(model, history, word) -> float:
    place = node(model.trie, history)
    assert place != MISSING
    return float(np.exp(model.log_prob(np.array([place]), np.array([NUMBER[word]])))[0])


@pytest.fixture(scope="module")
def general():
    return model_from_file(tiny_file(), WORDS_END)


def mixed_with(general, sentences, mixing):
    counts = count_ngrams(numbered(sentences), 3, WIDTH)
    domain = estimate(counts)
    return interpolate(general, domain, counts, mixing), domain


def test_listed_words_get_the_mean_weighted_by_how_likely_the_history_is_of_the_domain(general):
    model, domain = mixed_with(general, TEXT, Mixing(prior=0.4, doubt=0.5))
    table = tiny_probabilities()
    # the text has "the" five times as a history, before three different words
    of_domain, of_general = 0.4 * prob(domain, (), "the"), 0.6 * backed_off(table, (), "the")
    weight = of_domain / (of_domain + of_general) * 5 / (5 + 0.5 * 3)
    for word in ("knee", "knees"):
        expected = weight * prob(domain, ("the",), word) + (1 - weight) * backed_off(table, ("the",), word)
        assert prob(model, ("the",), word) == pytest.approx(expected, rel=1e-5)


def test_without_a_history_the_prior_decides(general):
    model, domain = mixed_with(general, TEXT, Mixing(prior=0.4, doubt=0.0))
    expected = 0.4 * prob(domain, (), "d") + 0.6 * backed_off(tiny_probabilities(), (), "d")
    assert prob(model, (), "d") == pytest.approx(expected, rel=1e-5)


def test_a_history_that_the_text_has_only_the_end_of_counts_by_how_likely_the_text_finds_it(general):
    model, domain = mixed_with(general, [["b", "c"], ["a"]], Mixing(prior=0.4, doubt=0.5))
    table = tiny_probabilities()
    # "a b" is a history of the general model only; the text has "b" once, before one word
    of_domain = 0.4 * prob(domain, (), "a") * prob(domain, ("a",), "b")
    of_general = 0.6 * backed_off(table, (), "a") * backed_off(table, ("a",), "b")
    weight = of_domain / (of_domain + of_general) * 1 / (1 + 0.5 * 1)
    expected = weight * prob(domain, ("b",), "c") + (1 - weight) * backed_off(table, ("a", "b"), "c")
    assert prob(model, ("a", "b"), "c") == pytest.approx(expected, rel=1e-5)


def test_after_a_word_that_the_text_lacks_nothing_is_expected_of_it(general):
    model, _ = mixed_with(general, [["knee"]], Mixing())
    table = tiny_probabilities()
    assert prob(model, ("a",), "b") == pytest.approx(backed_off(table, ("a",), "b"), rel=1e-5)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from((*WORDS[1:12], "new")), min_size=1, max_size=5), min_size=1, max_size=8),
    st.floats(0.01, 1.0),
)
def test_every_history_sums_to_one(sentences, prior):
    general = model_from_file(tiny_file(), WORDS_END)
    model, _ = mixed_with(general, sentences, Mixing(prior=prior))
    words = np.array([NUMBER[word] for word in (*SPEAKABLE, "new")])
    for history in np.flatnonzero(model.trie.has_children):
        total = np.exp(model.log_prob(np.full(len(words), history), words)).sum()
        assert total == pytest.approx(1, abs=1e-6)


def test_hardly_any_weight_leaves_the_general_model_as_it_is(general):
    model, _ = mixed_with(general, TEXT, Mixing(prior=1e-9))
    table = tiny_probabilities()
    for history in table:
        for word in SPEAKABLE:
            assert prob(model, history, word) == pytest.approx(backed_off(table, history, word), rel=1e-4)


def test_words_outside_the_text_keep_a_sane_probability(general):
    model, _ = mixed_with(general, TEXT, Mixing())
    table = tiny_probabilities()
    for history in table:
        for word in ("c", "trek", "us"):
            kept = prob(model, history, word) / backed_off(table, history, word)
            assert 0.02 < kept < 3


def test_a_sentence_can_come_to_the_domain_from_any_word(general):
    model, _ = mixed_with(general, TEXT, Mixing())
    table = tiny_probabilities()
    for history in table:
        for word in ("knees", "knee"):
            assert prob(model, history, word) > 0.9 * backed_off(table, history, word)


def test_a_new_word_is_possible_everywhere_and_likely_where_the_text_has_it(general):
    model, _ = mixed_with(general, TEXT, Mixing())
    assert prob(model, (), "new") > 0.001
    assert prob(model, ("the",), "new") > 4 * prob(model, ("a",), "new")
