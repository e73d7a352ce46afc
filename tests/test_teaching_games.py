"""The talk of games is read as they wrote it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from benchmarks.teaching.games import QUEEN, SKY, games
from benchmarks.teaching.queen import queen
from benchmarks.teaching.rob_northen import unpack


def bits(*fields: tuple[int, int]) -> bytes:
    """(value, width) each, lowest bit first, in 16-bit words."""
    whole, width = 0, 0
    for value, size in fields:
        whole |= value << width
        width += size
    return whole.to_bytes(-(-width // 16) * 2, "little")


def packed(size: int, content: bytes) -> bytes:
    """With one block."""
    return b"RNC\x01" + struct.pack(">IIHHBB", size, len(content), 0, 0, 0, 1) + content


NO_CODES = (0, 5)
FOUR = ((4, 5), (0, 4), (0, 4), (0, 4), (1, 4))
"""Of the four numbers of bits that there are, only three bits are used: code 0, then two bits beside the highest."""
ONE = ((2, 5), (0, 4), (1, 4))
"""Only the number 1: code 0."""


def test_what_was_packed_as_it_is_comes_out_as_it_was() -> None:
    content = bits((0, 2), *FOUR, NO_CODES, NO_CODES, (1, 16), (0, 1), (1, 2)) + b"hello"
    assert unpack(packed(5, content)) == b"hello"


def test_what_was_packed_as_a_repetition_is_repeated() -> None:
    table = ((3, 5), (1, 4), (0, 4), (1, 4))  # the numbers 0 (code 0) and 2 or 3 (code 1, and a bit)
    counts = (2, 16)
    as_they_are, distance, length, no_more = ((1, 1), (0, 1)), (0, 1), (0, 1), (0, 1)
    content = bits((0, 2), *table, *ONE, *ONE, counts, *as_they_are, distance, length, no_more)
    # What is there as it is stands where the next word would begin; then 1 + 1 back, 1 + 2 long, and nothing more.
    split = 2 * -(-(2 + 17 + 13 + 13 + 16 + 2) // 16)
    assert unpack(packed(5, content[:split] + b"ab" + content[split:])) == b"ababa"


TOO_SHORT = packed(6, bits((0, 2), *FOUR, NO_CODES, NO_CODES, (0, 16)))
REPEATS_WHAT_IS_NOT_THERE = packed(6, bits((0, 2), *ONE, *FOUR, *ONE, (2, 16), (0, 1), (0, 9)) + b"ab")


@pytest.mark.parametrize("content", [b"", b"RIFF....", TOO_SHORT, REPEATS_WHAT_IS_NOT_THERE])
def test_what_was_not_packed_so_or_is_damaged_gives_nothing(content: bytes) -> None:
    assert unpack(content) == b""


def conversation(key: int, hero: dict[int, str], other: dict[int, str]) -> bytes:
    """A file of talk without choices."""
    blocks = []
    for sentences in (hero, other):
        block = b""
        for number, text in sentences.items():
            block += struct.pack(">HHB", 0, number, len(text)) + text.encode("latin1")
            block += bytes(-len(block) % 4)
        blocks.append(block)
    header = struct.pack(">5h12xHHH", 0, 0, key, len(hero), len(other), 32 + len(blocks[0]), 0, 0)
    return bytes(20) + header.ljust(32, b"\0") + blocks[0] + blocks[1]


def scene(*sentences: str) -> bytes:
    """A file of a scene without choices; what stands before the texts is left empty."""
    file = bytearray(struct.pack(">HhhHHH", 0, -len(sentences), 0, 0, 12, 0))
    for text in ("*FL", *sentences):
        file += bytes([len(text)]) + text.encode("latin1")
        file += bytes(len(file) % 2 if text else 0)
    return bytes(20) + bytes(file)


def archive(path: Path, files: dict[str, bytes]) -> Path:
    at = 15 + 21 * len(files)
    table = b"QTBLCEM10\0\0\0\x01" + struct.pack(">H", len(files))
    for name, content in files.items():
        table += struct.pack(">12sBII", name.encode("latin1"), 1, at, len(content))
        at += len(content)
    path.parent.mkdir(parents=True)
    path.write_bytes(table + b"".join(files.values()))
    return path


def test_sentences_are_known_by_the_names_of_their_sounds(tmp_path: Path) -> None:
    talk = conversation(
        2, {0x1A: "That's MY plane!*03"}, {1: "*FLHello there.*02Mind the 3 steps.*XY01(10,200)*GDHa..."}
    )
    names = ("02001AJ1", "020001P1", "020001P2", "020001P3", "020001P4", "020001P5")
    archive(tmp_path / QUEEN, {"BOB.DOG": talk, **{f"{name}.SB": name.encode() for name in names}})
    (name, parts), *others = games(tmp_path)
    assert (name, others) == ("queen", [])
    said = {part.sound.decode(): part.words for part in parts}
    assert said == {
        "02001AJ1": "that's my plane",
        "020001P1": "",
        "020001P2": "hello there",
        "020001P3": "",
        "020001P4": "",
        "020001P5": "ha",
    }


def test_so_are_those_of_scenes_without_choices_and_what_the_hero_remarks(tmp_path: Path) -> None:
    names = ("C1A__021", "C1A__041", "C1A__042", "JOE00421", "JOE00012", "C9Z__011")
    files = {
        "C1A.CUT": scene("", "Come with me!", "", "Wait*05right here."),
        "QUEEN2.JAS": b"A door.*02\nIt's a lamp*03\n",
    }
    archive(tmp_path / QUEEN, {**files, **{f"{name}.SB": name.encode() for name in names}})
    said = {part.sound.decode(): part.words for part in queen(tmp_path / QUEEN)}
    assert said == {
        "C1A__021": "come with me",
        "C1A__041": "wait",
        "C1A__042": "right here",
        "JOE00421": "it's a lamp",
        "JOE00012": "",
        "C9Z__011": "",
    }


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "queen.1c"
    path.write_bytes(b"something else")
    with pytest.raises(SystemExit, match=r"queen\.1c is not the talking version"):
        next(queen(path))


@pytest.mark.parametrize("kept", [20, 80, 160])
def test_half_a_file_is_refused_by_name_too(tmp_path: Path, kept: int) -> None:
    whole = archive(
        tmp_path / QUEEN, {"C1A.CUT": scene("Come with me!"), "BOB.DOG": conversation(2, {1: "Hello."}, {})}
    )
    half = tmp_path / "queen.1c"
    half.write_bytes(whole.read_bytes()[:kept])
    with pytest.raises(SystemExit, match=r"queen\.1c is damaged or not whole"):
        next(queen(half))


def test_a_folder_without_either_game_is_named_with_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds neither game; install flight-of-the-amazon-queen"):
        next(games(tmp_path))


def test_the_disk_of_the_sky_is_read_by_its_index(tmp_path: Path) -> None:
    # One code of a block holds 2 ** 14 bytes: one bit, and the fourteen bits below the highest.
    table = ((16, 5), *[(0, 4)] * 15, (1, 4))
    sound = bytes(range(256)) * 64
    content = bits((0, 2), *table, NO_CODES, NO_CODES, (1, 16), (0, 1), (0, 14)) + sound
    file = bytes(22) + packed(len(sound), content)
    index, disk = (tmp_path / name for name in SKY)
    index.parent.mkdir()
    disk.write_bytes(bytes(16) + file + file)
    places = [(50_001, 16), (49_999, 16), (60_001, 16)]
    entries = [
        number.to_bytes(2, "little") + at.to_bytes(3, "little") + len(file).to_bytes(3, "little")
        for number, at in places
    ]
    index.write_bytes(struct.pack("<I", len(entries)) + b"".join(entries))
    (name, parts), *_ = games(tmp_path)
    assert name == "sky"
    assert [(part.sound == sound, part.rate_hz, part.words) for part in parts] == [(True, 11_025, "")]
