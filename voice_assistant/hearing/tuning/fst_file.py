"""Writes a backoff model as an OpenFst file of the type `const`, which Vosk composes with `HCLr.fst` while it decodes.

Every history is a state, every listed word an arc, backing off an arc without a label (0); the end of a sentence is the
cost of a final state. A `const` FST needs more bytes than the stock `ngram` FST (16 an arc) but no search in bit
strings, so that decoding is about a quarter faster; as it is two plain arrays, numpy writes it at once. Layout
(little-endian, `const-fst.h` of OpenFst, file version 2): the header and symbol tables as in `ngram_file`, then a
record for each state (float32 final cost, uint32 first arc, arcs, input epsilons, output epsilons) and one for each arc
(int32 input label, int32 output label, float32 cost, int32 next state). Arcs are sorted by input label, as the
composition demands.

A word that the acoustic side does not know is written as a run of arcs over words that it knows: the first puts the new
word out, the others a label without a name, CONTINUED. So the transcript holds the word itself; Vosk prints the
nameless labels as nothing, and still finds the times of all words, for which it needs one label for each word of the
acoustic side. (With label 0 instead, later words get too early times and Vosk warns.)
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from voice_assistant.hearing.tuning.backoff_model import BackoffModel
from voice_assistant.hearing.tuning.ngram_file import (
    FST_MARK,
    HAS_OUTPUT_SYMBOLS,
    STATIC_PROPERTIES,
    SymbolTable,
)
from voice_assistant.hearing.tuning.trie import ROOT

CONST_VERSION = 2
EPSILON = 0
NOT_OF_TRANSDUCERS = 0x50150000
"""Acceptor, deterministic on both sides, sorted on output: true of a plain model, not of one with new words."""
ARC = np.dtype([("input", "<i4"), ("output", "<i4"), ("cost", "<f4"), ("next", "<i4")])
STATE = np.dtype(
    [("final", "<f4"), ("first", "<u4"), ("arcs", "<u4"), ("input_epsilons", "<u4"), ("output_epsilons", "<u4")]
)

Spellings = Mapping[int, Sequence[Sequence[int]]]
"""New word → runs of known words, each of which sounds like it."""


@dataclass(frozen=True)
class ConstFst:
    """States and arcs as they stand in the file."""

    states: npt.NDArray[np.void]
    arcs: npt.NDArray[np.void]
    start: int
    transducer: bool

    def write(self, file: BinaryIO, symbols: SymbolTable) -> None:
        """Raises OSError when the disk is full."""
        properties = STATIC_PROPERTIES & ~(NOT_OF_TRANSDUCERS if self.transducer else 0)
        kind = struct.pack("<i5si8s", 5, b"const", 8, b"standard")
        counts = (properties, self.start, len(self.states), len(self.arcs))
        # Vosk reads words from the output symbols only; the same table on the other side would cost 20 MB of memory.
        flags = HAS_OUTPUT_SYMBOLS
        file.write(struct.pack("<i", FST_MARK) + kind + struct.pack("<iiQqqq", CONST_VERSION, flags, *counts))
        for part in (symbols.to_bytes(), self.states.tobytes(), self.arcs.tobytes()):
            file.write(part)


def to_fst(model: BackoffModel, spellings: Spellings) -> ConstFst:
    """The model as a graph. A new word without a spelling cannot be heard and is left out."""
    trie = model.trie
    histories = np.flatnonzero(trie.has_children | (np.arange(trie.size) == ROOT))
    state_of = np.full(trie.size, -1, dtype=np.int64)
    state_of[histories] = np.arange(len(histories))

    words = trie.words
    final = np.full(len(histories), np.inf, dtype=np.float32)
    ends = np.flatnonzero(words == model.end)
    final[state_of[trie.parents[ends]]] = -model.log_probs[ends]

    listed = np.flatnonzero((words != model.end) & (words != model.start) & np.isfinite(model.log_probs))
    listed = listed[listed != ROOT]
    backing = histories[histories != ROOT]
    sources = np.concatenate((state_of[trie.parents[listed]], state_of[backing]))
    arcs = np.zeros(len(sources), dtype=ARC)
    spoken = arcs[: len(listed)]
    spoken["input"] = spoken["output"] = words[listed]
    spoken["cost"] = -model.log_probs[listed]
    spoken["next"] = state_of[model.as_histories(listed)]
    arcs["cost"][len(listed) :] = -model.backoffs[backing]
    arcs["next"][len(listed) :] = state_of[model.as_histories(trie.suffixes[backing])]

    sources, arcs, states = _with_runs(sources, arcs, len(histories), spellings, continued=model.start)
    final = np.concatenate((final, np.full(states - len(histories), np.inf, dtype=np.float32)))
    start_node = trie.find(np.array([ROOT]), np.array([model.start]))
    start = int(state_of[model.as_histories(np.maximum(start_node, ROOT))[0]])
    return _assemble(sources, arcs, final, start, transducer=bool(spellings))


def either(first: ConstFst, second: ConstFst, share: float) -> ConstFst:
    """A graph of whole sentences of the first, with probability `share` (between 0 and 1), or of the second."""
    states = np.concatenate((first.states, second.states, np.zeros(1, dtype=STATE)))
    arcs = np.concatenate((first.arcs, second.arcs, np.zeros(2, dtype=ARC)))
    moved_states, moved_arcs = len(first.states), len(first.arcs)
    states["first"][moved_states:-1] += moved_arcs
    arcs["next"][moved_arcs:-2] += moved_states
    states[-1] = (np.inf, len(arcs) - 2, 2, 2, 2)
    arcs[-2] = (EPSILON, EPSILON, -np.log(share), first.start)
    arcs[-1] = (EPSILON, EPSILON, -np.log(1 - share), second.start + moved_states)
    return ConstFst(states, arcs, len(states) - 1, first.transducer or second.transducer)


def _with_runs(
    sources: npt.NDArray[np.int64], arcs: npt.NDArray[np.void], states: int, spellings: Spellings, continued: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.void], int]:
    """Arcs of new words replaced by runs of arcs of known words. Runs of one word to one state share their middle."""
    is_new = np.isin(arcs["input"], np.fromiter(spellings, dtype=np.int64, count=len(spellings)))
    added: list[tuple[int, int, int, float, int]] = []
    middles: dict[tuple[int, tuple[int, ...], int], int] = {}
    for source, arc in zip(sources[is_new].tolist(), arcs[is_new].tolist(), strict=True):
        word, _, cost, target = arc
        for spelling in spellings[word]:
            run = tuple(spelling)
            entry = target
            for place in range(len(run) - 1, 0, -1):
                key = (place, run, target)
                if key not in middles:
                    middles[key] = states
                    added.append((states, run[place], continued, 0.0, entry))
                    states += 1
                entry = middles[key]
            added.append((source, run[0], word, cost, entry))
    extra = np.array([tuple(row[1:]) for row in added], dtype=ARC)
    extra_sources = np.array([row[0] for row in added], dtype=np.int64)
    return np.concatenate((sources[~is_new], extra_sources)), np.concatenate((arcs[~is_new], extra)), states


def _assemble(
    sources: npt.NDArray[np.int64],
    arcs: npt.NDArray[np.void],
    final: npt.NDArray[np.float32],
    start: int,
    transducer: bool,
) -> ConstFst:
    order = np.argsort(sources * (int(arcs["input"].max(initial=0)) + 1) + arcs["input"], kind="stable")
    arcs, sources = arcs[order], sources[order]
    states = np.zeros(len(final), dtype=STATE)
    states["final"] = final
    states["arcs"] = np.bincount(sources, minlength=len(final))
    states["first"] = np.cumsum(states["arcs"]) - states["arcs"]
    for side, epsilons in (("input", "input_epsilons"), ("output", "output_epsilons")):
        states[epsilons] = np.bincount(sources[arcs[side] == EPSILON], minlength=len(final))
    return ConstFst(states, arcs, start, transducer)
