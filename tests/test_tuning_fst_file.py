"""The written graph says what the model says: the cost of a sentence along its arcs is the model's."""

from __future__ import annotations

import io
import math
import struct

import numpy as np
import pytest

from tests.tuning_models import END, START, WORDS, tiny_file
from voice_assistant.hearing.tuning.backoff_model import model_from_file
from voice_assistant.hearing.tuning.counts import count_ngrams
from voice_assistant.hearing.tuning.estimate import estimate
from voice_assistant.hearing.tuning.fst_file import to_fst
from voice_assistant.hearing.tuning.interpolate import Mixing, interpolate
from voice_assistant.hearing.tuning.ngram_file import FST_MARK, SymbolTable

NEW = len(WORDS)
WIDTH = len(WORDS) + 3
NUMBER = {name: place for place, name in enumerate(WORDS)} | {"new": NEW, START: WIDTH - 2, END: WIDTH - 1}
SPELLED = {NEW: ((NUMBER["gas"], NUMBER["trek"], NUMBER["me"]), (NUMBER["knees"],))}


@pytest.fixture(scope="module")
def model():
    general = model_from_file(tiny_file(), len(WORDS) + 1)
    text = ["the new knee", "a b c", "the knees"]
    counts = count_ngrams([([NUMBER[word] for word in line.split()], 1.0) for line in text], 3, WIDTH)
    return interpolate(general, estimate(counts), counts, Mixing())


class Graph:
    """Reads the bytes by the published layout, independently of the code that wrote them."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0
        assert self.take("<i") == (FST_MARK,)
        assert (self.string(), self.string()) == ("const", "standard")
        version, flags, self.properties, self.start, states, arcs = self.take("<iiQqqq")
        assert (version, flags) == (2, 2)
        self.symbols = self.table()
        self.states = [self.take("<fIIII") for _ in range(states)]
        self.arcs = [self.take("<iifi") for _ in range(arcs)]
        assert self.place == len(data)

    def take(self, layout):
        values = struct.unpack_from(layout, self.data, self.place)
        self.place += struct.calcsize(layout)
        return values

    def string(self):
        (length,) = self.take("<i")
        self.place += length
        return self.data[self.place - length : self.place].decode()

    def table(self):
        self.take("<i")
        self.string()
        _, count = self.take("<qq")
        return [(self.string(), *self.take("<q")) for _ in range(count)]

    def leaving(self, state):
        _, first, count, _, _ = self.states[state]
        return self.arcs[first : first + count]

    def paths(self, labels):
        """(cost, output labels) of every way to read these input labels from start to end."""
        ways = [(0.0, (), self.start)]
        for label in labels:
            ways = [
                (cost + arc[2], (*out, arc[1]), arc[3])
                for cost, out, state in self.with_backoff(ways)
                for arc in self.leaving(state)
                if arc[0] == label
            ]
        return [(cost + self.states[state][0], out) for cost, out, state in self.with_backoff(ways)]

    def with_backoff(self, ways):
        reached = []
        while ways:
            reached += ways
            ways = [(c + arc[2], out, arc[3]) for c, out, s in ways for arc in self.leaving(s) if arc[0] == 0]
        return reached


@pytest.fixture(scope="module")
def graph(model):
    target = io.BytesIO()
    to_fst(model, SPELLED).write(target, SymbolTable("words", 99, (*WORDS, "new"), tuple(range(len(WORDS) + 1))))
    return Graph(target.getvalue())


def model_cost(model, sentence) -> float:
    history = model.trie.find(np.array([0]), np.array([model.start]))
    cost = 0.0
    for word in (*sentence.split(), END):
        number = np.array([NUMBER[word]])
        cost -= model.log_prob(history, number)[0]
        history = model.next_histories(history, number)
    return cost


@pytest.mark.parametrize("sentence", ["the knees", "a b c", "a b d", "gas trek me", "b a the knee us", "d d d", "a"])
def test_a_sentence_costs_what_the_model_says(model, graph, sentence):
    # Of all paths the one without needless backing off; where backing off is cheaper than a listed word, that one.
    costs = [cost for cost, out in graph.paths([NUMBER[word] for word in sentence.split()]) if NEW not in out]
    assert any(cost == pytest.approx(model_cost(model, sentence), rel=1e-5) for cost in costs)
    assert min(costs) == pytest.approx(model_cost(model, sentence), abs=0.7)


def test_a_new_word_comes_out_where_its_spelling_goes_in(model, graph):
    expected = model_cost(model, "the new knee")
    for spelling in SPELLED[NEW]:
        read = (NUMBER["the"], *spelling, NUMBER["knee"])
        cost, out = min((cost, out) for cost, out in graph.paths(read) if NEW in out)
        assert cost == pytest.approx(expected, rel=1e-5)
        named = [label for label in out if label < len(graph.symbols)]
        assert named == [NUMBER["the"], NEW, NUMBER["knee"]]
        assert len(out) == len(read)


def test_no_arc_asks_for_the_sound_of_a_new_word(graph):
    assert NEW not in {arc[0] for arc in graph.arcs}
    assert NEW in {arc[1] for arc in graph.arcs}


def test_arcs_are_sorted_and_counted_as_the_decoder_needs_them(graph):
    assert sum(state[2] for state in graph.states) == len(graph.arcs)
    for number, (final, first, count, input_epsilons, output_epsilons) in enumerate(graph.states):
        arcs = graph.arcs[first : first + count]
        labels = [arc[0] for arc in arcs]
        assert labels == sorted(labels)
        assert labels.count(0) == input_epsilons <= 1
        assert [arc[1] for arc in arcs].count(0) == output_epsilons
        assert all(0 <= arc[3] < len(graph.states) and math.isfinite(arc[2]) for arc in arcs)
        assert count or final < math.inf, number


def test_the_graph_of_a_plain_model_is_marked_as_an_acceptor(model):
    acceptor = 0x10000
    assert to_fst(model, {}).transducer is False
    target = io.BytesIO()
    to_fst(model, {}).write(target, SymbolTable("words", 99, WORDS, tuple(range(len(WORDS)))))
    assert Graph(target.getvalue()).properties & acceptor
