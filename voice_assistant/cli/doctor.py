"""`doctor`: looks at everything the assistant needs, and says what to do where something is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.parsing import (
    GUIDE,
    HEARING,
    SPEAKING,
    Commands,
    add_command,
    add_json,
    add_settings,
    settings_of,
)

if TYPE_CHECKING:
    from voice_assistant.cli.checks import Result

_MORE = "It listens for a second, makes a short sound, and keeps nothing. The exit code is 1 if something is wrong."


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "doctor", "check models, dialogs, microphone, loudspeaker and voice", _MORE)
    add_json(parser, "each check")
    add_settings(parser, "microphone", *SPEAKING, *HEARING, *GUIDE)
    parser.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.cli import checks

    settings = settings_of(options)
    wrong = 0
    for name, results in checks.all_checks(settings, console):
        for result in _guarded(results):
            wrong += not result.ok
            if options.json:
                console.json({"check": name, "ok": result.ok, "text": result.text, "advice": result.advice})
            else:
                _show(console, name, result)
    if not options.json:
        console.line()
        console.line(
            f"{wrong} problem{'s' if wrong > 1 else ''} found." if wrong else "Everything is in order.",
            "bold yellow" if wrong else "bold green",
        )
    return 1 if wrong else 0


def _guarded(check: Callable[[], Iterator[Result]]) -> Iterator[Result]:
    """The results of one check; a fault that it meets is a result too."""
    from voice_assistant.cli.checks import Result
    from voice_assistant.types import AssistantError

    try:
        yield from check()
    except AssistantError as error:
        yield Result(False, str(error))


def _show(console: Console, name: str, result: Result) -> None:
    mark = "ok      " if result.ok else "PROBLEM "
    console.item(name, f"{mark} {result.text}", "green" if result.ok else "bold yellow")
    if result.advice:
        console.item(" ", f"         {result.advice}")
