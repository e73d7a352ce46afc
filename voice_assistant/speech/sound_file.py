"""What the speech engines of the three systems write: WAV (espeak-ng, Windows) or AIFF (macOS)."""

from __future__ import annotations

import array
import io
import struct
import sys
import wave


def read_sound(content: bytes) -> tuple[int, bytes]:
    """(samples a second, signed 16-bit little-endian samples of the first channel) of a whole WAV or AIFF file.

    Raises ValueError when it is neither or not of 16 bits.
    """
    rate_hz, channels, pcm = _read_aiff(content) if content[:4] == b"FORM" else _read_wav(content)
    if channels == 1:
        return rate_hz, pcm
    samples = array.array("h", pcm[: len(pcm) // (2 * channels) * 2 * channels])
    return rate_hz, samples[::channels].tobytes()


def _read_wav(content: bytes) -> tuple[int, int, bytes]:
    try:
        with wave.open(io.BytesIO(content), "rb") as file:
            if file.getsampwidth() != 2:
                raise ValueError(f"samples of {file.getsampwidth()} bytes")
            return file.getframerate(), file.getnchannels(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"not a WAV file: {error}") from error


def _read_aiff(content: bytes) -> tuple[int, int, bytes]:
    """Apple's Audio Interchange File Format 1.3 and its AIFF-C, uncompressed, in either byte order."""
    channels, bits, rate_hz, order = 0, 0, 0, b"twos"
    position = 12
    while position + 8 <= len(content):
        kind = content[position : position + 4]
        size = struct.unpack(">I", content[position + 4 : position + 8])[0]
        body = content[position + 8 : position + 8 + size]
        if kind == b"COMM" and len(body) >= 18:
            channels, _, bits = struct.unpack(">hIh", body[:8])
            rate_hz = _extended(body[8:18])
            order = body[18:22] if content[8:12] == b"AIFC" else order
        elif kind == b"SSND" and channels:
            if bits != 16 or order not in (b"twos", b"NONE", b"sowt"):
                raise ValueError(f"AIFF with samples of {bits} bits, {order!r}")
            samples = array.array("h", body[8 : len(body) - len(body) % 2])
            if (order == b"sowt") != (sys.byteorder == "little"):
                samples.byteswap()
            return rate_hz, channels, samples.tobytes()
        position += 8 + size + size % 2
    raise ValueError("AIFF without sound")


def _extended(ten_bytes: bytes) -> int:
    """A whole number in 80-bit extended precision."""
    exponent, mantissa = struct.unpack(">HQ", ten_bytes)
    return int(mantissa >> max(63 - (exponent - 16383), 0))
