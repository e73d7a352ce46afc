"""What actors say in two games that Debian ships (`flight-of-the-amazon-queen`, `beneath-a-steel-sky`): 2.5 hours of
sentences whose words are known and some four of others, in English, by many people.

The formats are those that ScummVM reads (engines/queen/resource.cpp and talk.cpp, engines/sky/disk.cpp and sound.cpp).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.teaching.rob_northen import unpack

QUEEN = "flight-of-the-amazon-queen/queen.1c"
SKY = "beneath-a-steel-sky/sky.dnr", "beneath-a-steel-sky/sky.dsk"
"""Below /usr/share/scummvm."""
_SKY_RATE_HZ = 11_025
_QUEEN_ENTRY, _QUEEN_HEADER, _TALK_HEADER = 21, 15, 20
_TREE_BEGIN, _TREE_LEVEL = 32, 96
_SKY_FIRST, _SKY_HEADER, _SKY_TABLES = 50_000, 22, range(60_000, 61_000)
_SHORTEST = 4_000
_COMMAND = re.compile(r"\*(?:XY\d+,\d+|..)")


class Part(NamedTuple):
    """One file of a game."""

    sound: bytes
    """MP3, or unsigned 8-bit samples."""
    rate_hz: int
    """Of the samples; 0 for MP3."""
    words: str
    """In small letters; "" where they are not known."""


def queen(path: Path) -> Iterator[Part]:
    """All that is said in Flight of the Amazon Queen. Ends the program when it is another file."""
    content = path.read_bytes()
    if content[:4] != b"QTBL":
        raise SystemExit(f"{path} is not the talking version of Flight of the Amazon Queen.")
    files = dict(_queen_files(content))
    talk = {key: text for name, file in files.items() if name.endswith(".DOG") for key, text in _talk(file)}
    for name, file in files.items():
        if name.endswith(".SB"):
            yield Part(file, 0, _words(name.removesuffix(".SB"), talk))


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


def _queen_files(content: bytes) -> Iterator[tuple[str, bytes]]:
    (count,) = struct.unpack(">H", content[_QUEEN_HEADER - 2 : _QUEEN_HEADER])
    for at in range(_QUEEN_HEADER, _QUEEN_HEADER + count * _QUEEN_ENTRY, _QUEEN_ENTRY):
        begin, size = struct.unpack(">II", content[at + 13 : at + _QUEEN_ENTRY])
        yield content[at : at + 12].split(b"\0")[0].decode("latin1"), content[begin : begin + size]


def _talk(file: bytes) -> Iterator[tuple[str, str]]:
    """The sentences of a conversation by the names of their sounds, which lack the number of the part."""
    file = file[_TALK_HEADER:]
    levels, _, key, heros, others = struct.unpack(">5h", file[:10])
    (theirs,) = struct.unpack(">H", file[22:24])
    for who, begin, count in (("J", _TREE_BEGIN + abs(levels) * _TREE_LEVEL, heros), ("P", theirs, others)):
        at = begin
        for _ in range(count):
            (number,) = struct.unpack(">H", file[at + 2 : at + 4])
            length = file[at + 4]
            yield f"{key:02d}{number:04X}{who}", file[at + 5 : at + 5 + length].decode("latin1")
            at = (at + 5 + length + 3) // 4 * 4


def _words(name: str, talk: Mapping[str, str]) -> str:
    """What the part of a sentence says that the sound is named after."""
    parts = _COMMAND.split(talk.get(name[:-1], ""))
    part = int(name[-1], 16) - 1 if name[-1] in "123456789ABCDEF" else len(parts)
    text = parts[part].lower() if part < len(parts) else ""
    if re.search(r"\d", text):
        return ""
    return " ".join(word.strip("'") for word in re.sub(r"[^a-z' ]+", " ", text).split() if word.strip("'"))
