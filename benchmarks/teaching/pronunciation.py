"""Which states of the network belong to which moment of an utterance whose words are known (forced alignment).

`graph/HCLr.fst` of a Vosk model says how words are pronounced: a transducer from transitions of the hidden Markov model
to words (OpenFst's type `olabel_lookahead`: a `const` FST, and after it which words can come next at each state;
`label-reachable.h`, `interval-set.h`). Composed with one sentence it is a small graph, in which the network's scores
and the forward-backward algorithm (L. Rabiner, A tutorial on hidden Markov models, 1989) tell how likely each state is
at each moment.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_assistant.hearing.tuning.fst_file import ARC, STATE

Scores = npt.NDArray[np.float32]
"""Of the network, shape (outputs, its states)."""
Sentence = Sequence[Sequence[Sequence[int]]]
"""For each word the runs of word numbers that may stand for it."""

KEPT = 4
"""Of the states that are likely at a moment."""
_CONST_HEADER = struct.Struct("<iiQqqq")
_INTERVAL = np.dtype([("begin", "<i4"), ("end", "<i4")])
_BEFORE_INTERVALS = 5
"""Bytes of flags."""
_SILENT = -1
"""In place of a state of the network, for an arc that takes no time."""
_MOST_STATES = 40_000
"""Of the graph of a sentence; usual ones have 30 to 110."""
_LAST_SILENT_PHONE = 5
"""Phones 1 to 5 are silence. 6 to 10, of `--endpoint.silence-phones` too, are noise, which a grammar takes for [unk]."""


@dataclass(frozen=True)
class Occupancy:
    """What an utterance whose words are known is made of."""

    states: npt.NDArray[np.int16]
    """The likeliest at each output, shape (outputs, KEPT)."""
    chances: npt.NDArray[np.float16]
    """Theirs, between 0 and 1."""
    surplus: float
    """How far the best of all states scores above those of the sentence, on average: large where something else was
    said."""


class Pronunciation:
    """How the model pronounces sentences."""

    def __init__(self, model_folder: Path) -> None:
        content = (model_folder / "graph" / "HCLr.fst").read_bytes()
        at = content.index(b"const\x08") + len(b"const") + 4 + len(b"standard")
        _, _, _, self._start, states, arcs = _CONST_HEADER.unpack_from(content, at)
        at += _CONST_HEADER.size
        table = np.frombuffer(content, STATE, states, at)
        self._first, self._ends = table["first"].tolist(), (table["first"] + table["arcs"]).tolist()
        self._final = table["final"].tolist()
        at += table.nbytes
        outgoing = np.frombuffer(content, ARC, arcs, at)
        state_of = _states_of_transitions((model_folder / "am" / "final.mdl").read_bytes())
        inputs = outgoing["input"]
        self._state_of_arc = np.where(
            inputs < len(state_of), state_of[inputs.clip(max=len(state_of) - 1)], _SILENT
        ).tolist()
        self._word, self._cost = outgoing["output"].tolist(), outgoing["cost"].tolist()
        self._target = outgoing["next"].tolist()
        self._coming, self._end = _coming(content, at + outgoing.nbytes, states)

    def occupancy(self, sentence: Sentence, scores: Scores) -> Occupancy | None:
        """How likely each state is at each output; None where the sentence cannot have been said in that time."""
        graph = self._graph(sentence)
        return graph.occupancy(scores) if graph else None

    def _graph(self, sentence: Sentence) -> _Graph | None:
        following, last = _automaton(sentence)
        numbers, waiting, arcs = {(self._start, 0): 0}, [(self._start, 0)], list[tuple[int, int, int, float]]()
        ends = list[tuple[int, float]]()
        while waiting:
            state, node = waiting.pop()
            source = numbers[state, node]
            if node == last and self._final[state] < np.inf:
                ends.append((source, self._final[state]))
            for arc in range(self._first[state], self._ends[state]):
                word, target = self._word[arc], self._target[arc]
                for after in following[node].get(word, ()) if word else (node,):
                    if not self._leads_to(target, following[after], after == last):
                        continue
                    key = target, after
                    if key not in numbers:
                        numbers[key] = len(numbers)
                        waiting.append(key)
                    arcs.append((source, numbers[key], self._state_of_arc[arc], self._cost[arc]))
            if len(numbers) > _MOST_STATES:
                return None
        return _Graph.of(len(numbers), arcs, ends) if ends else None

    def _leads_to(self, state: int, words: dict[int, list[int]], may_end: bool) -> bool:
        spans = self._coming[state]
        if may_end and any(begin <= self._end < end for begin, end in spans):
            return True
        return any(begin <= word < end for word in words for begin, end in spans)


@dataclass(frozen=True)
class _Graph:
    sources: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    states: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    final: npt.NDArray[np.float64]
    """Probability of an end, by state of the graph; the first is the start."""

    @classmethod
    def of(cls, count: int, arcs: list[tuple[int, int, int, float]], ends: list[tuple[int, float]]) -> _Graph:
        """With the arcs that take no time put into those before which they stand."""
        silent: dict[int, list[tuple[int, float]]] = {}
        timed: dict[int, list[tuple[int, int, float]]] = {}
        for source, target, state, cost in arcs:
            if state != _SILENT:
                timed.setdefault(source, []).append((target, state, cost))
            elif source != target:
                silent.setdefault(source, []).append((target, cost))
        final, rows = np.zeros(count), []
        ending = dict(ends)
        for source in range(count):
            for reached, cost in _without_time(source, silent):
                rows += [(source, target, state, cost + more) for target, state, more in timed.get(reached, ())]
                final[source] += np.exp(-cost - ending.get(reached, np.inf))
        table = np.array(rows, np.float64).reshape(-1, 4)
        sources, targets, states = table[:, :3].astype(np.int64).T
        return cls(sources, targets, states, np.exp(-table[:, 3]), final)

    def occupancy(self, scores: Scores) -> Occupancy | None:
        """See Pronunciation."""
        count, size = len(scores), len(self.final)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True)).astype(np.float64)
        before = np.zeros((count + 1, size))
        before[0, 0] = 1
        for moment in range(count):
            flow = before[moment, self.sources] * self.weights * likely[moment, self.states]
            sums = np.bincount(self.targets, flow, size).astype(np.float64)
            if not sums.any():
                return None
            before[moment + 1] = sums / sums.sum()
        after = self.final
        states, chances, surplus = np.zeros((count, KEPT), np.int16), np.zeros((count, KEPT), np.float16), 0.0
        for moment in reversed(range(count)):
            ahead = self.weights * likely[moment, self.states] * after[self.targets]
            shares = np.bincount(self.states, before[moment, self.sources] * ahead, scores.shape[1]).astype(np.float64)
            if not shares.any():
                return None
            shares /= shares.sum()
            states[moment] = np.argsort(-shares)[:KEPT]
            chances[moment] = shares[states[moment]]
            surplus += float(scores[moment].max() - shares @ scores[moment])
            after = np.bincount(self.sources, ahead, size).astype(np.float64)
            after /= after.sum()
        return Occupancy(states, chances, surplus / count)


def _without_time(
    source: int, silent: dict[int, list[tuple[int, float]]], cost: float = 0.0
) -> Iterator[tuple[int, float]]:
    yield source, cost
    for target, more in silent.get(source, ()):
        yield from _without_time(target, silent, cost + more)


def _automaton(sentence: Sentence) -> tuple[list[dict[int, list[int]]], int]:
    """The sentence as nodes with words that lead to further nodes, and the last node; the first is 0."""
    nodes: list[dict[int, list[int]]] = [{} for _ in range(len(sentence) + 1)]
    for place, runs in enumerate(sentence):
        for run in runs:
            node = place
            for index, word in enumerate(run):
                if index == len(run) - 1:
                    target = place + 1
                else:
                    target = len(nodes)
                    nodes.append({})
                nodes[node].setdefault(word, []).append(target)
                node = target
    return nodes, len(sentence)


def silent_states(network: bytes) -> npt.NDArray[np.int64]:
    """States of the network that mean silence."""
    phones, _, going, staying = _tuples(network)
    silent = phones <= _LAST_SILENT_PHONE
    return np.unique(np.concatenate((going[silent], staying[silent])))


def _tuples(network: bytes) -> npt.NDArray[np.int64]:
    """Phones, places in them, states of the network that enter and that stay (`transition-model.cc`): shape (4, count)."""
    token = b"<Tuples> "
    at = network.index(token) + len(token)
    (count,) = struct.unpack_from("<i", network, at + 1)
    tuples = np.frombuffer(network, np.dtype([("size", "u1"), ("value", "<i4")]), count * 4, at + 5)["value"]
    return tuples.reshape(count, 4).T.astype(np.int64)


def _states_of_transitions(network: bytes) -> npt.NDArray[np.int64]:
    """Transition → state of the network; of each two the first stays, the second goes on."""
    _, _, going, staying = _tuples(network)
    return np.concatenate(([_SILENT], np.stack((staying, going), axis=1).ravel())).astype(np.int64)


def _coming(content: bytes, at: int, states: int) -> tuple[list[list[tuple[int, int]]], int]:
    """For each state which words come next, as spans of numbers, and the number that means that none need come."""
    end, count = struct.unpack_from("<iq", content, at + _BEFORE_INTERVALS)
    if count != states:
        raise ValueError("HCLr.fst does not say which words come next")
    at += _BEFORE_INTERVALS + 12
    spans = []
    for _ in range(states):
        (size,) = struct.unpack_from("<q", content, at)
        spans.append(np.frombuffer(content, _INTERVAL, size, at + 8).tolist())
        at += 8 + size * _INTERVAL.itemsize + 4
    return spans, end
