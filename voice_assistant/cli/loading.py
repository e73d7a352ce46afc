"""The assistant as the commands use it, with a progress bar for what has to be made first."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.ending import interruptible
from voice_assistant.types import ModelError

if TYPE_CHECKING:
    from voice_assistant.assistant import Assistant
    from voice_assistant.settings import Settings


def load_assistant(settings: Settings, console: Console, *, warns: bool = True) -> Assistant:
    """Load it, compile the guide if it is new, and say what is not as good as it could be. Raises AssistantError."""
    from voice_assistant.assistant import Assistant

    with console.progress() as progress:
        assistant = interruptible(lambda: Assistant.load(settings, progress))
    for warning in assistant.warnings if warns else ():
        console.note(warning)
    return assistant


def meant_for_it(settings: Settings) -> Settings:
    """For what is typed or handed over as a file: nothing of that is ignored as talk between others."""
    return replace(settings, attention="push")


def check_given_model(settings: Settings) -> None:
    """Refuse a --model that is none before anything else is loaded. Raises ModelError."""
    if settings.model is not None:
        from voice_assistant.hearing import check_model_folder

        check_model_folder(settings.model)


def load_recogniser(assistant: Assistant, console: Console) -> None:
    """Load the recogniser now; tuned first, with a progress bar, where that was never done. Raises ModelError."""
    settings = assistant.settings
    if settings.tune and settings.model is None and not any(assistant.folders.cache.glob("tuned-*")):
        _tune_first(assistant, console)
    interruptible(lambda: assistant.recogniser)


def _tune_first(assistant: Assistant, console: Console) -> None:
    from voice_assistant.resources import tuned_model

    with console.progress() as progress, contextlib.suppress(ModelError):  # it is met again, and said, when loading
        interruptible(
            lambda: tuned_model(assistant.folders, assistant.guide, assistant.settings.wake_phrases, progress)
        )
