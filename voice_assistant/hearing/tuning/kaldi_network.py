"""The weights in a binary nnet3 file of Kaldi: where they are, and room for more of them.

A factored layer of a time-delay network (D. Povey et al., Semi-Orthogonal Low-Rank Matrix Factorization for Deep Neural
Networks, Interspeech 2018) is two components: `<layer>.linear` brings its input down to a few numbers, `<layer>.affine`
brings these up again, those of one or two frames side by side. How few they are is nowhere else in the file, so a layer
can be given more.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float32]
_FLOATS = {1: b"FV ", 2: b"FM "}
"""Before a vector and a matrix of 32-bit numbers (kaldi-vector.cc, kaldi-matrix.cc)."""
_SIZE = "<bi"
"""How the file says a number of rows or columns: how many bytes it takes, and the number."""
_LINEAR, _AFFINE, _MATRIX = ".linear", ".affine", "LinearParams"


def place(network: bytes, component: str, field: str, shape: tuple[int, ...]) -> int:
    """Where the numbers of a field begin. Raises ValueError when there is none, or it is not of this shape."""
    at = _field(network, component, field)
    head = _head(shape)
    if not network.startswith(head, at):
        raise ValueError(f"{component}: {field} has another shape than {shape}")
    return at + len(head)


def widened(network: bytes, layer: str, width: int) -> bytes:
    """The file with `width` numbers between the two halves of a layer, the new ones zero: it answers as before.

    Raises ValueError when it is wider already, or the file has no such layer.
    """
    down, up = matrix(network, layer + _LINEAR, _MATRIX), matrix(network, layer + _AFFINE, _MATRIX)
    more = width - len(down)
    if more < 0 or up.shape[1] % len(down):
        raise ValueError(f"{layer} cannot have a width of {width}")
    frames = up.reshape(len(up), -1, len(down))
    wider = np.pad(frames, ((0, 0), (0, 0), (0, more))).reshape(len(up), -1)
    network = _replaced(network, layer + _LINEAR, down.shape, np.pad(down, ((0, more), (0, 0))))
    return _replaced(network, layer + _AFFINE, up.shape, wider)


def with_room(network: bytes, fields: dict[str, tuple[int, ...]]) -> bytes:
    """The file with layers as wide as the shapes of these fields (`<component>/<field>`) want them.

    Raises ValueError when a layer is wider already.
    """
    for name, shape in fields.items():
        component, field = name.split("/")
        if component.endswith(_LINEAR) and field == _MATRIX:
            network = widened(network, component.removesuffix(_LINEAR), shape[0])
    return network


def matrix(network: bytes, component: str, field: str) -> Weights:
    """A matrix of the file. Raises ValueError when there is none."""
    at = _field(network, component, field)
    sizes = struct.calcsize(_SIZE)
    shape = tuple(struct.unpack_from(_SIZE, network, at + len(_FLOATS[2]) + before)[1] for before in (0, sizes))
    count = shape[0] * shape[1]
    return np.frombuffer(network, "<f4", count, place(network, component, field, shape)).reshape(shape)


def _field(network: bytes, component: str, field: str) -> int:
    begin = network.index(f"<ComponentName> {component} ".encode())
    token = f"<{field}> ".encode()
    return network.index(token, begin) + len(token)


def _head(shape: tuple[int, ...]) -> bytes:
    return _FLOATS[len(shape)] + b"".join(struct.pack(_SIZE, 4, size) for size in shape)


def _replaced(network: bytes, component: str, old: tuple[int, ...], new: Weights) -> bytes:
    begin = place(network, component, _MATRIX, old)
    end = begin + 4 * old[0] * old[1]
    return network[: begin - len(_head(old))] + _head(new.shape) + new.astype("<f4").tobytes() + network[end:]
