"""WAV files in and out, a block at a time.

Reading is done here and not by a library: the standard `wave` module knows neither float samples nor, before Python
3.12, the extensible header that most 24-bit recorders write, and libsndfile, which soundfile bundles, is LGPL.
Format: Microsoft's "Multiple channel audio data and WAVE files" and RFC 2361.
"""

from __future__ import annotations

import contextlib
import logging
import math
import struct
import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from voice_assistant.audio.resample import Resampler, resample
from voice_assistant.audio.samples import Floats, mix_down, scaled, to_pcm
from voice_assistant.types import SAMPLE_RATE_HZ, AudioChunk, AudioError

_LOGGER = logging.getLogger(__name__)

LOWEST_RATE_HZ = 4_000
HIGHEST_RATE_HZ = 384_000
_MOST_CHANNELS = 64
_INTEGER, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FORMAT_NAMES = {2: "ADPCM", 6: "A-law", 7: "µ-law", 17: "IMA ADPCM", 49: "GSM", 85: "MP3"}
_SIZE_UNKNOWN = 0x7FFFF000
"""Programs that write to a pipe announce this size or more, because they cannot come back to put the real one in."""
_HEADER_CHUNKS_AT_MOST = 1000
_READ_MS = 200
"""A file is decoded in longer blocks than it is given out in, which halves the work."""


@dataclass(frozen=True, slots=True)
class WavFormat:
    """How the samples of a WAV file are written."""

    rate_hz: int
    channels: int
    bytes_per_sample: int
    """1 to 4, or 8; of a container, which may hold fewer valid bits, left-justified."""
    is_float: bool
    data_bytes: int | None
    """As announced; None when the writer did not know. There may be less."""

    @property
    def bytes_per_frame(self) -> int:
        """All channels of one moment."""
        return self.channels * self.bytes_per_sample


def read_wav(path: str | Path, block_ms: int = 20) -> Iterator[AudioChunk]:
    """The sound of a WAV file as 16 kHz mono chunks of `block_ms` milliseconds, the last one shorter.

    Reads 8 to 32-bit integer and 32 and 64-bit float samples, 1 to 64 channels (mixed), 4 to 384 kHz (resampled), of
    any length in bounded memory. A file that ends before its announced length is used as far as it goes, with a
    warning. The file is opened and its header checked at once, not at the first chunk.

    Raises AudioError when the file is missing, empty, damaged, holds no sound or is not a WAV of these kinds.
    """
    name = str(path)
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed by the chunks' end
    except OSError as error:
        raise AudioError(f"The recording {name} cannot be opened ({_reason(error)}); check its name.") from error
    try:
        form = _read_header(file, name)
        announced = form.bytes_per_frame if form.data_bytes is None else form.data_bytes
        first = file.read(min(announced, form.bytes_per_frame))
        if len(first) < form.bytes_per_frame:
            raise AudioError(f"The recording {name} holds no sound; record it again.")
    except BaseException:
        file.close()
        raise
    return _chunks(file, first, form, name, block_ms)


def wav_format(path: str | Path) -> WavFormat:
    """The format of a WAV file. Raises AudioError as `read_wav`."""
    try:
        with Path(path).open("rb") as file:
            return _read_header(file, str(path))
    except OSError as error:
        raise AudioError(f"The recording {path} cannot be opened ({_reason(error)}); check its name.") from error


def _chunks(file: BinaryIO, first: bytes, form: WavFormat, name: str, block_ms: int) -> Iterator[AudioChunk]:
    """Cuts the resampled sound into equal chunks."""
    resampler = Resampler(form.rate_hz, SAMPLE_RATE_HZ)
    size = SAMPLE_RATE_HZ * block_ms // 1000 * 2
    waiting = bytearray()
    given = 0
    with file:
        for samples in _blocks(file, first, form, name):
            waiting += to_pcm(resampler.process(samples))
            while len(waiting) >= size:
                yield AudioChunk(bytes(waiting[:size]), SAMPLE_RATE_HZ, given / SAMPLE_RATE_HZ)
                given += size // 2
                del waiting[:size]
    waiting += to_pcm(resampler.flush())
    for start in range(0, len(waiting), size):
        yield AudioChunk(bytes(waiting[start : start + size]), SAMPLE_RATE_HZ, given / SAMPLE_RATE_HZ)
        given += size // 2


def _blocks(file: BinaryIO, first: bytes, form: WavFormat, name: str) -> Iterator[Floats]:
    """Decodes the file block by block to one channel."""
    size = form.rate_hz * _READ_MS // 1000 * form.bytes_per_frame
    left = math.inf if form.data_bytes is None else form.data_bytes - form.data_bytes % form.bytes_per_frame
    data = first
    while left > 0:
        wanted = int(min(size, left))
        try:
            data += file.read(wanted - len(data))
        except OSError as error:
            raise AudioError(f"The recording {name} cannot be read ({_reason(error)}).") from error
        whole = len(data) - len(data) % form.bytes_per_frame
        if whole:
            yield mix_down(_decode(data[:whole], form), form.channels)
        if len(data) < wanted:
            if left != math.inf:
                _LOGGER.warning("The recording %s ends early; what there is of it is used.", name)
            return
        left -= wanted
        data = b""


def _decode(data: bytes, form: WavFormat) -> Floats:
    """Interleaved samples as float32, full scale ±1."""
    if form.is_float:
        raw = np.frombuffer(data, dtype="<f4" if form.bytes_per_sample == 4 else "<f8")
        with np.errstate(over="ignore"):
            numbers: Floats = np.nan_to_num(raw.astype(np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
        return np.clip(numbers, np.float32(-1), np.float32(1))
    if form.bytes_per_sample == 1:
        return scaled(np.frombuffer(data, dtype=np.uint8).astype(np.float32) - np.float32(128), 1 / 128)
    if form.bytes_per_sample == 3:
        widened = np.zeros((len(data) // 3, 4), np.uint8)
        widened[:, 1:] = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
        return scaled(widened.reshape(-1).view("<i4"), 2.0**-31)
    bits = form.bytes_per_sample * 8
    return scaled(np.frombuffer(data, dtype=f"<i{form.bytes_per_sample}"), 2.0 ** (1 - bits))


def _read_header(file: BinaryIO, name: str) -> WavFormat:
    """Reads up to the first sample."""
    head = file.read(12)
    if not head:
        raise AudioError(f"The recording {name} is empty (0 bytes); record it again.")
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        raise AudioError(f"{name} is not a WAV file; convert it to WAV first.")
    parts: tuple[int, int, int, bool] | None = None
    long_size: int | None = None
    for _ in range(_HEADER_CHUNKS_AT_MOST):
        chunk = file.read(8)
        if len(chunk) < 8:
            break
        kind, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if kind == b"data":
            if parts is None:
                break
            rate_hz, channels, width, is_float = parts
            return WavFormat(rate_hz, channels, width, is_float, _data_bytes(size, head, long_size))
        body = file.read(min(size, 64))
        if kind == b"fmt ":
            parts = _parse_format(body, name)
        elif kind == b"ds64" and len(body) >= 16:
            long_size = struct.unpack("<Q", body[8:16])[0]
        _skip(file, size - len(body) + size % 2)
    raise AudioError(f"The WAV file {name} is damaged: it breaks off before the first sample; record it again.")


def _data_bytes(size: int, head: bytes, long_size: int | None) -> int | None:
    if head[:4] == b"RF64" and long_size is not None:
        return long_size
    if size >= _SIZE_UNKNOWN:
        return None
    riff_size = struct.unpack("<I", head[4:8])[0]
    return None if size == 0 and riff_size in (0, 36) else size


def _skip(file: BinaryIO, count: int) -> None:
    while count > 0:
        skipped = len(file.read(min(count, 1 << 16)))
        if not skipped:
            return
        count -= skipped


def _parse_format(body: bytes, name: str) -> tuple[int, int, int, bool]:
    """(rate, channels, bytes per sample, is float) of a `fmt ` chunk."""
    if len(body) < 16:
        raise AudioError(f"The WAV file {name} is damaged: its format is incomplete; record it again.")
    tag, channels, rate_hz, _, bytes_per_frame, _ = struct.unpack("<HHIIHH", body[:16])
    if tag == _EXTENSIBLE and len(body) >= 26:
        tag = struct.unpack("<H", body[24:26])[0]
    if tag not in (_INTEGER, _FLOAT):
        known = _FORMAT_NAMES.get(tag, f"format {tag}")
        raise AudioError(f"The WAV file {name} is compressed ({known}); convert it to plain PCM samples.")
    if not 1 <= channels <= _MOST_CHANNELS or bytes_per_frame % channels:
        raise AudioError(
            f"The WAV file {name} is damaged: {channels} channels of {bytes_per_frame} bytes; record it again."
        )
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise AudioError(
            f"The WAV file {name} has {rate_hz} samples a second; {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} can be read."
        )
    width = bytes_per_frame // channels
    if width not in ((4, 8) if tag == _FLOAT else (1, 2, 3, 4)):
        raise AudioError(
            f"The WAV file {name} has samples of {width} bytes, which cannot be read; convert it to 16 bits."
        )
    return rate_hz, channels, width, tag == _FLOAT


class WavWriter:
    """Writes 16-bit mono sound to a WAV file while it comes. A context manager."""

    def __init__(self, path: str | Path, rate_hz: int) -> None:
        """Raises AudioError when the file cannot be written."""
        self._name = str(path)
        self._rate_hz = rate_hz
        try:
            self._file = Path(path).open("wb")  # noqa: SIM115 - closed in close()
        except OSError as error:
            raise AudioError(f"The sound file {self._name} cannot be written ({_reason(error)}).") from error
        self._wave = wave.open(self._file, "wb")  # noqa: SIM115 - closed in close()
        self._wave.setnchannels(1)
        self._wave.setsampwidth(2)
        self._wave.setframerate(rate_hz)

    def write(self, pcm: bytes) -> None:
        """Appends signed 16-bit samples at the file's rate. Raises AudioError when the disk is full or gone."""
        try:
            self._wave.writeframes(pcm)
        except OSError as error:
            raise AudioError(f"The sound file {self._name} cannot be written ({_reason(error)}).") from error

    def write_chunk(self, chunk: AudioChunk) -> None:
        """Appends a chunk, resampled to the file's rate when it has another."""
        self.write(resample(chunk, self._rate_hz).pcm)

    def close(self) -> None:
        """Finishes the file. Raises AudioError when that fails. May be called again."""
        if self._file.closed:
            return
        try:
            self._wave.close()
        except OSError as error:
            raise AudioError(f"The sound file {self._name} cannot be written ({_reason(error)}).") from error
        finally:
            with contextlib.suppress(OSError):
                self._file.close()

    def __enter__(self) -> WavWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def write_wav(path: str | Path, chunks: Iterable[AudioChunk], rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Writes chunks one after another as a 16-bit mono WAV file. Raises AudioError when it cannot be written."""
    with WavWriter(path, rate_hz) as writer:
        for chunk in chunks:
            writer.write_chunk(chunk)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
