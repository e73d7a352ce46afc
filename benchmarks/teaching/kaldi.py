"""Numbers out of the binary files of Kaldi (kaldi-matrix.cc, kaldi-vector.cc, sp-matrix.cc)."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def numbers(data: bytes, at: int) -> tuple[Numbers, int]:
    """The matrix or vector that begins there, and where it ends. A symmetric one is given whole.

    Raises ValueError when none begins there.
    """
    kind, wide = data[at + 1 : at + 2], {b"F": 4, b"D": 8}.get(data[at : at + 1])
    if wide is None or kind not in b"MVP":
        raise ValueError(f"no numbers at byte {at}")
    rows, at = _size(data, at + 3)
    columns = rows
    if kind == b"M":
        columns, at = _size(data, at)
    count = {b"M": rows * columns, b"V": rows, b"P": rows * (rows + 1) // 2}[kind]
    values = np.frombuffer(data, f"<f{wide}", count, at).astype(np.float64)
    at += count * wide
    if kind == b"P":
        return _whole(values, rows), at
    return (values.reshape(rows, columns) if kind == b"M" else values), at


def field(data: bytes, name: str, begin: int = 0) -> Numbers:
    """The matrix or vector after `<name>`, looked for from `begin` on."""
    token = f"<{name}> ".encode()
    return numbers(data, data.index(token, begin) + len(token))[0]


def several(data: bytes, name: str, count: int | None = None) -> Numbers:
    """The matrices of a list after `<name>`, stacked. `count`: how many, where the file does not say it there."""
    token = f"<{name}> ".encode()
    at = data.index(token) + len(token)
    if count is None:
        count, at = _size(data, at)
    found = []
    for _ in range(count):
        one, at = numbers(data, at)
        found.append(one)
    return np.stack(found)


def value(data: bytes, name: str, begin: int = 0) -> float:
    """The single number after `<name>`."""
    token = f"<{name}> ".encode()
    at = data.index(token, begin) + len(token)
    return float(struct.unpack_from({4: "<f", 8: "<d"}[data[at]], data, at + 1)[0])


def _size(data: bytes, at: int) -> tuple[int, int]:
    return struct.unpack_from("<i", data, at + 1)[0], at + 5


def _whole(triangle: Numbers, rows: int) -> Numbers:
    square = np.zeros((rows, rows))
    square[np.tril_indices(rows)] = triangle
    return square + np.tril(square, -1).T
