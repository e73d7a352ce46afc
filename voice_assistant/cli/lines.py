"""Files with a text on each line, of any length, read one line at a time."""

from __future__ import annotations

import codecs
import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from voice_assistant.cli.console import reason
from voice_assistant.types import SettingsError


@contextlib.contextmanager
def lines_of(name: str, *, strictly: bool = False) -> Iterator[Iterator[str]]:
    """The lines without their ends; `-` is standard input. Raises SettingsError when the file cannot be read.

    `strictly`: also at the first line that is not UTF-8.
    """
    if name == "-":
        yield texts(standard_input(), strictly=strictly)
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below
        file.peek(1)
    except OSError as error:
        raise SettingsError(f"The file {name} cannot be read ({reason(error)}).") from error
    with file:
        yield texts(file, strictly=strictly)


def standard_input() -> BinaryIO:
    """Its bytes. Raises SettingsError where the program was started without one."""
    if sys.stdin is None:
        raise SettingsError("There is no standard input to read from: give a file.")
    return sys.stdin.buffer


def texts(lines: Iterable[bytes], *, strictly: bool = False) -> Iterator[str]:
    """Lines as text; bytes that are none become replacement characters, or raise SettingsError where it goes strictly.
    So do UTF-16 and UTF-32 in any case.
    """
    for number, line in enumerate(lines):
        if number == 0 and _is_wide(line):
            raise SettingsError("The text is not UTF-8, it seems to be UTF-16: save it as UTF-8.")
        try:
            text = line.decode("utf-8-sig" if number == 0 else "utf-8", errors="strict" if strictly else "replace")
        except UnicodeDecodeError as error:
            raise SettingsError(f"Line {number + 1} of the text is not UTF-8: save the text as UTF-8.") from error
        yield text.removesuffix("\n").removesuffix("\r")


def _is_wide(line: bytes) -> bool:
    """Whether a file that begins so has two or four bytes for each letter; a third of zeros is in no other text."""
    return line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 3 * line.count(0) > len(line)
