"""Who speaks to the assistant is louder than those who talk in the background."""

from __future__ import annotations

import numpy as np
import pytest

from voice_assistant.audio.samples import Floats, to_pcm
from voice_assistant.hearing.activity import FRAME_BYTES, Activity
from voice_assistant.hearing.foreground import Nearness, foreground
from voice_assistant.types import SAMPLE_RATE_HZ


def sound(*parts: tuple[float, float]) -> bytes:
    """Noise of so many seconds and so many dB of full scale each."""
    random = np.random.default_rng(2)
    pieces: list[Floats] = [
        (10 ** (level_db / 20) * random.standard_normal(round(seconds * SAMPLE_RATE_HZ))).astype(np.float32)
        for seconds, level_db in parts
    ]
    return to_pcm(np.concatenate(pieces))


def test_what_was_said_amid_others_is_found_with_a_little_around_it() -> None:
    found = foreground(sound((0.6, -37.0), (0.5, -22.0), (0.8, -37.0)))
    assert found is not None
    begin_s, end_s = (byte / 2 / SAMPLE_RATE_HZ for byte in found)
    assert begin_s == pytest.approx(0.4, abs=0.05) and end_s == pytest.approx(1.3, abs=0.05)


@pytest.mark.parametrize(
    "parts",
    [
        ((0.6, -70.0), (0.5, -22.0), (0.8, -70.0)),
        ((2.0, -30.0),),
        ((0.4, -70.0), (0.5, -22.0), (0.6, -36.0), (0.5, -70.0)),
        ((0.1, -37.0), (1.0, -22.0), (0.3, -37.0)),
        ((0.01, -22.0),),
        ((2.0, -200.0),),
    ],
    ids=[
        "quiet around it",
        "all of one loudness",
        "a soft ending",
        "hardly anything around it",
        "hardly anything at all",
        "complete silence",
    ],
)
def test_there_is_nothing_to_leave_out(parts: tuple[tuple[float, float], ...]) -> None:
    assert foreground(sound(*parts)) is None


def ends_after_s(pcm: bytes, said_s: float) -> float | None:
    """How long after what was said the detector, to which every sound is a voice, counts it as silence."""
    activity = Activity(detector=lambda _frame: 0.9)
    for index in range(len(pcm) // FRAME_BYTES):
        voice = activity.feed(pcm[index * FRAME_BYTES : (index + 1) * FRAME_BYTES])
        now_s = (index + 1) * FRAME_BYTES / 2 / SAMPLE_RATE_HZ
        if now_s > said_s and voice.silence_s > 0:
            return now_s - said_s
    return None


def test_an_utterance_ends_though_others_talk_on() -> None:
    late_s = ends_after_s(sound((1.5, -40.0), (1.0, -22.0), (3.0, -40.0)), 2.5)
    assert late_s is not None and late_s < 0.3


def test_soft_words_in_a_quiet_room_belong_to_the_utterance() -> None:
    assert ends_after_s(sound((1.0, -80.0), (1.0, -22.0), (0.8, -40.0)), 2.0) is None


def test_strangers_alone_are_heard_as_before() -> None:
    near = Nearness()
    assert all(near.is_near(power) for power in (1e4, 2e4, 1.5e4, 1e4, 3e4))
