"""What does not work just now, and for how long the screen says so. Time is an argument."""

from __future__ import annotations

import math
from collections.abc import Mapping

from voice_assistant.kiosk.values import TroubleKind

_SHOWN_S = 15.0
_PASSING: frozenset[TroubleKind] = frozenset({"turn_failed", "voice_failed"})
"""These are shown for a while, all else until it works."""
_DEAF: tuple[TroubleKind, ...] = ("microphone_lost", "microphone_silent")
"""With these, whoever cannot see would talk in vain and never know: they are said, too."""


class Trouble:
    """Not for use from two threads at once; the kiosk holds a lock."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._until_s: dict[TroubleKind, float] = {}

    @property
    def shown(self) -> list[str]:
        """For the screen."""
        return [self._texts[kind] for kind in self._until_s]

    @property
    def spoken(self) -> str:
        """What has to be said to whoever begins to talk; empty when they can be heard."""
        return next((self._texts[kind] for kind in _DEAF if kind in self._until_s), "")

    def begin(self, kind: TroubleKind, now_s: float) -> None:
        """It does not work."""
        self._until_s.pop(kind, None)
        self._until_s[kind] = now_s + (_SHOWN_S if kind in _PASSING else math.inf)

    def end(self, kind: TroubleKind) -> None:
        """It works again."""
        self._until_s.pop(kind, None)

    def clear(self) -> None:
        """Nothing is known of any trouble."""
        self._until_s.clear()

    def tick(self, now_s: float) -> None:
        """Take off what was shown for long enough."""
        self._until_s = {kind: until_s for kind, until_s in self._until_s.items() if until_s > now_s}
