"""The kiosk: listens to the conversation, shows it, sends touches to it, and forgets every visit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from voice_assistant.kiosk.clinic import Clinic
from voice_assistant.kiosk.clocks import local_now, steady_s
from voice_assistant.kiosk.counts import Counts
from voice_assistant.kiosk.level import level_of
from voice_assistant.kiosk.meaning import asks_for_nothing, is_ignored, stays
from voice_assistant.kiosk.messages import Message, Touched
from voice_assistant.kiosk.screen import Screen
from voice_assistant.kiosk.trouble import Trouble
from voice_assistant.kiosk.values import Json, Look, Steering, TroubleKind
from voice_assistant.kiosk.visit import Visit
from voice_assistant.kiosk.words import Words
from voice_assistant.types import AudioChunk, Guide, PartialTranscript, Response, Sentence, Turn

ALIVE_S = 10.0
"""The voice part is taken for dead when no sound, not even silence, has come from it for so long."""
ASLEEP_S = 30.0
"""A machine on which nothing happened for so long has slept, and whoever was there is gone."""
_LEVEL_EVERY_S = 0.08
"""Twelve times a second is enough for a meter."""


class Kiosk:
    """Callbacks of the voice loop come in its thread, messages of pages in the server's; both return at once."""

    def __init__(
        self,
        guide: Guide,
        words: Words,
        clinic: Clinic,
        steering: Steering,
        look: Callable[[], Look],
        *,
        wake_phrase: str = "",
        clock: Callable[[], float] = steady_s,
        calendar: Callable[[], datetime] = local_now,
    ) -> None:
        """`look` is called in the voice loop's thread only. `wake_phrase`: what visitors say first, or nothing."""
        self.guide = guide
        self.words = words
        self.clinic = clinic
        self._steering = steering
        self._look = look
        self._clock = clock
        self._calendar = calendar
        self._wake_phrase = wake_phrase
        self._counts = Counts(clinic.counts_file)
        self._lock = threading.Lock()
        self._screen = Screen(guide, words)
        self._visit = Visit(idle_s=clinic.idle_s)
        self._version = 0
        self._watchers: list[Callable[[], None]] = []
        self._present = Look(rate_wpm=0, volume=0.0)
        self._looked_at_s = clock()
        self._quiet = self._quiet_hours = False
        self._answering = False
        self._state = "idle"
        self._woken = False
        """The wake phrase was said, and nothing after it yet."""
        self._forgetting = 0
        """How often the conversation was told to forget and has not yet: what it tells is of a visit that is over."""
        self._trouble = Trouble(words.trouble)
        self._level_at_s = self._sound_at_s = self._ticked_s = clock()
        self._tell_voice()
        self.tick()

    # --- for the server ---------------------------------------------------------------------------

    @property
    def page_words(self) -> Json:
        """All texts of the page, with what the clinic says of itself."""
        clinic = {
            "name": self.clinic.name,
            "greeting": self.clinic.greeting,
            "emergency_number": self.clinic.emergency_number,
            "whom_to_ask": self.clinic.whom_to_ask,
            "wake_phrase": self._wake_phrase,
        }
        return {**self.words.page, "clinic": clinic}

    @property
    def is_alive(self) -> bool:
        """Whether the voice part still lives."""
        return self._clock() - self._sound_at_s < ALIVE_S

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have `changed` called, in any thread, whenever there is something new. Returns what ends that."""
        with self._lock:
            self._watchers.append(changed)
        return lambda: self._watchers.remove(changed) if changed in self._watchers else None

    def shown(self) -> Json:
        """Everything on the screen, by part."""
        with self._lock:
            if self._screen.parts["timer"]:
                self._screen.show_timer(self._present, self._clock() - self._looked_at_s)
            return dict(self._screen.parts)

    def take(self, message: Message) -> None:
        """Do what the page asks for."""
        with self._lock:
            if isinstance(message, Touched):
                self._begin_visit()
                self._steering.touch(message.match)
            elif message.kind == "finish":
                self._end_visit(keep_timer=False)
            elif message.kind in ("quiet", "sound"):
                self._begin_visit()
                self._quiet = message.kind == "quiet"
                self._tell_voice()
                self._steering.attend()
            elif message.kind == "stay":
                self._begin_visit()
                self._steering.attend()
            else:
                first = not self._visit.active
                self._begin_visit()
                self._listen(greets=message.kind == "begin" and first)
        self._changed()

    def tick(self) -> None:
        """To be called about twice a second: ends visits, begins and ends quiet hours, clears old trouble."""
        with self._lock:
            before = (self._visit, self._quiet_hours, self._trouble.shown)
            now_s = self._clock()
            slept = now_s - self._ticked_s > ASLEEP_S
            self._ticked_s = now_s
            caption = self._screen.parts["caption"]
            hearing = bool(caption and not caption["final"])
            self._visit, event = self._visit.tick(now_s, answering=self._answering, hearing=hearing)
            if slept:
                self._end_visit(keep_timer=False)
            elif event == "warn":
                self._warn()
            elif event == "end":
                self._end_visit(keep_timer=True)
            quiet_hours = self.clinic.is_quiet(self._calendar().time())
            if quiet_hours != self._quiet_hours:
                self._quiet_hours = quiet_hours
                self._tell_voice()
            self._trouble.tick(now_s)
            self._tell_trouble()
            changed = before != (self._visit, self._quiet_hours, self._trouble.shown)
        if changed:
            self._changed()

    # --- for the voice loop -----------------------------------------------------------------------

    def partial(self, partial: PartialTranscript) -> None:
        """What is being heard."""
        with self._lock:
            if self._forgetting:
                return
            self._set(caption={"text": partial.text, "final": False} if partial.text else None)
        self._changed()

    def turn(self, turn: Turn) -> None:
        """Something was answered."""
        with self._lock:
            if self._forgetting:
                return
            self._tell_state(woken=False)
            kept = self._visit.warned and stays(turn)
            if is_ignored(turn):
                self._visit = self._visit.overheard(self._clock()) if kept else self._visit
                self._set(caption=None)
            elif kept and "goodbye" in turn.response.actions:
                self._visit = self._visit.touched(self._clock())
                self._steering.push()  # listens instead of taking leave; what is being read stays
            else:
                self._answered(turn)
        self._changed()

    def spoken(self, response: Response) -> None:
        """Something was said without having been asked."""
        with self._lock:
            self._tell_state(woken=False)
            if response.node_id != "control.stop" and not self._forgetting:
                if not self._visit.active or response.node_id == "control.timer":
                    self._begin_visit()  # whoever set the timer hears it to the end, and has time to answer
                self._answering = response.node_id == "control.timer"
                self._look_again()
                self._screen.show_unasked(response, self._present)
        self._changed()

    def sentence(self, sentence: Sentence, _place: int) -> None:
        """That sentence begins to be said."""
        with self._lock:
            if self._forgetting:
                return
            self._screen.mark(sentence)
        self._changed()

    def state(self, state: str) -> None:
        """The voice part listens, speaks or waits."""
        with self._lock:
            self._state = state
            self._tell_state()
            caption = self._screen.parts["caption"]
            if state in ("idle", "speaking") and caption and not caption["final"]:
                self._set(caption=None)  # it was not meant for the assistant, or was nothing
            if state == "idle":
                self._answering = False
                self._set(mark=-1)
        self._changed()

    def woken(self) -> None:
        """The wake phrase was said: it listens, and shows that until something is said."""
        with self._lock:
            if not self._forgetting:
                self._begin_visit()
                self._tell_state(woken=True)
        self._changed()

    def level(self, chunk: AudioChunk) -> None:
        """Sound, for the meter and as a sign of life."""
        now_s = self._sound_at_s = self._clock()
        if now_s - self._level_at_s < _LEVEL_EVERY_S or not self._watchers:
            return
        self._level_at_s = now_s
        level = level_of(chunk) if self._screen.parts["listening"] == "listening" else 0
        if level != self._screen.parts["level"]:
            with self._lock:
                self._set(level=level)
            self._changed()

    def trouble(self, kind: TroubleKind, *, over: bool = False) -> None:
        """Something does not work, or works again. A failed turn is shown for a while, all else until it works."""
        with self._lock:
            before = self._trouble.spoken
            if kind == "voice_failed" and not over:
                self._answering = False  # nothing is being said: the visit may end
            if over:
                self._trouble.end(kind)
            else:
                self._trouble.begin(kind, self._clock())
            self._tell_trouble()
            if self._visit.active and self._trouble.spoken != before:
                self._say_aloud(self._trouble.spoken or self.words.spoken["microphone_works"])
        self._changed()

    def started(self) -> None:
        """The voice part begins anew: it remembers nothing."""
        with self._lock:
            self._forgetting = 0
            self._trouble.clear()  # its devices are opened anew, and tell what is wrong with them
            self._tell_trouble()
            self._present = self._look()
            self._end_visit(keep_timer=False)
        self._changed()

    def _forgotten(self) -> None:
        """The conversation has forgotten the visit: from now on it tells of the next one."""
        with self._lock:
            self._forgetting = max(0, self._forgetting - 1)
            if not self._forgetting:
                self._look_again()
        self._changed()

    # --- within, with the lock held -----------------------------------------------------------------

    def _begin_visit(self) -> None:
        self._visit = self._visit.touched(self._clock())

    def _answered(self, turn: Turn) -> None:
        response, before, now_s = turn.response, self._visit, self._clock()
        in_vain = asks_for_nothing(turn, warned=before.warned)
        self._visit = before.answered_in_vain(now_s) if in_vain else before.touched(now_s)
        if "goodbye" in response.actions:
            self._visit = self._visit.left(now_s)
        if response.node_id == "control.louder":
            self._quiet = False  # who cannot see does not know that somebody turned the sound off
        self._counts.add(response.node_id)
        self._set(caption={"text": turn.transcript.text, "final": True} if turn.transcript.text else None)
        self._answering = bool(response.sentences) and self._visit is not before
        self._look_again()
        self._screen.show_response(response, self._present)

    def _listen(self, *, greets: bool) -> None:
        if greets:
            self._greet()
        if self._trouble.spoken:
            self._say_aloud(self._trouble.spoken)
        elif not greets:
            self._steering.push()

    def _say_aloud(self, *texts: str) -> None:
        """What stands elsewhere on the screen, for whoever cannot see it."""
        self._steering.say(Response("control.stop", tuple(Sentence(text, "assistant") for text in texts)))

    def _greet(self) -> None:
        greeting = [Sentence(self.clinic.greeting, "assistant")] if self.clinic.greeting else []
        lines = (self.guide.lines["greeting"][0], self.guide.lines["greeting_hint"][0])
        self._steering.say(Response("control.greeting", (*greeting, *lines)))

    def _warn(self) -> None:
        self._tell_visit()
        self._say_aloud(*self.words.spoken["visit_ending"])

    def _end_visit(self, *, keep_timer: bool) -> None:
        ringing = self._present.timer is not None and self._present.timer.ringing
        keep_timer = keep_timer and self._present.timer is not None and not ringing
        self._forgetting += 1
        self._steering.forget(keep_timer=keep_timer, forgotten=self._forgotten)
        self._visit = self._visit.ended()
        self._quiet = self._answering = False
        self._tell_state(woken=False)
        if not keep_timer:
            self._present = Look(self._present.rate_wpm, self._present.volume)
            self._set(timer=None)
        number = self._screen.parts["visit"]["number"] + 1
        self._screen.clear()
        self._set(visit={"number": number, "active": False, "warning_s": None})
        self._tell_voice()
        self._counts.write(self._calendar().date())  # last: whatever is wrong with the file, the visit is erased

    def _look_again(self) -> None:
        self._present, self._looked_at_s = self._look(), self._clock()
        self._screen.show_timer(self._present)
        self._tell_voice()

    def _tell_voice(self) -> None:
        quiet = self._quiet or self._quiet_hours
        self._steering.quieten(quiet or self._forgetting > 0)
        volume = round(100 * self._present.volume)
        voice = {"rate": self._present.rate_wpm, "volume": volume, "quiet": quiet, "quiet_hours": self._quiet_hours}
        self._set(voice={**voice, "paused": self._present.paused})

    def _tell_state(self, *, woken: bool | None = None) -> None:
        self._woken = self._woken if woken is None else woken
        self._set(listening="listening" if self._woken and self._state == "idle" else self._state)

    def _tell_visit(self) -> None:
        left_s = self._visit.seconds_left(self._clock())
        number = self._screen.parts["visit"]["number"]
        warning_s = None if left_s is None else round(left_s)
        self._set(visit={"number": number, "active": self._visit.active, "warning_s": warning_s})

    def _tell_trouble(self) -> None:
        self._set(trouble=self._trouble.shown)

    def _set(self, **parts: Any) -> None:
        self._screen.parts.update(parts)

    def _changed(self) -> None:
        with self._lock:
            self._tell_visit()
        for changed in tuple(self._watchers):
            changed()
