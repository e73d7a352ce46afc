"""What may be logged of a fault: its kind and its place, or what to do about it, never what might have been said."""

from __future__ import annotations

import traceback
from pathlib import Path

from voice_assistant.types import AssistantError


def described(error: BaseException) -> str:
    """Such as `ValueError in listener.py, line 120`. The error's text is left out: it may quote what was heard.

    That of an AssistantError never does, and says what to do, so it is given instead.
    """
    if isinstance(error, AssistantError):
        return str(error).removesuffix(".")
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} in {Path(frames[-1].filename).name}, line {frames[-1].lineno}"
