"""Which words the assistant spoke when, so that their echo can be known by its time."""

from __future__ import annotations

from collections import deque

from voice_assistant.understanding.echo import words_of

BEFORE_S, AFTER_S = 0.8, 0.4
"""How much earlier and later than a sound its words may have been spoken: devices and the room are late, and where a
word lies in its sentence is only estimated."""
AHEAD = 4
"""So many words more than have been counted may be under way. So many are said again after it held its breath."""
_KEPT = 400


class SpokenWords:
    """Words with the time at which they were played, estimated from the share of the sentence that was."""

    def __init__(self) -> None:
        self._words: deque[tuple[str, float]] = deque(maxlen=_KEPT)
        self._sentence: tuple[object, ...] = ()
        self._rest: list[str] = []
        self._count = 0

    def note(self, marker: tuple[object, ...], text: str, share: float, now_s: float) -> None:
        """So much (0 to 1) of a sentence has been played by now; `marker` tells it from every other."""
        if marker != self._sentence:
            self.finish(now_s)
            self._sentence, self._rest = marker, words_of(text)
            self._count = len(self._rest)
        due = min(self._count, int(share * self._count + 0.5)) - (self._count - len(self._rest))
        self._say(due, now_s)

    def finish(self, now_s: float) -> None:
        """The sentence under way has been played to its end."""
        self._say(len(self._rest), now_s)

    def silence(self, now_s: float) -> None:
        """The sentence under way is not played to its end."""
        self._rest = self._rest[:AHEAD]
        self.finish(now_s)

    def between(self, start_s: float, end_s: float) -> list[str]:
        """What may be heard of it between two times, with a margin."""
        last = len(self._words) - (AHEAD if self._rest else 0)
        spoken = [
            word
            for index, (word, at_s) in enumerate(self._words)
            if start_s - BEFORE_S <= at_s <= end_s + AFTER_S or index >= last
        ]
        return spoken + self._rest[:AHEAD]

    def _say(self, count: int, now_s: float) -> None:
        for word in self._rest[: max(0, count)]:
            self._words.append((word, now_s))
        self._rest = self._rest[max(0, count) :]
