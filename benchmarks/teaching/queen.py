"""The sounds and words of *Flight of the Amazon Queen*, by the formats that ScummVM reads (engines/queen: resource.cpp,
talk.cpp, cutaway.cpp, logic.cpp). Sounds are named after the sentence that they say a part of.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from benchmarks.teaching.part import Part

_ENTRY, _HEADER, _FILE_HEADER = 21, 15, 20
_TREE_BEGIN, _TREE_LEVEL = 32, 96
_REMARKS, _FIRST_REMARK = "QUEEN2.JAS", 41
"""Of the hero, about what he sees: the first forty stand elsewhere in the file."""
_COMMAND = re.compile(r"\*(?:XY\d\d\(\d+,\d+\)|G[DM]|..)")


def queen(path: Path) -> Iterator[Part]:
    """All that is said in the game. Ends the program when it is another file, or damaged."""
    content = path.read_bytes()
    if content[:4] != b"QTBL":
        raise SystemExit(f"{path} is not the talking version of Flight of the Amazon Queen.")
    try:
        files = dict(_files(content))
        sentences = dict(_sentences(files))
    except (IndexError, struct.error):
        raise SystemExit(f"{path} is damaged or not whole; install flight-of-the-amazon-queen again.") from None
    for name, file in files.items():
        if name.endswith(".SB"):
            key, part = name[:-4], name[-4:-3]
            yield Part(file, 0, _words(sentences.get(key, ""), part))


def _files(content: bytes) -> Iterator[tuple[str, bytes]]:
    (count,) = struct.unpack(">H", content[_HEADER - 2 : _HEADER])
    for at in range(_HEADER, _HEADER + count * _ENTRY, _ENTRY):
        begin, size = struct.unpack(">II", content[at + 13 : at + _ENTRY])
        yield content[at : at + 12].split(b"\0")[0].decode("latin1"), content[begin : begin + size]


def _sentences(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """By the names of their sounds, which lack the number of the part."""
    for name, file in files.items():
        if name.endswith(".DOG"):
            yield from _talk(file[_FILE_HEADER:])
        elif name.endswith(".CUT"):
            yield from _scene(name.removesuffix(".CUT"), file[_FILE_HEADER:])
    remarks = files.get(_REMARKS, b"").decode("latin1").splitlines()
    yield from ((f"JOE{number:04d}", text) for number, text in enumerate(remarks, _FIRST_REMARK))


def _talk(file: bytes) -> Iterator[tuple[str, str]]:
    """A conversation."""
    levels, _, key, heros, others = struct.unpack(">5h", file[:10])
    (theirs,) = struct.unpack(">H", file[22:24])
    for who, at, count in (("J", _TREE_BEGIN + abs(levels) * _TREE_LEVEL, heros), ("P", theirs, others)):
        for _ in range(count):
            (number,) = struct.unpack(">H", file[at + 2 : at + 4])
            text, at = _string(file, at + 4, 4)
            yield f"{key:02d}{number:04X}{who}", text


def _scene(name: str, file: bytes) -> Iterator[tuple[str, str]]:
    """One that is played without choices: a sentence for each thing that happens, mostly empty, after one for all."""
    (count,) = struct.unpack(">h", file[2:4])
    (at,) = struct.unpack(">H", file[8:10])
    _, at = _string(file, at, 2)
    for number in range(1, abs(count) + 1):
        text, at = _string(file, at, 2)
        yield f"{name:_<5}{number:02d}", text


def _string(file: bytes, at: int, align: int) -> tuple[str, int]:
    """A text and where the next one begins."""
    end = at + 1 + file[at]
    return file[at + 1 : end].decode("latin1"), -(-end // align) * align if file[at] else end


def _words(sentence: str, part: str) -> str:
    """What one part of a sentence says: "" where it has a number or the game asks for a part that is not there."""
    parts = _COMMAND.split(sentence)
    index = int(part, 16) - 1 if part in "123456789ABCDEF" else len(parts)
    text = parts[index].lower() if index < len(parts) else ""
    if re.search(r"\d", text):
        return ""
    return " ".join(word.strip("'") for word in re.sub(r"[^a-z' ]+", " ", text).split() if word.strip("'"))
