"""Files with a text on each line, of any length and encoding, read one line at a time."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from voice_assistant.cli.console import reason
from voice_assistant.types import SettingsError


@contextlib.contextmanager
def lines_of(name: str) -> Iterator[Iterator[str]]:
    """The lines without their ends; `-` is standard input. Raises SettingsError when the file cannot be read."""
    if name == "-":
        yield texts(sys.stdin.buffer)
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below
        file.peek(1)
    except OSError as error:
        raise SettingsError(f"The file {name} cannot be read ({reason(error)}).") from error
    with file:
        yield texts(file)


def texts(lines: Iterable[bytes]) -> Iterator[str]:
    """Lines as text; bytes that are none become replacement characters."""
    for number, line in enumerate(lines):
        text = line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace")
        yield text.removesuffix("\n").removesuffix("\r")
