"""The stock language model is read bit for bit, and anything else is refused in one sentence."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tests.tuning_models import START, WORDS, backed_off, tiny_file, tiny_probabilities
from voice_assistant.hearing.tuning.backoff_model import model_from_file
from voice_assistant.hearing.tuning.ngram_file import FST_MARK, parse_ngram_file, read_ngram_file, read_symbols
from voice_assistant.hearing.tuning.trie import ROOT
from voice_assistant.models import SPEECH_MODEL, default_folder
from voice_assistant.types import ModelError

STOCK = default_folder() / SPEECH_MODEL / "graph" / "Gr.fst"


def test_the_stock_model_is_written_back_bit_for_bit():
    file = read_ngram_file(STOCK)
    assert file.to_bytes() == STOCK.read_bytes()
    assert file.states == 196_557
    assert file.symbols is not None
    assert len(file.symbols.words) == 152_217


def test_every_history_of_the_stock_model_sums_to_one():
    file = read_ngram_file(STOCK)
    assert file.symbols is not None
    model = model_from_file(file, max(file.symbols.keys) + 1)
    trie = model.trie
    histories = trie.parents[1:]
    listed = np.bincount(histories, weights=np.exp(model.log_probs[1:]), minlength=trie.size)
    shorter = np.exp(model.log_prob(trie.suffixes[histories], trie.words[1:]))
    unlisted = 1 - np.bincount(histories, weights=shorter, minlength=trie.size)
    used = np.flatnonzero(trie.has_children)[1:]
    total = listed[used] + np.exp(model.backoffs[used]) * unlisted[used]
    assert listed[ROOT] == pytest.approx(1, abs=1e-6)
    assert np.abs(total - 1).max() < 1e-5


def test_a_tiny_model_comes_back_as_it_was_written():
    data = tiny_file().to_bytes()
    assert parse_ngram_file(data, "tiny").to_bytes() == data


def test_probabilities_read_are_those_of_the_definition():
    table = tiny_probabilities()
    model = model_from_file(tiny_file(table), len(WORDS))
    number = {word: place for place, word in enumerate(WORDS)} | {START: model.start, "</s>": model.end}
    contexts = [(), (START,), ("a",), ("b",), ("the",), (START, "a"), ("a", "b")]
    for context in contexts:
        node = ROOT
        for word in context:
            node = int(model.trie.find(np.array([node]), np.array([number[word]]))[0])
        for word in (*WORDS[1:12], "</s>"):
            found = np.exp(model.log_prob(np.array([node]), np.array([number[word]])))[0]
            assert found == pytest.approx(backed_off(table, context, word), rel=1e-5), (context, word)


def test_symbols_are_read_alone(tmp_path):
    path = tmp_path / "Gr.fst"
    path.write_bytes(tiny_file().to_bytes())
    assert read_symbols(path).words == WORDS


HEADER = len(struct.pack("<i", FST_MARK)) + 4 + len("ngram") + 4 + len("standard")


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda data: b"", "cut short"),
        (lambda data: data[:300], "cut short"),
        (lambda data: data[:-1], "cut short"),
        (lambda data: data + b"\0", "longer"),
        (lambda data: b"RIFF" + data[4:], "not an OpenFst file"),
        (lambda data: data[3::-1] + data[4:], "byte order"),
        (lambda data: data.replace(b"ngram", b"const", 1), "const/standard"),
        (lambda data: data[:HEADER] + struct.pack("<i", 5) + data[HEADER + 4 :], "version 5"),
        (lambda data: data.replace(b"trek", b"tr\xffk", 1), "UTF-8"),
        (lambda data: data[:-8] + struct.pack("<2f", float("nan"), 0), "no costs"),
        (lambda data: data[:-8] + struct.pack("<2f", float("inf"), 0), "no costs"),
        (lambda data: data[:-8] + struct.pack("<2f", -1e30, 0), "no costs"),
    ],
)
def test_a_damaged_file_is_refused_in_one_sentence(damage, complaint):
    with pytest.raises(ModelError, match=complaint) as caught:
        parse_ngram_file(damage(tiny_file().to_bytes()), "Gr.fst")
    assert str(caught.value).count("\n") == 0


def test_every_cut_is_noticed():
    data = tiny_file().to_bytes()
    for size in range(0, len(data), 7):
        with pytest.raises(ModelError):
            parse_ngram_file(data[:size], "Gr.fst")


def test_counts_that_contradict_each_other_are_noticed():
    file = tiny_file()
    file.final_bits[0] = not file.final_bits[0]
    with pytest.raises(ModelError, match="contradict"):
        parse_ngram_file(file.to_bytes(), "Gr.fst")


@pytest.mark.parametrize("order", ["100111101010000", "100000000111111"])
def test_a_tree_of_histories_that_is_none_is_noticed(order):
    file = tiny_file()
    file.tree_bits[:] = [bit == "1" for bit in order.ljust(len(file.tree_bits), "0")]
    with pytest.raises(ModelError, match=r"circle|contradict"):
        parse_ngram_file(file.to_bytes(), "Gr.fst")


def test_a_model_without_a_dynamic_graph_is_told_apart(tmp_path):
    with pytest.raises(ModelError, match="dynamic graph"):
        read_ngram_file(tmp_path / "graph" / "Gr.fst")
