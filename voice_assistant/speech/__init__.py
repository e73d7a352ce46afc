"""Speech: a sentence goes in, sound comes out. The engine lives in a process of its own, to hang or crash alone there.

Names are imported when they are first used: the engine's process is in this package too, and shall stay small.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice_assistant.speech.protocol import Voice
    from voice_assistant.speech.renderer import SpeechRenderer
    from voice_assistant.speech.text import pieces

__all__ = ["SpeechRenderer", "Voice", "pieces"]

_PLACES = {"SpeechRenderer": "renderer", "Voice": "protocol", "pieces": "text"}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
