"""Unpacks what Rob Northen's ProPack packed by its first method, as ScummVM's common/compression/rnc_deco.cpp does."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TypeAlias

_MAGIC, _HEADER = b"RNC\x01", 18
_LEAST_COPY = 2
_LONGEST_CODE = 16

Codes: TypeAlias = dict[tuple[int, int], int]
"""What (length, bits) stands for."""


def unpack(packed: bytes) -> bytes:
    """The content; b"" where it was not packed so, or is damaged."""
    if packed[:4] != _MAGIC:
        return b""
    reader, content = _Reader(packed[_HEADER:]), bytearray()
    reader.bits(2)
    for _ in range(packed[_HEADER - 1]):
        lengths, distances, copies = (_codes(reader) for _ in range(3))
        for left in range(reader.bits(16), 0, -1):
            content += reader.bytes(reader.number(lengths))
            if left > 1:
                distance, length = reader.number(distances) + 1, reader.number(copies) + _LEAST_COPY
                if distance > len(content):
                    return b""
                for _ in range(length):
                    content.append(content[-distance])
    (size,) = struct.unpack(">I", packed[4:8])
    return bytes(content) if len(content) == size else b""


class _Reader:
    """Bits of 16-bit words, lowest first, and whole bytes from where the next word would begin."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0
        self._word, self._left = 0, 0

    def bits(self, count: int) -> int:
        while self._left < count:
            self._word |= int.from_bytes(self._content[self._at : self._at + 2], "little") << self._left
            self._at, self._left = self._at + 2, self._left + 16
        value = self._word & ((1 << count) - 1)
        self._word, self._left = self._word >> count, self._left - count
        return value

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def number(self, codes: Codes) -> int:
        code = 0
        for length in range(1, _LONGEST_CODE + 1):
            code |= self.bits(1) << (length - 1)
            if (length, code) in codes:
                size = codes[length, code]
                return size if size < 2 else self.bits(size - 1) | 1 << (size - 1)
        return 0


def _codes(reader: _Reader) -> Codes:
    """Huffman codes: the shorter first, and in order where they are as long."""
    lengths: Sequence[int] = [reader.bits(4) for _ in range(reader.bits(5))]
    codes: Codes = {}
    code = 0
    for length in range(1, _LONGEST_CODE + 1):
        for value, of in enumerate(lengths):
            if of == length:
                first = code >> (_LONGEST_CODE - length)
                codes[length, int(f"{first:0{length}b}"[::-1], 2)] = value
                code += 1 << (_LONGEST_CODE - length)
    return codes
