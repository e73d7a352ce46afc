"""`compile`: makes what is made once on each machine, so that the assistant starts quickly afterwards."""

from __future__ import annotations

import argparse

from voice_assistant.cli.console import Console
from voice_assistant.cli.ending import interruptible
from voice_assistant.cli.loading import load_assistant
from voice_assistant.cli.parsing import GUIDE, HEARING, Commands, add_command, add_settings, settings_of
from voice_assistant.types import ModelError

_MORE = """Both are kept beside the models and made again when the dialogs or the models have changed.
Whatever else needs them makes them too, so this only chooses the moment."""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "compile", "compile the guide and tune the recogniser to it", _MORE)
    add_settings(parser, *HEARING, *GUIDE)
    parser.set_defaults(command=_compile)


def _compile(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.resources import tuned_model

    settings = settings_of(options)
    with load_assistant(settings, console) as assistant:
        console.item("Guide", f"{len(assistant.guide.nodes)} nodes, {len(assistant.guide.phrases)} phrases: compiled")
        if not settings.tune or settings.model is not None:
            console.item("Recogniser", "used as it is")
            return 0
        try:
            with console.progress() as progress:
                folder = interruptible(
                    lambda: tuned_model(assistant.folders, assistant.guide, settings.wake_phrases, progress)
                )
        except ModelError as error:
            console.note(f"The recogniser could not be tuned to the guide and is used as it is: {error}")
        else:
            console.item("Recogniser", f"tuned to the guide: {folder}")
    return 0
