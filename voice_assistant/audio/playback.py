"""What every loudspeaker can do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, Protocol

from voice_assistant.audio.buffer import PlaybackBuffer, Progress
from voice_assistant.types import AudioChunk


@dataclass(frozen=True, slots=True)
class PlaybackStatus:
    """How the loudspeaker is."""

    state: Literal["working", "lost"]
    """`lost`: the device is gone and being opened again. What waits is held for five seconds, then passes unheard."""
    device: str
    """Its name; empty when there is none."""
    latency_s: float = 0.0
    """How much later than `Progress.played_s` says a sample is heard."""
    underflows: int = 0
    """How often the device ran out of sound since it was opened."""
    problem: str = ""
    """Why it is lost, in a sentence for the screen and the log."""


class Playback(Protocol):
    """A loudspeaker, or what stands in for one. Every method returns at once and may be called from any thread."""

    @property
    def rate_hz(self) -> int:
        """The rate it plays at. Other rates are converted."""

    @property
    def status(self) -> PlaybackStatus:
        """How it is now."""

    @property
    def volume(self) -> float:
        """0 to 1."""

    @volume.setter
    def volume(self, volume: float) -> None: ...

    @property
    def progress(self) -> Progress | None:
        """The sound that is played now, or paused; None when there is none."""

    @property
    def is_idle(self) -> bool:
        """Whether everything has been played."""

    @property
    def is_paused(self) -> bool:
        """Whether it is paused."""

    def enqueue(self, chunk: AudioChunk, marker: Hashable = None) -> bool:
        """Plays a sound after all that waits already. False when more than three minutes would wait: it is refused."""

    def stop(self) -> tuple[Progress, ...]:
        """Silence within one block; forgets what waits, and ends a pause.

        Returns what was not played to its end, in order: first the sound that was being played.
        """

    def pause(self) -> None:
        """Silence within one block; goes on from there at `resume`."""

    def resume(self, back_s: float = 0.0) -> None:
        """Goes on after a pause, from `back_s` seconds earlier in the same sound."""

    def duck(self, gain: float) -> None:
        """Plays at this share (0 to 1) of the volume until told otherwise; 1 is normal."""

    def take_finished(self) -> tuple[Progress, ...]:
        """The sounds that were played to their end since the last call."""

    @property
    def clock_s(self) -> float:
        """Now, on the clock on which `take_played` tells when a sound was played."""

    def take_played(self) -> tuple[AudioChunk, ...]:
        """What the device was given since the last call, of the last seconds, in order; silence is left out.

        Nothing where nobody hears it. What a microphone hears of it comes later than `start_s` says, always about as
        much.
        """

    def advance(self, seconds: float) -> None:
        """Lets the time of a stand-in pass. To be called with the length of every chunk that is heard."""

    def wait_until_idle(self, timeout_s: float | None = None) -> bool:
        """Waits until everything has been played and heard; False when it took longer. The one method that waits."""

    def close(self) -> None:
        """Ends playing at once. May be called again."""

    def __enter__(self) -> Playback: ...

    def __exit__(self, *exception: object) -> None: ...


class BufferedPlayback:
    """The part of Playback that is the same for all that play from a buffer."""

    @property
    @abstractmethod
    def _sounds(self) -> PlaybackBuffer:
        """The buffer."""

    @property
    def rate_hz(self) -> int:
        """The rate it plays at. Other rates are converted."""
        return self._sounds.rate_hz

    @property
    def volume(self) -> float:
        """0 to 1."""
        return self._sounds.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._sounds.volume = volume

    @property
    def progress(self) -> Progress | None:
        """The sound that is played now, or paused; None when there is none."""
        return self._sounds.progress

    @property
    def is_idle(self) -> bool:
        """Whether everything has been played."""
        return self._sounds.is_idle

    @property
    def is_paused(self) -> bool:
        """Whether it is paused."""
        return self._sounds.is_paused

    def enqueue(self, chunk: AudioChunk, marker: Hashable = None) -> bool:
        """Plays a sound after all that waits already; False when more than three minutes would wait: it is refused."""
        return self._sounds.enqueue(chunk, marker)

    def stop(self) -> tuple[Progress, ...]:
        """Silence within one block. Returns what was not played to its end, first the sound that was being played."""
        return self._sounds.stop()

    def pause(self) -> None:
        """Silence within one block; goes on from there at `resume`."""
        self._sounds.pause()

    def resume(self, back_s: float = 0.0) -> None:
        """Goes on after a pause, from `back_s` seconds earlier in the same sound."""
        self._sounds.resume(back_s)

    def duck(self, gain: float) -> None:
        """Plays at this share (0 to 1) of the volume until told otherwise; 1 is normal."""
        self._sounds.duck(gain)

    def take_finished(self) -> tuple[Progress, ...]:
        """The sounds that were played to their end since the last call."""
        return self._sounds.take_finished()
