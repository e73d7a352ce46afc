"""The program's log on standard error: warnings, or with --verbose everything. It never holds what people said."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def logs_shown(*, verbose: bool, debug: bool) -> Iterator[None]:
    """While it lasts, the log is shown."""
    logger = logging.getLogger("voice_assistant")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(debug=debug))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Formatter(logging.Formatter):
    """One line a record; the traceback of an error only for who wants to see it."""

    def __init__(self, *, debug: bool) -> None:
        super().__init__("%(levelname)s: %(message)s")
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        if self._debug or not record.exc_info:
            return super().format(record)
        kind = record.exc_info[0]
        # The text of the error stays unsaid: it might hold what a person said.
        return f"{record.levelname}: {record.getMessage()} ({kind.__name__ if kind else 'error'}; --debug shows where)"
