"""The assistant's own voice through real devices, in real time: a loudspeaker whose sound the microphone hears."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.conversation.own_voice import ANSWERED, FIRST, INTERJECTIONS
from benchmarks.sound.scenes import active_level
from benchmarks.sound.voices import chunks, say, speaker
from tests.virtual_devices import VirtualDevices
from voice_assistant import Assistant
from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.microphone import Microphone
from voice_assistant.audio.wav import write_wav
from voice_assistant.hearing import Activity, Listener
from voice_assistant.loop import LoopEvents, VoiceLoop
from voice_assistant.settings import Settings
from voice_assistant.types import SAMPLE_RATE_HZ, Match, Turn

_LEVEL = 0.12
"""Of a person at the microphone, root mean square: about that of the assistant's voice at full volume."""
_LATENCIES_MS = (30, 60, 120, 200)
_SETTLES_S = 2.0


def measure(assistant: Assistant, count: int, *, each: bool) -> None:
    """Print in how many of `count` answers it was interrupted by itself, and what of as many words said over them came
    through."""
    turned, through, tried = 0, 0, 0
    for part, latency_ms in enumerate(_LATENCIES_MS):
        with VirtualDevices() as devices, tempfile.TemporaryDirectory() as folder:
            devices.feed_back(latency_ms)
            with _talking(assistant, devices) as (loop, turns):
                _answer(loop, turns, FIRST)
                for index in range(part, count, len(_LATENCIES_MS)):
                    more = _answer(loop, turns, ANSWERED[index // len(_LATENCIES_MS) % len(ANSWERED)])
                    turned += bool(more)
                    text, node_id, answered = INTERJECTIONS[index % len(INTERJECTIONS)]
                    wav = Path(folder) / "word.wav"
                    spoken = say(text, speaker(index))
                    write_wav(wav, chunks(spoken * (_LEVEL / active_level(spoken))), SAMPLE_RATE_HZ)
                    found = _answer(loop, turns, answered or ANSWERED[index % len(ANSWERED)], devices, wav)
                    through, tried = through + (node_id in [turn.understood.node_id for turn in found]), tried + 1
                    if each and (more or [turn.understood.node_id for turn in found] != [node_id]):
                        said = " | ".join(
                            f"{turn.transcript.text} → {turn.understood.node_id}" for turn in more + found
                        )
                        print(f"  {latency_ms} ms | {text}, {speaker(index).name} | {said}", flush=True)
    print(f"own voice on devices, {tried} answers: answered itself {turned}", flush=True)
    print(f"said over an answer on devices: understood {through} of {tried}", flush=True)


@contextmanager
def _talking(assistant: Assistant, devices: VirtualDevices) -> Iterator[tuple[VoiceLoop, list[Turn]]]:
    """The loop, in a thread of its own."""
    before = dict(os.environ)
    os.environ.update(devices.environment)
    turns: list[Turn] = []
    loop = VoiceLoop(
        source=Microphone(),
        listener=Listener(assistant.recogniser, Activity()),
        conversation=assistant.new_conversation(),
        renderer=assistant.renderer,
        playback=Loudspeaker(volume=1.0),
        settings=Settings(volume=1.0, sounds=False),
        events=LoopEvents(turn=turns.append),
        greets=False,
        ends_on_goodbye=False,
    )
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    try:
        time.sleep(_SETTLES_S)
        yield loop, turns
    finally:
        loop.stop()
        thread.join(10)
        os.environ.clear()
        os.environ.update(before)


def _answer(
    loop: VoiceLoop, turns: list[Turn], node_id: str, devices: VirtualDevices | None = None, wav: Path | None = None
) -> list[Turn]:
    """The turns that follow the touch that asks for an answer, until all is said."""
    loop.forget()
    turns.clear()
    loop.touch(Match(node_id, "summary", 1.0))
    time.sleep(1.5)
    if devices is not None and wav is not None:
        devices.speak_into_microphone(wav)
        time.sleep(_SETTLES_S)
        loop.push()
    while loop.is_busy:
        time.sleep(0.1)
    time.sleep(_SETTLES_S)
    return turns[1:]
