"""The states of an utterance whose words are known, against every path through a tiny pronouncing graph."""

import struct
from pathlib import Path

import numpy as np
import pytest

from benchmarks.teaching.pronunciation import KEPT, Occupancy, Pronunciation, silent_states
from voice_assistant.hearing.tuning.fst_file import ARC, STATE

YES, NO, END = 1, 2, 3
# state → (transition or 0, word or 0, cost, next state); transition 2n-1 stays in state n-1 of the network, 2n enters it.
GRAPH = {
    0: [(2, YES, 0.5, 1), (4, NO, 0.7, 2), (12, 0, 0.1, 3)],
    1: [(3, 0, 0.2, 1), (6, 0, 0.3, 4)],
    2: [(7, 0, 0.2, 2), (8, 0, 0.4, 4)],
    3: [(2, YES, 0.6, 1), (4, NO, 0.9, 2)],
    4: [(9, 0, 0.1, 4), (99, 0, 0.05, 0)],
}
COMING = {state: [(YES, NO + 1 if state in (0, 3) else END + 1)] for state in GRAPH}
STAYING, ENTERING = [10, 11, 12, 13, 14, 15], [0, 1, 2, 3, 4, 5]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for folder in ("graph", "am"):
        (tmp_path / folder).mkdir()
    arcs = np.array([arc for state in GRAPH for arc in GRAPH[state]], ARC)
    states = np.zeros(len(GRAPH), STATE)
    states["final"] = [np.inf, np.inf, np.inf, np.inf, 0.25]
    states["arcs"] = [len(GRAPH[state]) for state in GRAPH]
    states["first"] = np.cumsum(states["arcs"]) - states["arcs"]
    header = struct.pack("<i5si8s", 5, b"const", 8, b"standard") + struct.pack(
        "<iiQqqq", 2, 0, 0, 0, len(states), len(arcs)
    )
    coming = bytes(5) + struct.pack("<iq", END, len(GRAPH))
    for spans in COMING.values():
        coming += struct.pack("<q", len(spans)) + b"".join(struct.pack("<ii", *span) for span in spans) + bytes(4)
    (tmp_path / "graph" / "HCLr.fst").write_bytes(bytes(20) + header + states.tobytes() + arcs.tobytes() + coming)
    tuples = b"".join(
        struct.pack("<bi", 4, number)
        for row in zip(range(3, 9), [0] * 6, ENTERING, STAYING, strict=True)
        for number in row
    )
    (tmp_path / "am" / "final.mdl").write_bytes(b"<TransitionModel> <Tuples> " + struct.pack("<bi", 4, 6) + tuples)
    return tmp_path


def by_hand(words: list[int], scores: np.ndarray) -> np.ndarray:
    """Chances of states at each output, from every path one by one."""
    total = np.zeros_like(scores, dtype=float)

    def walk(state: int, said: tuple[int, ...], passed: tuple[int, ...], chance: float) -> None:
        if len(passed) == len(scores) and state == 4 and list(said) == words:
            for moment, seen in enumerate(passed):
                total[moment, seen] += chance * np.exp(-0.25)
        for transition, word, cost, target in GRAPH[state]:
            after = (*said, word) if word else said
            if transition == 99:
                walk(target, after, passed, chance * np.exp(-cost))
            elif len(passed) < len(scores):
                seen = (ENTERING if transition % 2 == 0 else STAYING)[(transition - 1) // 2]
                walk(target, after, (*passed, seen), chance * np.exp(-cost + scores[len(passed), seen]))

    walk(0, (), (), 1.0)
    return total / total.sum(axis=1, keepdims=True)


def dense(found: Occupancy, states: int) -> np.ndarray:
    chances = np.zeros((len(found.states), states))
    for moment, (seen, shares) in enumerate(zip(found.states, found.chances, strict=True)):
        chances[moment, seen] = shares
    return chances


@pytest.mark.parametrize("words", [[YES], [NO], [YES, NO], [NO, NO]])
def test_chances_are_those_of_all_paths_that_say_the_sentence(model: Path, words: list[int]) -> None:
    scores = np.random.default_rng(len(words)).normal(0, 1, (6, 16)).astype(np.float32)
    found = Pronunciation(model).occupancy([[[word]] for word in words], scores)
    assert found is not None
    expected = by_hand(words, scores)
    kept = np.sort(expected, axis=1)[:, -KEPT:].sum(axis=1)
    np.testing.assert_allclose(dense(found, 16).sum(axis=1), kept, atol=2e-3)
    np.testing.assert_allclose(dense(found, 16).max(axis=1), expected.max(axis=1), atol=2e-3)


def test_a_word_may_stand_for_one_of_several_runs(model: Path) -> None:
    scores = np.zeros((6, 16), np.float32)
    scores[:, ENTERING[1]] = scores[:, STAYING[3]] = 9
    pronunciation = Pronunciation(model)
    either = pronunciation.occupancy([[[YES], [NO]]], scores)
    no = pronunciation.occupancy([[[NO]]], scores)
    assert either is not None and no is not None
    np.testing.assert_allclose(dense(either, 16), dense(no, 16), atol=0.01)


def test_another_sentence_than_was_said_lies_far_below_the_best_scores(model: Path) -> None:
    scores = np.zeros((6, 16), np.float32)
    scores[0, ENTERING[0]] = scores[1:4, STAYING[1]] = scores[4, ENTERING[2]] = scores[5, STAYING[4]] = 5
    pronunciation = Pronunciation(model)
    said, other = (pronunciation.occupancy([[[word]]], scores) for word in (YES, NO))
    assert said is not None and other is not None
    assert said.surplus < 0.5 < 2 < other.surplus


def test_a_sentence_too_long_for_its_time_has_no_states(model: Path) -> None:
    scores = np.zeros((3, 16), np.float32)
    assert Pronunciation(model).occupancy([[[YES]]] * 4, scores) is None


def test_states_of_the_first_five_phones_are_silent(model: Path) -> None:
    network = (model / "am" / "final.mdl").read_bytes()
    assert silent_states(network).tolist() == [*ENTERING[:3], *STAYING[:3]]
