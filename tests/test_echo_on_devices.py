"""The echo canceller on a real loudspeaker and a real microphone that hears it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from tests.test_echo_cancellation import RATE, voice
from tests.virtual_devices import VirtualDevices
from voice_assistant.audio.echo_free import EchoFreeMicrophone
from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.microphone import Microphone
from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.types import AudioChunk

pytestmark = [pytest.mark.device, pytest.mark.slow]


class Noted(Microphone):
    """Keeps what it gave."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[AudioChunk] = []

    def __iter__(self) -> Iterator[AudioChunk]:
        for chunk in iter(super().__next__, None):
            self.given.append(chunk)
            yield chunk


@pytest.mark.parametrize("latency_ms", [30, 150])
def test_the_loudspeaker_is_not_heard_any_more_after_a_second(virtual_devices: VirtualDevices, latency_ms: int) -> None:
    virtual_devices.feed_back(latency_ms)
    source, cleaned = Noted(), []
    with Loudspeaker(volume=1.0) as loudspeaker, EchoFreeMicrophone(source, loudspeaker) as microphone:
        loudspeaker.enqueue(AudioChunk(to_pcm(voice(10.0, 1)), RATE, 0.0))
        ends_s = time.monotonic() + 10.0
        for chunk in microphone:
            cleaned.append(chunk)
            if time.monotonic() > ends_s:
                break
    raw = np.concatenate([to_floats(chunk.pcm) for chunk in source.given])
    left = np.concatenate([to_floats(chunk.pcm) for chunk in cleaned])
    assert 0 <= len(raw) - len(left) <= 0.1 * RATE
    part = slice(5 * RATE, 9 * RATE)
    assert np.sqrt(np.mean(raw[part] ** 2)) > 0.01  # the echo was there
    assert 10 * np.log10((raw[part] ** 2).sum() / ((left[part] ** 2).sum() + 1e-12)) >= 15
