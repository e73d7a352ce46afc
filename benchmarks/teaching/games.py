"""What actors say in two games that Debian ships (`flight-of-the-amazon-queen`, `beneath-a-steel-sky`): four hours of
sentences whose words are known and some two of others, in English, by many people.

The format of the second is the one that ScummVM reads (engines/sky/disk.cpp and sound.cpp).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from benchmarks.teaching.part import Part
from benchmarks.teaching.queen import queen
from benchmarks.teaching.rob_northen import unpack

QUEEN = "flight-of-the-amazon-queen/queen.1c"
SKY = "beneath-a-steel-sky/sky.dnr", "beneath-a-steel-sky/sky.dsk"
"""Below /usr/share/scummvm."""
_SKY_RATE_HZ = 11_025
_SKY_FIRST, _SKY_HEADER, _SKY_TABLES = 50_000, 22, range(60_000, 61_000)
_SHORTEST = 4_000


def games(folder: Path) -> Iterator[tuple[str, Iterator[Part]]]:
    """Those of the two that are in a folder of games for ScummVM, with their names. Ends the program when none is."""
    index, disk = (folder / name for name in SKY)
    has_queen, has_sky = (folder / QUEEN).is_file(), index.is_file() and disk.is_file()
    if not has_queen and not has_sky:
        raise SystemExit(f"{folder} holds neither game; install flight-of-the-amazon-queen or beneath-a-steel-sky.")
    if has_queen:
        yield "queen", queen(folder / QUEEN)
    if has_sky:
        yield "sky", sky(index, disk)


def sky(index: Path, disk: Path) -> Iterator[Part]:
    """All that is said in Beneath a Steel Sky."""
    entries, content = index.read_bytes(), disk.read_bytes()
    for at in range(4, 4 + 8 * struct.unpack("<I", entries[:4])[0], 8):
        number, place, size = (int.from_bytes(entries[at + a : at + b], "little") for a, b in ((0, 2), (2, 5), (5, 8)))
        if number < _SKY_FIRST or number in _SKY_TABLES:
            continue
        begin = (place & 0x7FFFFF) * (16 if place & 0x800000 else 1) + _SKY_HEADER
        sound = unpack(content[begin : begin - _SKY_HEADER + (size & 0x3FFFFF)])
        if len(sound) > _SHORTEST:
            yield Part(sound, _SKY_RATE_HZ, "")
