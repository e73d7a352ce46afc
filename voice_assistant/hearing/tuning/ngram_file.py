"""Reads and writes an OpenFst file of the type `ngram`, the language model `graph/Gr.fst` of Vosk's models with a
dynamic graph.

The layout (all little-endian; J. Sorensen, C. Allauzen: Unary Data Structures for Language Models, Interspeech 2011,
and the header `ngram-fst.h` of OpenFst):

    int32    2125659606, the mark of an FST
    string   "ngram", then "standard" (each an int32 length and its bytes)
    int32    version (4), flags (1: input symbols follow, 2: output symbols follow)
    uint64   properties;  int64 start state, number of states, number of arcs (0)
    symbol tables: int32 2125658996, string name, int64 next free key, int64 count, for each word a string and an int64
    uint64   states, futures, finals
    bits     2 * states + 1   the tree of contexts, as its level-order unary degree sequence (LOUDS)
    bits     futures + states + 1   for each state a 0, then a 1 for each word that it predicts
    bits     states   whether the state may end a sentence
    int32    context word of each state, and one more;  int32 word of each future
    float32  backoff of each state, and one more;  end of each final;  each future, and one more

The float32 values are negative natural logs of probabilities. Each run of bits fills whole uint64 words, lowest bit
first. The path from the root of the tree of contexts to a state names its history, most recent word first; context word
0 stands for the start of a sentence.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_assistant.types import ModelError

FST_MARK = 2125659606
SYMBOLS_MARK = 2125658996
VERSION = 4
HAS_INPUT_SYMBOLS, HAS_OUTPUT_SYMBOLS = 1, 2
STATIC_PROPERTIES = 0x25A555550001
"""What holds of every such FST: acceptor, sorted, deterministic, cyclic… (`kStaticProperties` in ngram-fst.h, and
`kExpanded`)."""
LARGEST_COST = 700.0
"""Above it a probability is too small for a 64-bit number; the stock model's costs end at 21."""

Bits = npt.NDArray[np.bool_]
Int32Array = npt.NDArray[np.int32]
Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class SymbolTable:
    """The words of a model and their numbers, in the order of the file."""

    name: str
    next_key: int
    words: tuple[str, ...]
    keys: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """As OpenFst writes it."""
        parts = [
            struct.pack("<i", SYMBOLS_MARK),
            _string(self.name),
            struct.pack("<qq", self.next_key, len(self.words)),
        ]
        parts += [_string(word) + struct.pack("<q", key) for word, key in zip(self.words, self.keys, strict=True)]
        return b"".join(parts)


@dataclass(frozen=True)
class NgramFile:
    """The parts of the file as they stand in it. Costs are negative natural logs of probabilities."""

    symbols: SymbolTable | None
    """Input and output symbols; one table, as Vosk's models hold it twice."""
    start: int
    """The state in which a sentence starts."""
    tree_bits: Bits
    """2 * states + 1."""
    future_bits: Bits
    """futures + states + 1."""
    final_bits: Bits
    """states."""
    context_words: Int32Array
    """states + 1."""
    future_words: Int32Array
    """futures."""
    backoffs: Float32Array
    """states + 1."""
    finals: Float32Array
    """One for each set bit of `final_bits`."""
    futures: Float32Array
    """futures + 1."""
    properties: int = STATIC_PROPERTIES

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.final_bits)

    @property
    def parents(self) -> npt.NDArray[np.int64]:
        """The state of each state's history without its oldest word; of state 0, whose history is empty, -1."""
        return np.flatnonzero(self.tree_bits) - np.arange(self.states) - 1

    def to_bytes(self) -> bytes:
        """The file; what was read comes out bit for bit."""
        flags = HAS_INPUT_SYMBOLS | HAS_OUTPUT_SYMBOLS if self.symbols else 0
        symbols = self.symbols.to_bytes() if self.symbols else b""
        header = struct.pack("<i", FST_MARK) + _string("ngram") + _string("standard")
        header += struct.pack("<iiQqqq", VERSION, flags, self.properties, self.start, self.states, 0)
        counts = struct.pack("<QQQ", self.states, len(self.future_words), len(self.finals))
        bits = b"".join(_packed(run) for run in (self.tree_bits, self.future_bits, self.final_bits))
        arrays = (self.context_words, self.future_words, self.backoffs, self.finals, self.futures)
        return header + symbols * 2 + counts + bits + b"".join(array.tobytes() for array in arrays)


def read_ngram_file(path: Path) -> NgramFile:
    """Read and check a file.

    Raises ModelError when the file is missing, of another type, version or byte order, cut short or inconsistent.
    """
    return parse_ngram_file(_read(path), str(path))


def read_symbols(path: Path) -> SymbolTable:
    """The words of an FST of any type, without reading the rest of it. Raises ModelError."""
    reader = _Reader(_read(path), str(path))
    _parse_start(reader)
    _version, flags, *_rest = reader.unpack("<iiQqqq")
    if not flags & (HAS_INPUT_SYMBOLS | HAS_OUTPUT_SYMBOLS):
        raise ModelError(f"The language model {path} does not name its words: fetch the speech model again.")
    return _parse_symbols(reader, None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = (
            f"The speech model has no language model that can be read at {path} ({error.strerror}):"
            " use a model with a dynamic graph (graph/HCLr.fst and graph/Gr.fst), such as the small ones."
        )
        raise ModelError(message) from error


def parse_ngram_file(data: bytes, name: str) -> NgramFile:
    """As `read_ngram_file`, from bytes; `name` is for messages."""
    reader = _Reader(data, name)
    properties, start, flags, announced = _parse_header(reader)
    symbols = None
    for flag in (HAS_INPUT_SYMBOLS, HAS_OUTPUT_SYMBOLS):
        if flags & flag:
            symbols = _parse_symbols(reader, symbols)
    states, futures, finals = reader.unpack("<QQQ")
    if max(states, futures, finals) > len(data):
        raise reader.damaged("its counts are larger than itself")
    if announced != (states, 0):
        raise reader.damaged("its header contradicts what follows")
    file = NgramFile(
        symbols=symbols,
        start=start,
        tree_bits=reader.bits(2 * states + 1),
        future_bits=reader.bits(futures + states + 1),
        final_bits=reader.bits(states),
        context_words=reader.int32s(states + 1),
        future_words=reader.int32s(futures),
        backoffs=reader.float32s(states + 1),
        finals=reader.float32s(finals),
        futures=reader.float32s(futures + 1),
        properties=properties,
    )
    if reader.place != len(data):
        raise reader.damaged("it is longer than its header says")
    _check(file, reader.damaged)
    return file


def _check(file: NgramFile, damaged: Callable[[str], ModelError]) -> None:
    consistent = (
        file.tree_bits.sum() == file.states
        and file.future_bits.sum() == len(file.future_words)
        and file.final_bits.sum() == len(file.finals)
        and 0 <= file.start < file.states
        and not file.future_bits[0]
        and file.tree_bits[0]
        and not file.tree_bits[1]
    )
    if not consistent:
        raise damaged("its counts contradict each other")
    if (file.parents[1:] >= np.arange(1, file.states)).any():
        raise damaged("its histories hang together in a circle")
    # The backoff of the empty history stands for nothing.
    if not all(_are_costs(costs) for costs in (file.futures, file.finals, file.backoffs[1:])):
        raise damaged("it holds values that are no costs")
    largest = max(file.symbols.keys, default=0) if file.symbols else np.iinfo(np.int32).max
    for words in (file.future_words, file.context_words[1:-1]):
        if len(words) and (words.min() < 0 or words.max() > largest):
            raise damaged("it uses words that its symbol table does not have")


def _are_costs(values: Float32Array) -> bool:
    return bool((np.abs(values) <= LARGEST_COST).all())  # false for what is no number as well


def _parse_start(reader: _Reader) -> str:
    """The mark and the two types of an FST."""
    (mark,) = reader.unpack("<i")
    if mark == int.from_bytes(struct.pack(">i", FST_MARK), "little", signed=True):
        raise ModelError(
            f"The language model {reader.name} was made on a machine of the other byte order: fetch the model again."
        )
    if mark != FST_MARK:
        raise ModelError(f"{reader.name} is not an OpenFst file: fetch the speech model again.")
    return f"{reader.string()}/{reader.string()}"


def _parse_header(reader: _Reader) -> tuple[int, int, int, tuple[int, int]]:
    """Properties, start state, flags, and the numbers of states and arcs."""
    kind = _parse_start(reader)
    if kind != "ngram/standard":
        raise ModelError(
            f"The language model {reader.name} is of the type {kind}, not ngram/standard:"
            " tune a stock model as it was fetched, not one that is tuned already."
        )
    version, flags, properties, start, states, arcs = reader.unpack("<iiQqqq")
    if version != VERSION:
        raise ModelError(
            f"The language model {reader.name} has the file version {version}; only {VERSION} is understood."
        )
    return properties, start, flags, (states, arcs)


def _parse_symbols(reader: _Reader, first: SymbolTable | None) -> SymbolTable:
    """The next table; the second of two must repeat the first, as it does in every model of Vosk's."""
    start = reader.place
    if first is not None:
        expected = first.to_bytes()
        if reader.data[start : start + len(expected)] != expected:
            raise reader.damaged("its input and output words differ")
        reader.place += len(expected)
        return first
    (mark,) = reader.unpack("<i")
    if mark != SYMBOLS_MARK:
        raise reader.damaged("it has no symbol table where its header says so")
    name = reader.string()
    next_key, count = reader.unpack("<qq")
    words, keys = [], []
    for _ in range(count):
        words.append(reader.string())
        keys.append(reader.unpack("<q")[0])
    return SymbolTable(name, next_key, tuple(words), tuple(keys))


class _Reader:
    """A place in bytes, and complaints that name the file."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.name, self.place = data, name, 0

    def damaged(self, reason: str) -> ModelError:
        return ModelError(f"The language model {self.name} is damaged ({reason}): fetch the speech model again.")

    def take(self, size: int) -> bytes:
        end = self.place + size
        if size < 0 or end > len(self.data):
            raise self.damaged("it is cut short")
        piece = self.data[self.place : end]
        self.place = end
        return piece

    def unpack(self, layout: str) -> tuple[int, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def string(self) -> str:
        (length,) = self.unpack("<i")
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.damaged("a name in it is not UTF-8") from error

    def bits(self, count: int) -> Bits:
        raw = np.frombuffer(self.take(-(-count // 64) * 8), dtype=np.uint8)
        unpacked = np.unpackbits(raw, bitorder="little")
        if unpacked[count:].any():
            raise self.damaged("its padding is not empty")
        return unpacked[:count].astype(np.bool_)

    def int32s(self, count: int) -> Int32Array:
        return np.frombuffer(self.take(count * 4), dtype="<i4")

    def float32s(self, count: int) -> Float32Array:
        return np.frombuffer(self.take(count * 4), dtype="<f4")


def _string(text: str) -> bytes:
    encoded = text.encode("utf-8")
    return struct.pack("<i", len(encoded)) + encoded


def _packed(bits: Bits) -> bytes:
    padded = np.zeros(-(-len(bits) // 64) * 64, dtype=np.bool_)
    padded[: len(bits)] = bits
    return np.packbits(padded, bitorder="little").tobytes()
