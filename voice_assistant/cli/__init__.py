"""The command line. Every command is a file here; what it needs is imported when it runs, so that `--help` is instant.

Exit codes: 0 done · 1 a check found something, or the program has a fault · 2 wrong input or set-up, said in one
sentence · 130 Ctrl-C · 141 nobody reads the output any more · 128 + n ended by signal n.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from voice_assistant.cli import ask, compiling, dialogs, doctor, hear, kiosk, licences, models, run, sound, tune
from voice_assistant.cli.console import Console
from voice_assistant.cli.ending import Ended, ends_on_signals, keep_no_core_dump
from voice_assistant.cli.logs import logs_shown
from voice_assistant.cli.parsing import Parser, Version, add_common
from voice_assistant.types import AssistantError, SettingsError

FAULT, WRONG_INPUT, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141

_DESCRIPTION = "Answers questions about pain behind the knee, by voice and by text, entirely offline."
_FAMILIES = (run, kiosk, ask, hear, sound, doctor, models, dialogs, compiling, tune, licences)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the arguments are those of the process unless given. Gives the exit code."""
    console = Console()
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    received: list[int] = []
    keep_no_core_dump()
    try:
        with ends_on_signals(received):
            options = _parser().parse_args(given)
            with logs_shown(verbose=options.verbose, debug=options.debug):
                code: int = options.command(options, console)
            console.flush()
            return code
    except AssistantError as error:
        if received:
            return 128 + received[0]
        console.error(str(error))
        return WRONG_INPUT
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        console.end_live()
        return INTERRUPTED
    except Ended as end:
        return 128 + end.signal_number
    except Exception as error:
        if received:
            return 128 + received[0]
        if debug:
            raise
        # The text of the error stays unsaid: it might hold what a person said.
        console.error(
            f"Something went wrong inside the program ({type(error).__name__}); "
            "run the same command with --debug to see where, and report it."
        )
        return FAULT


def _parser() -> Parser:
    parser = Parser(prog="voice-assistant", description=_DESCRIPTION)
    parser.add_argument("--version", action=Version)
    add_common(parser)
    parser.set_defaults(command=_no_command, verbose=False, debug=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for family in _FAMILIES:
        family.add(commands)
    return parser


def _no_command(_options: argparse.Namespace, _console: Console) -> int:
    raise SettingsError("No command was given; `voice-assistant --help` lists them.")


def _forget_output() -> None:
    """Python writes what is left when it ends, and would complain that nobody reads it."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return
