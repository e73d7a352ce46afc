"""The options that all benchmarks share, and the assistant that they make."""

from __future__ import annotations

import argparse
from pathlib import Path

from voice_assistant import Assistant
from voice_assistant.settings import Settings

UTTERANCES = Path(__file__).parent / "utterances"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Other dialogs and models than the usual, such as a copy that nobody changes meanwhile."""
    parser.add_argument("--dialogs", type=Path, help="dialogs to use instead of the usual")
    parser.add_argument("--models", type=Path, help="models folder to use instead of the usual")


def load(given: argparse.Namespace, *, tune: bool = True) -> Assistant:
    """The assistant, listening to whatever is said."""
    return Assistant.load(
        Settings(dialogs=given.dialogs, models=given.models, tune=tune, attention="push", sounds=False)
    )


def general_sentences() -> list[str]:
    """Everyday talk that has nothing to do with knees."""
    text = (UTTERANCES / "general.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
