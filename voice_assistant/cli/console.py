"""The terminal: colour and live lines only where a person looks on, plain lines and JSON everywhere else.

Answers go to standard output; progress, notices and errors to standard error. What people said may hold anything, so
that every text is made harmless before a terminal gets it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.progress import Progress as RichProgress

LABEL_WIDTH = 12
_LONGEST = 2000
"""Letters of one text that are shown to people; JSON has all of them."""
_QUIET_S = 1.0


class Console:
    """Writes to the standard streams as they are when it is made."""

    def __init__(self) -> None:
        self._out, self._err = sys.stdout, sys.stderr
        for stream in (self._out, self._err):
            # A terminal or file with a narrow character set gets escapes instead of an error.
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure:
                reconfigure(errors="backslashreplace")
        self.is_terminal = self._out.isatty()
        self._rich: dict[int, RichConsole] = {}
        self._live_width = 0

    def json(self, value: object) -> None:
        """One object, one line, only ASCII (so that no reader takes a letter of it for the end of a line), at once."""
        self._out.write(json.dumps(value, separators=(", ", ": ")) + "\n")
        self._out.flush()

    def line(self, text: str = "", style: str = "") -> None:
        """A line as it is."""
        self._write(self._out, "", text, style)

    def item(self, label: str, text: str, style: str = "") -> None:
        """A line with a label before it; wrapped on a terminal."""
        self._write(self._out, label, text, style)

    def note(self, text: str) -> None:
        """Something worth knowing, for the person, not for who reads the output."""
        self._write(self._err, "", text, "yellow")

    def error(self, text: str) -> None:
        """What went wrong, in one line."""
        with contextlib.suppress(OSError, ValueError):
            self._write(self._err, "", " ".join(text.split()), "bold red")

    def live(self, text: str) -> None:
        """A line that the next one replaces; nothing where nobody looks on."""
        if not self.is_terminal:
            return
        width = max(shutil.get_terminal_size().columns - 1, 20)
        shown = harmless(text)[-width:]
        self._out.write(f"\r{shown}{' ' * max(self._live_width - len(shown), 0)}\r{shown}")
        self._out.flush()
        self._live_width = len(shown)

    def end_live(self) -> None:
        """Take the live line away."""
        if self._live_width:
            self._out.write(f"\r{' ' * self._live_width}\r")
            self._live_width = 0

    def flush(self) -> None:
        """Raises BrokenPipeError when nobody reads the output any more."""
        self._out.flush()

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """A progress bar on standard error, from the first report on; without a terminal a line a stage."""
        bar = Progress(self._rich_for(self._err) if self._err.isatty() else None, self)
        try:
            yield bar
        finally:
            bar.end()

    def _write(self, stream: TextIO, label: str, text: str, style: str) -> None:
        self.end_live()
        shown = harmless(text)
        if not stream.isatty():
            stream.write(f"{label:<{LABEL_WIDTH}}{shown}\n" if label else f"{shown}\n")
            stream.flush()
            return
        from rich.text import Text

        if label:
            width = max(shutil.get_terminal_size().columns - LABEL_WIDTH - 1, 20)
            lines = textwrap.wrap(shown, width) or [""]
            body = f"\n{' ' * LABEL_WIDTH}".join(lines)
            whole = Text.assemble((f"{label:<{LABEL_WIDTH}}", "dim"), (body, style))
        else:
            whole = Text(shown, style=style)
        self._rich_for(stream).print(whole, soft_wrap=True, highlight=False)

    def _rich_for(self, stream: TextIO) -> RichConsole:
        from rich.console import Console as RichConsole

        if id(stream) not in self._rich:
            self._rich[id(stream)] = RichConsole(file=stream, highlight=False)
        return self._rich[id(stream)]


class Progress:
    """A progress bar that is told how far the work is; it appears with the first report."""

    def __init__(self, terminal: RichConsole | None, console: Console) -> None:
        self._terminal = terminal
        self._console = console
        self._bar: RichProgress | None = None
        self._task: Any = None
        self._stage = ""
        self._began_s = time.monotonic()

    def __call__(self, stage: str, done: float, of: float) -> None:
        """`done` of `of` (any unit) of a stage are done."""
        if self._terminal is None:
            # What is done in a moment is not worth a line.
            if stage != self._stage and done < of and time.monotonic() - self._began_s > _QUIET_S:
                self._console.note(f"{stage[:1].upper()}{stage[1:]} …")
                self._stage = stage
            return
        if self._bar is None:
            self._begin(self._terminal)
        if self._bar is not None:
            if stage != self._stage:
                self._bar.reset(self._task, total=of)
            self._bar.update(self._task, description=stage, completed=done, total=of)
        self._stage = stage

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _begin(self, terminal: RichConsole) -> None:
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        self._bar = RichProgress(*columns, console=terminal, transient=True)
        self._task = self._bar.add_task("", total=None)
        self._bar.start()


def reason(error: OSError) -> str:
    """Why a file cannot be used, in a few words."""
    return (error.strerror or str(error)).lower()


def harmless(text: str) -> str:
    """The text in one piece without anything that steers a terminal; very long ones are cut short."""
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text)} letters)"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shown)
