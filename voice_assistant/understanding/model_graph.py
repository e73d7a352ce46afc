"""The embedding model's graph, changed so that it needs less memory and gives the same numbers to the last bit.

The file holds its table of word embeddings as bytes and, in the graph, the steps that make floating point numbers of
the whole table: Cast, Mul by a scale for each row, and then Gather, which picks the rows of the words of a text. ONNX
Runtime does the first two once, when it loads the model, and keeps the result: 47 MB of which a text uses a dozen rows.
Here the rows are picked first. Format: onnx.proto of ONNX, as Protocol Buffers write it (a key, which holds the
field's number and kind, then its value).
"""

from __future__ import annotations

from collections.abc import Iterator

_TABLE = b"inner.embeddings.word_embeddings.weight"
_WORDS = b"input_ids"
_ROWS = b"embedding"
"""What the model calls the picked rows."""

# Numbers of fields.
_GRAPH = 7
_NODE = 1
_INPUT, _OUTPUT, _OPERATION, _ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INTEGER, _ATTRIBUTE_KIND = 1, 3, 20
_INTEGER_KIND, _FLOAT = 2, 1

_NUMBER, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
"""Kinds of values."""


def picks_rows_first(model: bytes) -> bytes:
    """The same model with the rows picked first; any other model comes back as it was.

    Raises ValueError or IndexError when it is no model at all.
    """
    steps = {(_TABLE + b"_f",), (_TABLE,), (_ROWS,)}
    found: set[tuple[bytes, ...]] = set()
    changed = bytearray()
    for number, whole, value in _fields(memoryview(model)):
        if number != _GRAPH:
            changed += whole
            continue
        graph = bytearray()
        for part, part_whole, part_value in _fields(value):
            outputs = _outputs(part_value) if part == _NODE else ()
            if outputs not in steps:
                graph += part_whole
                continue
            found.add(outputs)
            if outputs == (_ROWS,):
                graph += _picked_rows()
        changed += _field(_GRAPH, bytes(graph))
    return bytes(changed) if found == steps else model


def _picked_rows() -> bytes:
    """The steps from words to their rows as floating point numbers, in the order in which they are done."""
    to_float = _field(_ATTRIBUTE_NAME, b"to") + _number(_ATTRIBUTE_INTEGER, _FLOAT)
    to_float += _number(_ATTRIBUTE_KIND, _INTEGER_KIND)
    return (
        _node(b"Gather", (_TABLE + b"_q", _WORDS), b"picked_bytes")
        + _node(b"Gather", (_TABLE + b"_scale", _WORDS), b"picked_scales")
        + _node(b"Cast", (b"picked_bytes",), b"picked_numbers", _field(_ATTRIBUTE, to_float))
        + _node(b"Mul", (b"picked_numbers", b"picked_scales"), _ROWS)
    )


def _node(operation: bytes, inputs: tuple[bytes, ...], output: bytes, attributes: bytes = b"") -> bytes:
    names = b"".join(_field(_INPUT, name) for name in inputs) + _field(_OUTPUT, output)
    return _field(_NODE, names + _field(_OPERATION, operation) + attributes)


def _outputs(node: memoryview) -> tuple[bytes, ...]:
    return tuple(bytes(value) for number, _, value in _fields(node) if number == _OUTPUT)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Each field: its number, the whole of it, and its value (empty unless it is a run of bytes)."""
    place = 0
    while place < len(message):
        begin = place
        key, place = _read_number(message, place)
        kind, value = key & 7, message[:0]
        if kind == _NUMBER:
            _, place = _read_number(message, place)
        elif kind == _BYTES:
            length, place = _read_number(message, place)
            value = message[place : place + length]
            place += length
        elif kind in (_FOUR_BYTES, _EIGHT_BYTES):
            place += 4 if kind == _FOUR_BYTES else 8
        else:
            raise ValueError("not a Protocol Buffers message")
        if place > len(message):
            raise ValueError("the message is cut off")
        yield key >> 3, message[begin:place], value


def _read_number(message: memoryview, place: int) -> tuple[int, int]:
    """A number, seven bits a byte, the lowest first; and the place behind it."""
    number = shift = 0
    while True:
        byte = message[place]
        place += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, place


def _written_number(number: int) -> bytes:
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes((*written, number))


def _number(field: int, number: int) -> bytes:
    return _written_number(field << 3 | _NUMBER) + _written_number(number)


def _field(field: int, value: bytes) -> bytes:
    return _written_number(field << 3 | _BYTES) + _written_number(len(value)) + value
