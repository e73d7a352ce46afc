"""`ask`: text in, answers out."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.lines import lines_of, standard_input, texts
from voice_assistant.cli.loading import load_assistant, meant_for_it
from voice_assistant.cli.parsing import GUIDE, Commands, add_command, add_json, add_settings, settings_of
from voice_assistant.cli.report import show_response, show_turn, turn_object
from voice_assistant.types import SettingsError, Transcript, Turn

if TYPE_CHECKING:
    from voice_assistant.assistant import Assistant

_MORE = "Without TEXT and --file it reads lines, as one conversation, until the end of the input (Ctrl-D)."


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "ask", "answer questions that are typed or stand in a file", _MORE)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the question; several words are one question")
    parser.add_argument(
        "--file",
        metavar="LINES.txt",
        help="one utterance a line, each in a conversation of its own; - for stdin",
    )
    parser.add_argument("--why", action="store_true", help="show what it was compared with and what warning sign fired")
    add_json(parser, "each turn")
    add_settings(parser, *GUIDE)
    parser.set_defaults(command=_ask)


def _ask(options: argparse.Namespace, console: Console) -> int:
    if options.text and options.file is not None:
        raise SettingsError("Give either TEXT or --file, not both.")
    with contextlib.ExitStack() as stack:
        lines = None if options.file is None else stack.enter_context(lines_of(options.file))
        assistant = stack.enter_context(load_assistant(meant_for_it(settings_of(options)), console))
        if lines is not None:
            for line in lines:
                _show(options, console, assistant.new_conversation().hear(Transcript.typed(line)))
        elif options.text:
            _show(options, console, assistant.ask(_readable(" ".join(options.text))))
        else:
            _talk(options, console, assistant)
    return 0


def _show(options: argparse.Namespace, console: Console, turn: Turn) -> None:
    if options.json:
        console.json(turn_object(turn, why=options.why))
    else:
        show_turn(console, turn, why=options.why)


def _readable(text: str) -> str:
    """Bytes of the command line or the input that are no text become replacement characters."""
    return text.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")


def _talk(options: argparse.Namespace, console: Console, assistant: Assistant) -> None:
    """One conversation, a line at a time."""
    began = time.monotonic()
    conversation = assistant.conversation
    prompts = console.is_terminal and standard_input().isatty()
    greeting = conversation.begin(0.0)
    if not options.json:
        show_response(console, greeting)
    for line in _typed(prompts):
        now_s = time.monotonic() - began
        waiting = conversation.tick(now_s, speaking=False)
        if waiting and not options.json:
            show_response(console, waiting)
        turn = conversation.hear(Transcript.typed(_readable(line)), now_s)
        _show(options, console, turn)
        if "goodbye" in turn.response.actions:
            return
    if prompts:
        console.line()


def _typed(prompts: bool) -> Iterator[str]:
    """Lines until the end of the input; with a prompt and the usual editing where a person types."""
    if not prompts:
        yield from texts(standard_input())
        return
    with contextlib.suppress(ImportError):  # Windows has its own
        import readline  # noqa: F401 - gives `input` editing and a history
    while True:
        try:
            yield input("> ")
        except EOFError:
            return
