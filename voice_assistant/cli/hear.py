"""`hear`: recordings in, answers out."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.loading import check_given_model, load_assistant, load_recogniser, meant_for_it
from voice_assistant.cli.parsing import GUIDE, HEARING, Commands, add_command, add_json, add_settings, settings_of
from voice_assistant.cli.report import recording_object, show_turn
from voice_assistant.types import AudioError, Turn

if TYPE_CHECKING:
    from voice_assistant.assistant import Assistant

_MORE = """Everything in a recording is one utterance; silence is one too, in which nothing was heard.
A recording that cannot be read is named on standard error, the others are answered, and the exit code is 2."""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "hear", "answer questions in recordings", _MORE)
    parser.add_argument("files", nargs="+", metavar="FILE.wav", help="WAV files of any rate, width and channels")
    parser.add_argument(
        "--conversation", action="store_true", help="one conversation; otherwise each recording has one of its own"
    )
    add_json(parser, "each turn")
    add_settings(parser, *HEARING, *GUIDE)
    parser.set_defaults(command=_hear)


def _hear(options: argparse.Namespace, console: Console) -> int:
    code = 0
    settings = meant_for_it(settings_of(options))
    check_given_model(settings)
    with load_assistant(settings, console) as assistant:
        load_recogniser(assistant, console)
        for file in options.files:
            try:
                turn = _answer(assistant, file, fresh=not options.conversation)
            except AudioError as error:
                console.error(str(error))
                code = 2
                continue
            if options.json:
                console.json(recording_object(file, turn))
            else:
                console.item("File", file, "dim")
                show_turn(console, turn)
    return code


def _answer(assistant: Assistant, file: str, *, fresh: bool) -> Turn:
    began = time.perf_counter()
    transcript = assistant.transcribe(file)
    hear_ms = (time.perf_counter() - began) * 1000
    conversation = assistant.new_conversation() if fresh else assistant.conversation
    turn = conversation.hear(transcript)
    return replace(turn, timings_ms={"hear": hear_ms, **turn.timings_ms})
