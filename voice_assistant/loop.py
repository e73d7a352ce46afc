"""The loop that joins the rooms: chunk → hear → understand → respond → speak. It alone owns the conversation.

Time is the sound's own: recordings, fast or in real time, and a microphone all go the same way through here.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from voice_assistant.attention import Attention
from voice_assistant.audio import chimes
from voice_assistant.audio.echo_free import EchoFreeMicrophone
from voice_assistant.audio.microphone import AudioSource
from voice_assistant.audio.playback import Playback
from voice_assistant.conversation import Conversation, with_guesses
from voice_assistant.events import LoopEvents
from voice_assistant.faults import described
from voice_assistant.hearing import Listener
from voice_assistant.loop_memory import Finished, Memory, Utterance
from voice_assistant.overheard import Overheard
from voice_assistant.patience import UNSURE_S
from voice_assistant.settings import Settings
from voice_assistant.speech import SpeechRenderer
from voice_assistant.talking import Talker
from voice_assistant.transcripts import join
from voice_assistant.types import (
    AudioChunk,
    AudioError,
    Heard,
    Match,
    PartialTranscript,
    Response,
    SpeechStarted,
    Transcript,
    Turn,
    Understood,
)

CONTINUED_WITHIN_S = 1.6
"""Who speaks again so soon after an utterance was taken for finished had only paused; both parts are one utterance."""
CONTINUED_SINCE_S = 45.0
"""What began longer ago is no part of it. An utterance is cut after 30 s, so everything is read together with what came
before it; but others' talk that never ends would be read from its beginning, again and again."""
FAILURES_APART_S = 10.0
"""A fault that comes again and again is said no more often than this."""
LOST_AFTER_S = 1.0
"""When more than this of the answer was heard, new words are about the answer, not the rest of the question."""
TAIL_S = 0.25
"""What begins so soon after the assistant fell silent may still be its own voice, late by the devices and the room."""
_COMMANDS = "control."
"""How the node ids of commands begin."""
__all__ = ["LoopEvents", "VoiceLoop"]
_LOGGER = logging.getLogger(__name__)


class VoiceLoop:
    """Runs one conversation by voice. `run` is for one thread; `stop`, `push` and `touch` are for any."""

    def __init__(
        self,
        *,
        source: AudioSource,
        listener: Listener,
        conversation: Conversation,
        renderer: SpeechRenderer,
        playback: Playback,
        settings: Settings,
        events: LoopEvents = LoopEvents(),
        in_step: bool = False,
        greets: bool = True,
        ends_on_goodbye: bool = True,
    ) -> None:
        self._echo_free = EchoFreeMicrophone(source, playback) if settings.echo_cancellation else None
        self._source = self._echo_free or source
        self._listener = listener
        self._conversation = conversation
        self._playback = playback
        self._settings = settings
        self._events = events
        self._greets = greets
        self._ends_on_goodbye = ends_on_goodbye
        self._talker = Talker(renderer, playback, in_step=in_step, on_problem=events.notice)
        self._attention = Attention(settings.attention, settings.wake_phrases, settings.wake_window_s)
        self._memory = Memory()
        self._overheard = Overheard(conversation, self._talker, self._memory)

    # --- for any thread ---------------------------------------------------------------------------

    def stop(self) -> None:
        """End `run` within a chunk."""
        self._memory.ending = True
        self._source.close()

    def push(self) -> None:
        """The push-to-talk key was pressed: be silent and listen."""
        self._memory.orders.put(self._pushed)

    def attend(self) -> None:
        """Somebody is there, as a touch shows: no wake phrase is needed from now on."""
        self._memory.orders.put(self._attend)

    def touch(self, understood: Understood) -> None:
        """A touch on a screen, which is an utterance that needs no understanding."""
        self._memory.orders.put(lambda: self._answer(understood, Transcript.typed("")))

    def say(self, response: Response) -> None:
        """Say something without having been asked, and listen for an answer."""
        self._memory.orders.put(lambda: self._announce(response))

    def forget(self, *, keep_timer: bool = False, forgotten: Callable[[], None] = lambda: None) -> None:
        """The visitor left: silence, and nothing of the conversation is kept, except a timer where that is wanted.

        `forgotten` is called in the loop's thread when that is done: what is told before it may still be of the visit.
        """
        self._memory.orders.put(lambda: self._forgotten(keep_timer, forgotten))

    @property
    def is_busy(self) -> bool:
        """Whether something is being said or heard, so that recordings should wait."""
        return self._talker.is_speaking or self._memory.utterance is not None

    # --- the loop ---------------------------------------------------------------------------------

    def run(self) -> None:
        """Talk until the source ends, `stop` is called or goodbye was said.

        Raises:
            AudioError: the source cannot be opened or read.
        """
        try:
            with self._source, self._playback:
                if self._greets:
                    self._say_unasked(self._conversation.begin(0.0))
                for chunk in self._source:
                    self._step(chunk)
                    if self._memory.ending:
                        return
                self._finish()
        finally:
            self._talker.close()
            self._listener.reset()

    def _step(self, chunk: AudioChunk) -> None:
        memory = self._memory
        memory.now_s = chunk.end_s
        self._playback.advance(chunk.duration_s)
        self._events.level(chunk)
        while not memory.orders.empty():
            self._guarded(memory.orders.get())
        if not self._guarded(lambda: self._take(self._listener.listen(chunk))):
            self._guarded(self._listener.reset, silently=True)
        self._guarded(self._go_on)

    def _go_on(self) -> None:
        """What happens without anything having been heard."""
        self._talker.update(self._memory.now_s)
        self._give_way()
        if self._talker.is_speaking:
            self._memory.spoke_s = self._memory.now_s
        self._tell_sentence()
        if self._memory.utterance is None:
            response = self._conversation.tick(self._memory.now_s, speaking=self._talker.is_speaking)
            if response is not None:
                self._say_unasked(response)
        self._tell_state()

    def _finish(self) -> None:
        """The source has ended: answer what is left, and let it be heard."""
        self._guarded(lambda: self._take(self._listener.flush()))
        self._talker.wait_until_rendered(30.0)
        self._playback.wait_until_idle(120.0)
        self._talker.update(self._memory.now_s)

    def _take(self, heard: Iterable[Heard]) -> None:
        for one in heard:
            if isinstance(one, SpeechStarted):
                self._guarded(functools.partial(self._started, one), silently=True)
            elif isinstance(one, PartialTranscript):
                self._guarded(functools.partial(self._partial, one), silently=True)
            else:
                self._guarded(functools.partial(self._utterance, one), one.text)

    def _guarded(self, work: Callable[[], None], text: str = "", *, silently: bool = False) -> bool:
        """Do a part of a turn; False when it failed, which must not end the conversation. `text`: what was heard."""
        utterance = self._memory.utterance
        try:
            work()
        except AudioError:
            raise  # the sound itself cannot be used, so that nothing more would be heard
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody may be alone with the assistant
            _LOGGER.error("A turn failed: %s.", described(error))
            if not silently:
                self._memory.utterance = None
                self._apologise((text, *(utterance.warned if utterance else ())))
            return False
        return True

    def _apologise(self, texts: tuple[str, ...]) -> None:
        """Say that a turn failed; what held a warning sign is answered as one all the same."""
        now_s = self._memory.now_s
        try:
            for text in texts:
                if flag := self._conversation.warning(text):
                    urgent = Match("care.urgent", None, 1.0, red_flag=flag)
                    self._give(self._conversation.take(urgent, Transcript.typed(text), now_s))
                    return
            if now_s - self._memory.failed_s >= FAILURES_APART_S:
                self._memory.failed_s = now_s
                self._say_unasked(self._conversation.failed(now_s))
            else:
                self._talker.resume()
        except Exception as error:  # noqa: BLE001 - as above; the state may be what is broken
            _LOGGER.error("A failed turn could not be answered: %s.", described(error))
            self._conversation.begin(now_s)

    def _started(self, heard: SpeechStarted) -> None:
        memory = self._memory
        utterance = memory.utterance = Utterance(heard.at_s)
        finished = memory.finished
        utterance.over_speech = heard.at_s - memory.spoke_s <= TAIL_S
        utterance.hears_through = self._echo_free is not None and self._echo_free.hears_through
        if self._talker.is_speaking:
            self._talker.duck()
        soon = finished is not None and heard.at_s - finished.ended_s <= CONTINUED_WITHIN_S
        # Judged now: while the rest is being said, more of the answer is played than the person listened to.
        is_question = finished is not None and not finished.understood.node_id.startswith(_COMMANDS)
        if finished and soon and is_question and self._heard_little():
            utterance.continues = finished.since(heard.at_s - CONTINUED_SINCE_S)
        self._listener.patience_s = UNSURE_S

    def _partial(self, partial: PartialTranscript) -> None:
        utterance = self._memory.utterance
        if utterance is None:
            return
        self._look_for_echo(utterance)
        text = self._overheard.words(partial.text, utterance)
        if text == utterance.text:
            return
        utterance.text = text
        admission = self._attention.admit(text, utterance.started_s)
        if not admission.admitted:
            return
        understood, response = self._conversation.foresee(admission.text, self._memory.now_s)
        if not self._overheard.consider(admission.text, understood, utterance):
            return
        self._events.partial(replace(partial, text=admission.text))
        self._listener.patience_s = self._conversation.patience_s(admission.text, understood)
        utterance.note(admission.text, self._conversation.warning(admission.text), self._memory.now_s)
        if response.sentences and not self._talker.is_speaking:
            self._talker.foresee(response.sentences[0], self._conversation.state.rate_wpm)

    def _look_for_echo(self, utterance: Utterance) -> None:
        echo_free = self._echo_free
        utterance.may_be_echo = echo_free is not None and echo_free.has_echo and not utterance.hears_through

    def _give_way(self) -> None:
        """Somebody speaks while the assistant does: a plain "stop" is obeyed at once, other words make it hold."""
        understood = self._overheard.interrupts()
        if understood is None:
            return
        if understood.node_id == "control.stop":
            self._conversation.interrupted(self._talker.stop())
        elif not self._talker.urgent and not self._playback.is_paused:
            self._talker.pause()

    def _utterance(self, transcript: Transcript) -> None:
        memory = self._memory
        utterance = memory.utterance or Utterance(transcript.start_s)
        memory.utterance = None
        self._look_for_echo(utterance)
        transcript = self._overheard.transcript(transcript, utterance)
        admission = self._attention.admit(transcript.text, utterance.started_s)
        if not admission.admitted or not self._overheard.is_answered(admission.text, utterance):
            self._talker.resume()
            return
        if admission.woken:
            transcript = self._attention.without_wake_phrase(transcript, admission)
            self._attention = self._attention.opened(memory.now_s)
            if not admission.text:
                self._talker.stop()
                self._chime(chimes.listening())
                self._events.woken()
                return
        self._hear(with_guesses(transcript, utterance.warned), utterance)

    def _hear(self, transcript: Transcript, utterance: Utterance) -> None:
        """Answer a transcript; one that goes on from the one before is joined with it first."""
        memory = self._memory
        continued = memory.finished if utterance.continues else None
        parts = (*utterance.continues, transcript) if continued else (transcript,)
        transcript = join(parts)
        if continued:
            self._conversation.state = continued.state_before
        elif self._talker.is_speaking:
            self._conversation.interrupted(self._talker.heard)
        before = self._conversation.state
        turn = self._conversation.hear(transcript, memory.now_s)
        memory.finished = Finished(parts, before, transcript.end_s, turn.understood)
        if continued and continued.goes_on_in(turn.understood):
            self._talker.resume()
        else:
            self._give(turn)

    def _answer(self, understood: Understood, transcript: Transcript) -> None:
        if self._talker.is_speaking:
            self._conversation.interrupted(self._talker.heard)
        self._memory.finished = None
        self._give(self._conversation.take(understood, transcript, self._memory.now_s))

    def _give(self, turn: Turn) -> None:
        """Say the response of a turn and do what it asks for."""
        response = turn.response
        self._events.turn(turn)
        if not response.sentences and not {"stop", "pause"} & set(response.actions):
            self._talker.resume()
            return
        is_stop = isinstance(turn.understood, Match) and turn.understood.node_id == "control.stop"
        self._attention = self._attention.opened(self._memory.now_s)
        self._say(response, after_present=self._talker.urgent and not is_stop and not response.urgent)
        if "goodbye" in response.actions:
            self._attention = self._attention.closed()
            self._memory.ending = self._ends_on_goodbye and self._finish_speaking()

    def _say_unasked(self, response: Response) -> None:
        if response.sentences:
            self._events.spoken(response)
            if response.node_id == "control.timer":
                self._attention = self._attention.opened(self._memory.now_s)  # "stop" has to silence it
                self._chime(chimes.timer())
            self._say(response, after_present=self._talker.is_speaking)

    def _say(self, response: Response, *, after_present: bool) -> None:
        state = self._conversation.state
        self._playback.volume = state.volume
        self._talker.resume()
        if response.node_id == "fallback.not_heard":
            self._chime(chimes.not_understood())
        self._memory.response, self._memory.sentence = response, None
        self._talker.say(response, state.rate_wpm, after_present=after_present)

    def _finish_speaking(self) -> bool:
        self._talker.wait_until_rendered(15.0)
        self._playback.wait_until_idle(30.0)
        return True

    def _pushed(self) -> None:
        if self._talker.is_speaking:
            self._conversation.interrupted(self._talker.stop())
            self._memory.silence()
        self._attend()
        self._chime(chimes.listening())

    def _announce(self, response: Response) -> None:
        self._attend()
        self._say_unasked(response)

    def _attend(self) -> None:
        self._attention = self._attention.opened(self._memory.now_s)

    def _forgotten(self, keep_timer: bool, forgotten: Callable[[], None]) -> None:
        try:
            self._talker.stop()
            self._listener.reset()
            self._memory.utterance = self._memory.finished = self._memory.response = None
            self._attention = self._attention.closed()
            timer = self._conversation.state.timer if keep_timer else None
            self._conversation.begin(self._memory.now_s)
            self._conversation.state = replace(self._conversation.state, timer=timer)
            self._playback.volume = self._conversation.state.volume
        finally:
            forgotten()

    def _heard_little(self) -> bool:
        """Whether so little of the answer was played that new words go on with the question."""
        progress = self._playback.progress
        return self._talker.heard == 0 and (progress is None or progress.played_s <= LOST_AFTER_S)

    def _chime(self, sound: AudioChunk) -> None:
        if self._settings.sounds:
            self._talker.chime(sound)

    def _tell_sentence(self) -> None:
        memory = self._memory
        current = self._talker.current
        if current is not None and current != memory.sentence and memory.response is not None:
            memory.sentence = current
            if current < len(memory.response.sentences):
                self._events.sentence(memory.response.sentences[current], current)

    def _tell_state(self) -> None:
        speaking = self._talker.is_speaking
        state = "listening" if self._memory.utterance and not speaking else "speaking" if speaking else "idle"
        if state != self._memory.reported:
            self._memory.reported = state
            self._events.state(state)
