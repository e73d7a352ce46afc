"""The messages between this program and its device processes, over their standard input and output."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

OPENED: Final = b"O"
"""From the process: JSON with device, rate_hz, channels, latency_s."""
FAILED: Final = b"E"
"""From the process: why the device cannot be opened, in a sentence. It tries again by itself."""
LISTED: Final = b"L"
"""From the process: JSON, all devices."""
BLOCK: Final = b"B"
"""Samples, signed 16-bit: from a microphone interleaved, after four bytes that count the bytes lost just before; to a
loudspeaker one channel."""
PLAYED: Final = b"P"
"""From a loudspeaker: one more of the blocks it was sent is done with. 8 bytes, signed: which call of the device took
it, counted from 0; -1 when it was dropped."""
ALIVE: Final = b"A"
"""From a loudspeaker, four times a second while the device asks for sound: how often it ran out so far (4 bytes), and
how often it has asked (8 bytes)."""
FLUSH: Final = b"F"
"""To a loudspeaker: fade out and forget what waits."""

_HEAD = struct.Struct(">cI")
_LONGEST = 1 << 20
"""Bytes; what announces more is no message."""


def write_frame(pipe: BinaryIO, kind: bytes, payload: bytes = b"") -> None:
    """Sends one message. Raises OSError (or ValueError, once closed) when the other side is gone."""
    pipe.write(_HEAD.pack(kind, len(payload)) + payload)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next message as (kind, payload); None when the other side is gone."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    if length > _LONGEST:
        return None
    payload = pipe.read(length)
    return (kind, payload) if len(payload) == length else None
