"""Says responses sentence by sentence: a worker renders ahead while the loudspeaker plays."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from voice_assistant.audio.playback import Playback
from voice_assistant.faults import described
from voice_assistant.speech import SpeechRenderer
from voice_assistant.spoken import SpokenWords
from voice_assistant.types import AudioChunk, Response, Sentence, VoiceError

HEARD_SHARE = 0.7
"""A sentence of which this share was played counts as heard."""
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    """One sentence to be rendered; without a marker only to have it ready."""

    marker: tuple[int, int] | None
    sentence: Sentence
    rate_wpm: int


class Talker:
    """Owns the speech worker. All methods return at once and are for the loop's thread.

    in_step: render in the calling thread, so that a run faster than real time gives the same result each time.
    """

    def __init__(
        self,
        renderer: SpeechRenderer,
        playback: Playback,
        *,
        in_step: bool = False,
        on_problem: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._renderer = renderer
        self._playback = playback
        self._in_step = in_step
        self._on_problem = on_problem
        self._generation = 0
        self._sentences: tuple[Sentence, ...] = ()
        self._heard = 0
        self._waiting = 0
        self._lock = threading.Condition()
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._worker: threading.Thread | None = None
        self._closed = False
        self._spoken = SpokenWords()
        self._now_s = 0.0
        self.urgent = False
        """Whether what is being said must be finished."""

    @property
    def is_speaking(self) -> bool:
        """Whether something is being said or about to be."""
        with self._lock:
            waiting = self._waiting
        return waiting > 0 or not self._playback.is_idle

    def spoken_since(self, start_s: float) -> list[str]:
        """The words that may be heard of it since then, to know its echo by."""
        return self._spoken.between(start_s, self._now_s)

    @property
    def current(self) -> int | None:
        """Which sentence of the response is being played; None between and after."""
        progress = self._playback.progress
        if progress is None or not isinstance(progress.marker, tuple) or progress.marker[0] != self._generation:
            return None
        index = progress.marker[1]
        return index if isinstance(index, int) else None

    def say(self, response: Response, rate_wpm: int, *, after_present: bool = False) -> None:
        """Say a response, instead of what is being said or after it."""
        if not after_present or not self.is_speaking:
            self.stop()
            self._sentences, self._heard = (), 0
        first = len(self._sentences)
        self._sentences += response.sentences
        self.urgent = response.urgent or (after_present and self.urgent and self.is_speaking)
        for index, sentence in enumerate(response.sentences, start=first):
            self._hand_over(_Job((self._generation, index), sentence, rate_wpm))

    def chime(self, sound: AudioChunk) -> None:
        """Play a short sound after what waits."""
        self._playback.enqueue(sound)

    def foresee(self, sentence: Sentence, rate_wpm: int) -> None:
        """Have a sentence ready that is likely to be said next."""
        if not self._in_step and self._jobs.qsize() == 0:
            self._hand_over(_Job(None, sentence, rate_wpm))

    def stop(self) -> int:
        """Silence. Returns how many sentences of the response were heard."""
        self._spoken.silence(self._now_s)
        with self._lock:
            self._generation += 1
            finished, stopped = self._playback.take_finished(), self._playback.stop()
        self._count(finished)
        for progress in stopped[:1]:
            if progress.marker is not None and progress.played_s >= HEARD_SHARE * progress.duration_s:
                self._heard += 1
        self.urgent = False
        return self._heard

    def pause(self) -> None:
        """Hold."""
        self._playback.pause()

    def resume(self) -> None:
        """Go on a little before where it was held, at full loudness."""
        self._playback.duck(1.0)
        if self._playback.is_paused:
            self._playback.resume(back_s=0.3)

    def duck(self) -> None:
        """Speak lower while somebody else may be speaking."""
        self._playback.duck(0.35)

    def update(self, now_s: float) -> None:
        """Take note of what has been played by now."""
        self._now_s = now_s
        self._count(self._playback.take_finished())
        index, progress = self.current, self._playback.progress
        if index is not None and progress is not None and index < len(self._sentences):
            share = progress.played_s / progress.duration_s if progress.duration_s else 1.0
            self._spoken.note((self._generation, index), self._sentences[index].text, share, now_s)
        elif self._playback.is_idle:
            self._spoken.finish(now_s)
        if self.urgent and not self.is_speaking:
            self.urgent = False

    @property
    def heard(self) -> int:
        """How many sentences of the present response have been played."""
        return self._heard

    def wait_until_rendered(self, timeout_s: float) -> None:
        """Wait until all that is to be said waits to be played."""
        with self._lock:
            self._lock.wait_for(lambda: self._waiting == 0, timeout_s)

    def close(self) -> None:
        """End the worker. One that hangs ends with the engine, which is not for the loop to end."""
        self._closed = True
        self.stop()
        if self._worker is not None:
            self._jobs.put(None)
            self._worker.join(timeout=0.3)

    def _count(self, finished: tuple[object, ...]) -> None:
        self._heard += sum(1 for progress in finished if getattr(progress, "marker", None) is not None)

    def _hand_over(self, job: _Job) -> None:
        if job.marker is not None:
            with self._lock:
                self._waiting += 1
        if self._in_step:
            self._render(job)
            return
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="speech", daemon=True)
            self._worker.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._render(job)

    def _render(self, job: _Job) -> None:
        try:
            if self._is_wanted(job):
                chunk = self._renderer.render(job.sentence.text, job.rate_wpm)
                with self._lock:  # so that `stop` cannot fall between the question and the sound
                    if job.marker is not None and self._is_wanted(job):
                        self._playback.enqueue(chunk, job.marker)
        except VoiceError as error:
            _LOGGER.warning("A sentence could not be spoken: %s", error)
            self._on_problem(f"The voice failed: {error}")
        except Exception as error:  # noqa: BLE001 - the worker must not end: nothing would be said ever after
            _LOGGER.error("A sentence could not be spoken: %s.", described(error))
            self._on_problem("A sentence could not be spoken.")
        finally:
            if job.marker is not None:
                with self._lock:
                    self._waiting -= 1
                    self._lock.notify_all()

    def _is_wanted(self, job: _Job) -> bool:
        with self._lock:
            return not self._closed and (job.marker is None or job.marker[0] == self._generation)
