"""The conversation by voice as the kiosk runs it: endless, quiet when it has to be, started again when it fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.playback import BufferedPlayback, Playback
from voice_assistant.audio.stand_ins import NullLoudspeaker
from voice_assistant.faults import described
from voice_assistant.kiosk import Look, TimerLook
from voice_assistant.types import AudioChunk, Response, Understood

if TYPE_CHECKING:
    from voice_assistant.dialogue import DialogueState
    from voice_assistant.kiosk import Kiosk
    from voice_assistant.loop import LoopEvents, VoiceLoop

_AGAIN_AFTER_S = 2.0
_LOGGER = logging.getLogger(__name__)


class QuietPlayback(Playback, Protocol):
    """A loudspeaker that can be made soundless."""

    def quieten(self, quiet: bool) -> None:
        """No sound, or sound again; at once."""


class Quietable(BufferedPlayback):
    """Can be made soundless: what is said passes at its usual pace, so that the screen can follow."""

    _wanted_volume = 1.0
    _quiet = False

    @property
    def volume(self) -> float:
        """0 to 1, as wanted."""
        return self._wanted_volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._wanted_volume = volume
        self._sounds.volume = 0.0 if self._quiet else volume

    def quieten(self, quiet: bool) -> None:
        """No sound, or sound again; at once."""
        self._quiet = quiet
        self.volume = self._wanted_volume


class KioskLoudspeaker(Quietable, Loudspeaker):
    """The device."""


class KioskNoLoudspeaker(Quietable, NullLoudspeaker):
    """Where there shall be no sound at all."""


class Voice:
    """Steers the loop that runs now; `run` makes a new one whenever one ends. Implements Steering."""

    def __init__(self, make_loop: Callable[[LoopEvents], tuple[VoiceLoop, QuietPlayback]]) -> None:
        """`make_loop`: a new loop with its loudspeaker."""
        self._make_loop = make_loop
        self._loop: VoiceLoop | None = None
        self._loudspeaker: QuietPlayback | None = None
        self._quiet = False
        self._ended = threading.Event()
        self.now_s = 0.0
        """The loop's own time."""

    # --- Steering, for any thread -------------------------------------------------------------------

    def touch(self, understood: Understood) -> None:
        """Pass a touch on."""
        if self._loop is not None:
            self._loop.touch(understood)

    def push(self) -> None:
        """Be silent and listen."""
        if self._loop is not None:
            self._loop.push()

    def attend(self) -> None:
        """No wake phrase is needed from now on."""
        if self._loop is not None:
            self._loop.attend()

    def say(self, response: Response) -> None:
        """Say something without having been asked."""
        if self._loop is not None:
            self._loop.say(response)

    def forget(self, *, keep_timer: bool, forgotten: Callable[[], None]) -> None:
        """The visitor left."""
        if self._loop is not None:
            self._loop.forget(keep_timer=keep_timer, forgotten=forgotten)

    def quieten(self, quiet: bool) -> None:
        """No sound, or sound again."""
        self._quiet = quiet
        if self._loudspeaker is not None:
            self._loudspeaker.quieten(quiet)

    # --- running ------------------------------------------------------------------------------------

    def run(self, kiosk: Kiosk) -> None:
        """Talk until `stop` is called. A loop that ends or fails is replaced; the screen says so meanwhile."""
        while not self._ended.is_set():
            try:
                loop, loudspeaker = self._make_loop(self._events(kiosk))
                self._loop, self._loudspeaker = loop, loudspeaker
                loudspeaker.quieten(self._quiet)
                kiosk.started()
                kiosk.trouble("listening_failed", over=True)
                loop.run()
            except Exception as error:  # noqa: BLE001 - the screen must live on, and the voice come back by itself
                _LOGGER.error("The voice part of the kiosk failed: %s.", described(error))
            if not self._ended.is_set():
                kiosk.trouble("listening_failed")
                self._ended.wait(_AGAIN_AFTER_S)

    def stop(self) -> None:
        """End `run`."""
        self._ended.set()
        if self._loop is not None:
            self._loop.stop()

    def _events(self, kiosk: Kiosk) -> LoopEvents:
        from voice_assistant.loop import LoopEvents

        def level(chunk: AudioChunk) -> None:
            self.now_s = chunk.end_s
            kiosk.level(chunk)

        return LoopEvents(
            partial=kiosk.partial,
            turn=kiosk.turn,
            spoken=kiosk.spoken,
            sentence=kiosk.sentence,
            state=kiosk.state,
            woken=kiosk.woken,
            notice=lambda text: kiosk.trouble("voice_failed" if text.startswith("The voice") else "turn_failed"),
            level=level,
        )


def look_at(state: DialogueState, now_s: float) -> Look:
    """What the screen shows of a conversation's state."""
    check, walk, timer = state.open_check, state.walk, state.timer
    shown_timer = None
    if timer is not None:
        left_s = timer.held_s if timer.held_s is not None else max(0.0, timer.ends_s - now_s)
        shown_timer = TimerLook(left_s, timer.length_s, held=timer.held_s is not None, ringing=timer.announced > 0)
    return Look(
        rate_wpm=state.rate_wpm,
        volume=state.volume,
        topic=state.topic,
        expects=state.expects,
        choices=state.asked.targets if state.asked and state.asked.kind == "choice" else (),
        more=bool(state.pending),
        paused=state.paused,
        check_question=len(check.asked) if check and not check.left else None,
        walk=(walk.route, walk.index) if walk and not walk.left else None,
        timer=shown_timer,
    )
