"""What the program and its speech process say to each other over a pipe: a JSON header and, behind it, sound.

A message is four bytes with the length of the header (big endian), the header as UTF-8 JSON, and as many bytes of sound
as its `bytes` says.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">I")
_LONGEST_HEADER = 1 << 22


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the speech engine."""

    voice_id: str
    name: str
    languages: tuple[str, ...]


def write_message(stream: BinaryIO, header: dict[str, Any], pcm: bytes = b"") -> None:
    """Send one message.

    Raises:
        OSError: nobody reads any more.
    """
    encoded = json.dumps(header | {"bytes": len(pcm)}).encode()
    stream.write(_LENGTH.pack(len(encoded)) + encoded + pcm)
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Wait for one message.

    Raises:
        EOFError: the other side has ended, or sent what is no message.
    """
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if length > _LONGEST_HEADER:
        raise EOFError
    header: dict[str, Any] = json.loads(_read(stream, length))
    return header, _read(stream, int(header["bytes"]))


def _read(stream: BinaryIO, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = stream.read(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data
