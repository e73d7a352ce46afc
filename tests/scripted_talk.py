"""A conversation without sound: the real loop and dialogue, with ears that hear what a script says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.command_line import DEMO
from voice_assistant import Assistant
from voice_assistant.audio.microphone import MicrophoneStatus
from voice_assistant.audio.stand_ins import NullLoudspeaker
from voice_assistant.conversation import Conversation
from voice_assistant.loop import LoopEvents, VoiceLoop
from voice_assistant.settings import Settings
from voice_assistant.types import AudioChunk, Heard, Response, SpeechStarted, Transcript, Turn

QUESTION = DEMO / "1_what_is_it.wav"
QUIET = 640
"""Bytes of 20 ms of sound at 16 kHz."""
SECRET = "what somebody said in confidence"


@dataclass
class ScriptedListener:
    """Hears utterances at given seconds, or fails then; the sound does not matter."""

    script: dict[float, str | Exception]
    patience_s: float = 0.7
    resets: int = 0

    def listen(self, chunk: AudioChunk) -> Iterator[Heard]:
        for at_s in [at_s for at_s in self.script if at_s < chunk.end_s]:
            said = self.script.pop(at_s)
            if isinstance(said, Exception):
                raise said
            yield SpeechStarted(at_s)
            yield replace(Transcript.typed(said), start_s=at_s, end_s=chunk.end_s)

    def flush(self) -> list[Heard]:
        return []

    def reset(self) -> None:
        self.resets += 1


@dataclass
class QuietSource:
    """Silence for so long; `jumps`: at which second the clock of the sound leaps, and by how much."""

    seconds: float
    jumps: dict[float, float] = field(default_factory=dict)

    def __enter__(self) -> QuietSource:
        return self

    def __exit__(self, *exception: object) -> None:
        return

    def __iter__(self) -> Iterator[AudioChunk]:
        start_s, leapt_s = 0.0, 0.0
        while start_s - leapt_s < self.seconds:
            for at_s in [at_s for at_s in self.jumps if at_s <= start_s]:
                leapt_s += self.jumps[at_s]
                start_s += self.jumps.pop(at_s)
            chunk = AudioChunk(bytes(QUIET), 16_000, start_s)
            yield chunk
            start_s = chunk.end_s

    @property
    def status(self) -> MicrophoneStatus:
        return MicrophoneStatus(state="working", device="")

    def close(self) -> None:
        return


class FlatRenderer:
    """Speaks at once: 0.1 s of sound a sentence. Fails where it is told to."""

    def __init__(self, fails: Callable[[str], Exception | None] = lambda _text: None) -> None:
        self.said: list[str] = []
        self._fails = fails

    def render(self, text: str, rate_wpm: int | None = None) -> AudioChunk:
        failure = self._fails(text)
        if failure is not None:
            raise failure
        self.said.append(text)
        return AudioChunk(b"\1\1" * 2205, 22_050, 0.0)


@dataclass
class Talk:
    """What came of a conversation."""

    turns: list[Turn] = field(default_factory=list)
    unasked: list[Response] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    listener: ScriptedListener = field(default_factory=lambda: ScriptedListener({}))

    @property
    def apologies(self) -> list[Response]:
        return [response for response in self.unasked if "went wrong" in response.text]


def talk(
    assistant: Assistant,
    script: dict[float, str | Exception],
    *,
    conversation: Conversation | None = None,
    source: QuietSource | None = None,
    renderer: Any = None,
    in_step: bool = True,
    orders: Callable[[VoiceLoop], None] = lambda _loop: None,
    **events: Any,
) -> Talk:
    """The real loop and dialogue, with ears that hear what the script says."""
    result = Talk(listener=ScriptedListener(dict(script)))
    renderer = renderer or FlatRenderer()
    loop = VoiceLoop(
        source=source or QuietSource(max(script, default=1.0) + 5.0),
        listener=result.listener,  # type: ignore[arg-type]
        conversation=conversation or assistant.new_conversation(),
        renderer=renderer,
        playback=NullLoudspeaker(),
        settings=Settings(sounds=False),
        in_step=in_step,
        events=LoopEvents(
            **{
                "turn": result.turns.append,
                "spoken": result.unasked.append,
                "notice": result.notices.append,
                **events,
            }
        ),
    )
    orders(loop)
    loop.run()
    result.said = getattr(renderer, "said", [])
    return result
