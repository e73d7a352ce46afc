"""A voice assistant for pain behind the knee, entirely offline.

    from voice_assistant import Assistant

    with Assistant.load() as assistant:
        print(assistant.ask("what is a baker's cyst").response.text)

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice_assistant.assistant import Assistant
    from voice_assistant.loop import LoopEvents
    from voice_assistant.settings import Settings
    from voice_assistant.types import AssistantError

__all__ = ["Assistant", "AssistantError", "LoopEvents", "Settings"]

_PLACES = {"Assistant": "assistant", "AssistantError": "types", "LoopEvents": "loop", "Settings": "settings"}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
