"""Echo cancellation as a whole: find how late the echo comes, take away what can be learned, lower the rest."""

from __future__ import annotations

import numpy as np

from voice_assistant.audio.echo.delay import LONGEST, DelayFinder
from voice_assistant.audio.echo.linear import BLOCK, EchoFilter
from voice_assistant.audio.echo.residual import ResidualSuppressor
from voice_assistant.audio.samples import Floats

_BEFORE = 96
"""Samples of the room's answer that may come before the strongest: 6 ms."""
_WITHIN = 2 * BLOCK
"""The strongest of the answer lies so early in the filter that nearly all of it is free for what follows."""

_LEARNED_BLOCKS = 60
"""About a second of echo, after which the filter knows the room."""
_LITTLE = 0.03
"""Share of the echo's power that may be left where a voice is heard through it: 15 dB less."""
_LOUD = 0.01
"""Root mean square of a block that is played from which on its echo could be heard."""
_UNHEARD = 0.01
"""What is heard is 40 dB below what is played: there is no echo in it that a recogniser could make words of."""
_SHARE_STAYS = 0.995
"""Of the share of loud blocks that came back unheard; three seconds' memory, so that a late echo is not overlooked."""


class EchoCanceller:
    """Takes blocks of BLOCK samples of what the microphone hears and of what was played up to that time, 16 kHz.

    Gives what is heard without the echo, one block late. Until it has found an echo it changes nothing.
    """

    def __init__(self, partitions: int = 16) -> None:
        self._finder = DelayFinder()
        self._filter = EchoFilter(partitions)
        self._suppressor = ResidualSuppressor()
        self._late: int | None = None
        self._learned = 0
        self._unheard = 0.0
        self._ahead = np.zeros(LONGEST // BLOCK * BLOCK + 2 * BLOCK, np.float32)

    @property
    def delay_s(self) -> float | None:
        """How late the echo comes at least, by whole blocks; None while none has been found."""
        return None if self._late is None else self._late * BLOCK / 16_000

    @property
    def hears_through(self) -> bool:
        """Whether so little of the echo is left that a voice in it is hardly ever its own; also where there is none,
        as with headphones.
        """
        if self._late is None:
            return self._unheard > 0.5
        return self._learned >= _LEARNED_BLOCKS and self._suppressor.whole_share <= _LITTLE

    def begin(self) -> None:
        """Something is played after a silence; what is known of the room is kept."""
        self._finder.silence()
        self._filter.silence()
        self._suppressor.reset()
        self._ahead[:] = 0

    def process(self, heard: Floats, played: Floats) -> Floats:
        """The next block of both; the block before without the echo."""
        self._ahead[:-BLOCK] = self._ahead[BLOCK:]
        self._ahead[-BLOCK:] = played
        found = self._finder.find(heard, played)
        if found is not None:
            self._place(found)
        if self._late is None:
            self._watch(heard, played)
            return self._suppressor.process(heard, np.zeros(BLOCK, np.float32))
        end = len(self._ahead) - self._late * BLOCK
        self._learned += bool(played.any())
        left, echo = self._filter.process(heard, self._ahead[end - BLOCK : end].copy())
        return self._suppressor.process(left, echo)

    def _watch(self, heard: Floats, played: Floats) -> None:
        """Does anything come back at all?"""
        level = float(np.sqrt(np.mean(played**2)))
        if level > _LOUD:
            is_unheard = float(np.sqrt(np.mean(heard**2))) < _UNHEARD * level
            self._unheard = _SHARE_STAYS * self._unheard + (1 - _SHARE_STAYS) * is_unheard

    def _place(self, delay: int) -> None:
        if self._late is not None and 0 <= delay - self._late * BLOCK < _WITHIN:
            return
        late = max(0, (delay - _BEFORE) // BLOCK)
        if self._late is not None:
            if self._suppressor.whole_share <= _LITTLE:
                self._filter.move(self._late - late)  # it has followed a slow drift
            else:
                self._filter.reset()
                self._learned = 0
            self._filter.silence()
        self._late = late
