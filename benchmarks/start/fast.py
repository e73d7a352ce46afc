"""From the end of a recording to the first sample of its answer, with `--fast`: as fast as the machine can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from voice_assistant import Assistant, Settings
from voice_assistant.audio.stand_ins import FileMicrophone, NullLoudspeaker
from voice_assistant.types import AudioChunk

QUESTION = Path(__file__).resolve().parents[2] / "voice_assistant" / "demo" / "1_what_is_it.wav"
_NEVER_AFTER_S = 20.0


class _Stage(FileMicrophone):
    """Silence until the greeting has been said, the recording, and silence until its answer begins."""

    def __init__(self) -> None:
        super().__init__([QUESTION], silence_s=_NEVER_AFTER_S)
        self.ear = _Ear()
        self.ended_s: float | None = None

    def _sounds(self) -> Iterator[AudioChunk]:
        silence = AudioChunk(bytes(640), 16_000, 0.0)
        while not self.ear.is_idle:
            yield silence
        recorded = super()._sounds()
        yield next(recorded)
        for chunk in recorded:
            if self.ear.first_s is not None:
                return
            if any(chunk.pcm) or self.ended_s is None:
                self.ended_s = None if any(chunk.pcm) else time.perf_counter()
                self.ear.listens = self.ended_s is not None
            yield chunk


class _Ear(NullLoudspeaker):
    """Notes when it is first given something to play after the recording."""

    def __init__(self) -> None:
        super().__init__()
        self.listens = False
        self.first_s: float | None = None

    def _played(self, pcm: bytes) -> None:
        if self.listens and self.first_s is None and any(pcm):
            self.first_s = time.perf_counter()


def first_sample_ms(times: int) -> list[float]:
    """One a time; another before them is not counted, as things are loaded in it."""
    with Assistant.load(Settings(attention="always", sounds=False)) as assistant:
        assistant.renderer.start()
        return [_once(assistant) for _ in range(times + 1)][1:]


def _once(assistant: Assistant) -> float:
    stage = _Stage()
    assistant.run(stage, stage.ear, in_step=True)
    if stage.ear.first_s is None or stage.ended_s is None:
        raise RuntimeError("the question was not answered")
    return 1000 * (stage.ear.first_s - stage.ended_s)
