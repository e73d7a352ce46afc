"""From a stream of sound to utterances: when somebody begins to speak, and when they have finished."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from voice_assistant.hearing.activity import FRAME_BYTES, FRAME_S, Voice
from voice_assistant.hearing.suppression import DELAY_S, NoiseSuppressor
from voice_assistant.types import (
    SAMPLE_RATE_HZ,
    AudioChunk,
    AudioError,
    Heard,
    PartialTranscript,
    SpeechStarted,
    Transcript,
)

_PARTIAL_FRAMES = 3
"""The recogniser is asked for its partial result every 96 ms."""
_HOLD_BACK_S = 4.0
"""An utterance that grows too long is cut at the widest pause between words within this much of its end."""
_TAIL = 5
"""So many frames after the last voiced one still belong to that utterance: the fading of its last sound."""
_SHORTEST_AT_END_S = 0.09
"""A voice that the stream's end interrupts before it could prove itself is believed if it lasted this long."""
_UNDECIDED_S = 0.5
"""What may be a voice in the silence after speech keeps the utterance open for so long at most."""
_NOTHING = bytes(FRAME_BYTES)
"""Stands for the sound before the voice where there is none: the recogniser mishears words that it starts on."""
_JUMP_S = 0.1
"""When a chunk starts this far from where the last one ended, sound was lost, and the time is taken from the chunk."""


class SpeechRecogniser(Protocol):
    """What the listener needs of a recogniser; see Recogniser."""

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        """Take sound with noise lowered, and as it came; the former lies DELAY_S behind."""

    def partial(self) -> str:
        """Words so far."""

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """Words of the utterance."""

    def reset(self) -> None:
        """Forget the utterance."""


class VoiceActivity(Protocol):
    """What the listener needs of a voice detector; see Activity."""

    def feed(self, frame: bytes) -> Voice:
        """Take a frame."""

    def release(self) -> None:
        """End the stretch of voice."""

    def reset(self) -> None:
        """Forget everything."""


@dataclass(slots=True)
class _Utterance:
    start: int
    """The frame of the stream at which the speech begins."""
    fed_from: int
    """The frame at which the sound begins that the recogniser got; below 0 where silence was put before the stream."""
    text: str = ""
    frames: int = 0


class Listener:
    """Cuts a stream of 16 kHz sound into utterances and has them recognised.

    patience_s: silence after which an utterance is over. May be set at any moment, for example to less after a complete
    question and to more after half a sentence. A possible voice in the silence is waited for until it is clear.
    longest_s: a longer utterance is cut in two, between words.
    preroll_s: how much sound before the voice began is recognised too, so that the first syllable is not lost.

    While nobody speaks the recogniser gets nothing. What it gets has steady noise lowered, and beside it the sound as
    it is; the voice detector, which knows noise better, gets only that. Decisions are made on frames of 32 ms counted
    from the first sample, so that the size of the chunks has no influence on the result. Memory does not grow with the
    stream.
    """

    def __init__(
        self,
        recogniser: SpeechRecogniser,
        activity: VoiceActivity,
        patience_s: float = 0.7,
        longest_s: float = 30.0,
        preroll_s: float = 0.4,
    ) -> None:
        if longest_s <= _HOLD_BACK_S:
            raise ValueError(f"longest_s must be more than {_HOLD_BACK_S:g} seconds")
        if preroll_s < 0:
            raise ValueError("preroll_s cannot be negative")
        self.patience_s = patience_s
        self._recogniser = recogniser
        self._activity = activity
        self._suppressor = NoiseSuppressor()
        self._longest = _frames(longest_s)
        self._preroll = math.ceil(preroll_s / FRAME_S)
        kept = self._preroll + _frames(_HOLD_BACK_S + 1.0)
        self._recent: deque[tuple[bytes, bytes]] = deque(maxlen=kept)
        self._forget()

    @property
    def listening(self) -> bool:
        """True while an utterance is under way."""
        return self._utterance is not None

    def feed(self, chunk: AudioChunk) -> list[Heard]:
        """Take the next sound of the stream; gives what was heard in it, in order.

        Raises AudioError when it is not 16 kHz one-channel 16-bit sound.
        """
        return list(self.listen(chunk))

    def listen(self, chunk: AudioChunk) -> Iterator[Heard]:
        """As `feed`, but one event at a time: a `patience_s` set in between holds from that moment of the sound on.

        Then too the length of the chunks has no influence. The iterator has to be run to its end.
        """
        self._take(chunk)
        while len(self._pending) >= FRAME_BYTES:
            frame = bytes(self._pending[:FRAME_BYTES])
            del self._pending[:FRAME_BYTES]
            yield from self._hear(frame)

    def flush(self) -> list[Heard]:
        """The stream is over: gives what is left in it, and is ready for another stream."""
        heard: list[Heard] = []
        if self._pending:
            heard += self._hear(bytes(self._pending.ljust(FRAME_BYTES, b"\0")))
        voice = self._voice
        if self._utterance is None and voice is not None and voice.voiced_s >= _SHORTEST_AT_END_S:
            heard += self._begin(voice)
        if self._utterance is not None:
            self._recogniser.feed(self._suppressor.process(_NOTHING), _NOTHING)
            heard.append(self._finish(self._utterance, voice.silence_s if voice else 0.0))
        self.reset()
        return heard

    def reset(self) -> None:
        """Forget everything, also what is under way; the next chunk may be of another stream."""
        self._recogniser.reset()  # in any case: it may have failed in the middle of finishing an utterance
        self._activity.reset()
        self._suppressor.reset()
        self._recent.clear()
        self._forget()

    def _forget(self) -> None:
        self._pending = bytearray()
        self._utterance: _Utterance | None = None
        self._voice: Voice | None = None
        self._start_s: float | None = None
        self._frames = 0
        self._free_from = 0

    def _time_s(self, frame: int) -> float:
        return round((self._start_s or 0.0) + frame * FRAME_S, 3)

    def _take(self, chunk: AudioChunk) -> None:
        if chunk.rate_hz != SAMPLE_RATE_HZ:
            raise AudioError(
                f"Sound for recognition must have {SAMPLE_RATE_HZ} samples a second, not {chunk.rate_hz}: convert it."
            )
        if len(chunk.pcm) % 2:
            raise AudioError("Sound for recognition ends in half a sample: give whole 16-bit samples.")
        expected_s = self._time_s(self._frames) + len(self._pending) / 2 / SAMPLE_RATE_HZ
        if self._start_s is None:
            self._start_s = chunk.start_s
        elif abs(chunk.start_s - expected_s) > _JUMP_S:
            self._start_s += chunk.start_s - expected_s
        self._pending += chunk.pcm

    def _hear(self, frame: bytes) -> Iterator[Heard]:
        self._frames += 1
        sound = self._suppressor.process(frame), frame
        self._recent.append(sound)
        voice = self._voice = self._activity.feed(frame)
        if self._utterance is None:
            if voice.speaking:
                yield from self._begin(voice)
            return
        self._recogniser.feed(*sound)
        yield from self._go_on(self._utterance, voice)

    def _begin(self, voice: Voice) -> Iterator[Heard]:
        start = self._frames - _frames(voice.voiced_s)
        yield self._start(start, max(start - self._preroll, self._free_from))

    def _start(self, start: int, fed_from: int) -> SpeechStarted:
        known = min(len(self._recent), self._frames - fed_from)
        lead_in = max(0, self._preroll - known + self._frames - start)
        self._utterance = _Utterance(start, self._frames - known - lead_in)
        before = len(self._recent) - known
        for sound in [(_NOTHING, _NOTHING)] * lead_in + list(self._recent)[before:]:
            self._recogniser.feed(*sound)
        return SpeechStarted(self._time_s(start))

    def _go_on(self, utterance: _Utterance, voice: Voice) -> Iterator[Heard]:
        utterance.frames += 1
        if utterance.frames % _PARTIAL_FRAMES == 0:
            text = self._recogniser.partial()
            if text != utterance.text or voice.silence_s > 0:
                utterance.text = text
                yield PartialTranscript(text, self._time_s(self._frames), voice.silence_s)
        undecided = 0 < voice.voiced_s <= _UNDECIDED_S and not voice.speaking
        if voice.silence_s >= self.patience_s and not undecided:
            yield self._finish(utterance, voice.silence_s)
        elif self._frames - utterance.fed_from >= self._longest:
            yield from self._cut(utterance, voice)

    def _finish(self, utterance: _Utterance, silence_s: float) -> Transcript:
        self._utterance = None
        end = self._frames - _frames(silence_s)
        self._free_from = min(self._frames, end + _TAIL)
        self._activity.release()
        return self._placed(self._recogniser.finish(), utterance, end)

    def _cut(self, utterance: _Utterance, voice: Voice) -> Iterator[Heard]:
        transcript = self._recogniser.finish(_HOLD_BACK_S)
        cut = utterance.fed_from + _frames(transcript.end_s)
        cut = max(self._frames - _frames(_HOLD_BACK_S), min(self._frames, cut))
        spoken_until = self._frames - _frames(voice.silence_s)
        self._utterance = None
        self._free_from = cut
        yield self._placed(transcript, utterance, min(cut, spoken_until))
        if voice.speaking or cut < spoken_until:
            yield self._start(cut, cut)

    def _placed(self, transcript: Transcript, utterance: _Utterance, end: int) -> Transcript:
        """The transcript with times counted from the start of the stream."""
        offset_s = self._time_s(utterance.fed_from) - DELAY_S
        words = tuple(
            replace(word, start_s=round(word.start_s + offset_s, 3), end_s=round(word.end_s + offset_s, 3))
            for word in transcript.words
        )
        start = utterance.start
        return replace(transcript, words=words, start_s=self._time_s(start), end_s=self._time_s(max(start, end)))


def _frames(seconds: float) -> int:
    return round(seconds / FRAME_S)
