"""What is played, how it is silenced, and how stand-ins keep time: without any device."""

from __future__ import annotations

import itertools
import wave
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_assistant.audio import chimes
from voice_assistant.audio.buffer import MOST_BUFFERED_S, PlaybackBuffer, Progress
from voice_assistant.audio.playback import Playback
from voice_assistant.audio.samples import to_floats, to_pcm
from voice_assistant.audio.stand_ins import FileLoudspeaker, FileMicrophone, NullLoudspeaker
from voice_assistant.audio.wav import read_wav, write_wav
from voice_assistant.types import AudioChunk, AudioError

RATE_HZ = 16_000
BLOCK = 320


def sound(seconds: float, level: float = 0.5, rate_hz: int = RATE_HZ) -> AudioChunk:
    return AudioChunk(to_pcm(np.full(round(seconds * rate_hz), level, np.float32)), rate_hz, 0.0)


def tone(seconds: float, rate_hz: int = RATE_HZ) -> AudioChunk:
    samples = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate_hz)) / rate_hz)
    return AudioChunk(to_pcm(samples.astype(np.float32)), rate_hz, 0.0)


def pulled(buffer: PlaybackBuffer, blocks: int) -> np.ndarray:
    return np.concatenate([buffer.pull(BLOCK) for _ in range(blocks)]).astype(np.float32) / 32768


def steepest(samples: np.ndarray) -> float:
    return float(np.abs(np.diff(samples)).max())


FADE_STEP = 1 / (RATE_HZ * 0.010)
"""The most that a ramp of 10 ms from nothing to full scale changes from one sample to the next."""


def test_sounds_follow_one_another_without_a_gap_and_then_comes_silence() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    assert buffer.enqueue(sound(0.05, 0.25), "one")
    assert buffer.enqueue(sound(0.05, 0.5), "two")
    samples = pulled(buffer, 6)
    assert np.allclose(samples[:800], 0.25, atol=1e-3)
    assert np.allclose(samples[800:1_600], 0.5, atol=1e-3)
    assert not samples[1_600:].any()
    assert buffer.is_idle
    assert buffer.take_finished() == (Progress("one", 0.05, 0.05), Progress("two", 0.05, 0.05))
    assert buffer.take_finished() == ()


def test_progress_tells_which_sound_is_played_and_how_far() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(sound(0.1), ("sentence", 1))
    buffer.enqueue(sound(0.1), ("sentence", 2))
    buffer.pull(BLOCK)
    assert buffer.progress == Progress(("sentence", 1), 0.02, 0.1)
    pulled(buffer, 5)
    assert buffer.progress == Progress(("sentence", 2), 0.02, 0.1)


def test_stop_is_silent_within_one_block_and_does_not_click() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(sound(1.0), "one")
    buffer.enqueue(sound(1.0), "two")
    before = pulled(buffer, 5)
    left = buffer.stop()
    after = pulled(buffer, 3)
    assert left == (Progress("one", 0.1, 1.0), Progress("two", 0.0, 1.0))
    assert not after[BLOCK:].any()
    assert steepest(np.concatenate((before, after))) <= 1.5 * FADE_STEP
    assert buffer.is_idle
    assert buffer.take_finished() == ()


def test_a_sound_right_after_stop_is_played_whole() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(sound(1.0, 0.5), "one")
    pulled(buffer, 2)
    buffer.stop()
    buffer.enqueue(sound(0.1, 0.25), "two")
    after = pulled(buffer, 7)
    assert np.count_nonzero(np.isclose(after, 0.25, atol=1e-3)) >= 1_590
    assert buffer.take_finished() == (Progress("two", 0.1, 0.1),)


def test_pause_fades_out_and_resume_goes_on_where_it_was() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(tone(0.5), "tone")
    first = pulled(buffer, 5)
    buffer.pause()
    fading, silent = pulled(buffer, 1), pulled(buffer, 10)
    at = buffer.progress
    assert at is not None
    assert buffer.is_paused
    assert not silent.any()
    assert not buffer.is_sounding
    buffer.resume(0.0)
    rest = pulled(buffer, 30)
    played_s = (np.flatnonzero(rest)[-1] + 1) / RATE_HZ
    assert played_s == pytest.approx(0.5 - at.played_s, abs=0.001)
    assert steepest(np.concatenate((first, fading, silent, rest))) < 0.12  # the tone's own steepest is 0.087


def test_resume_can_go_back_a_little() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(sound(1.0), "one")
    pulled(buffer, 25)
    buffer.pause()
    pulled(buffer, 2)
    buffer.resume(0.3)
    buffer.pull(BLOCK)
    assert buffer.progress is not None
    assert buffer.progress.played_s == pytest.approx(0.5 - 0.3 + 0.02, abs=0.02)


def test_going_back_stops_at_the_beginning() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(sound(1.0), "one")
    pulled(buffer, 2)
    buffer.pause()
    pulled(buffer, 2)
    buffer.resume(9.0)
    buffer.pull(BLOCK)
    assert buffer.progress == Progress("one", 0.02, 1.0)


def test_stop_ends_a_pause() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(sound(1.0), "one")
    buffer.pause()
    buffer.stop()
    buffer.enqueue(sound(0.1), "two")
    assert pulled(buffer, 2).any()


def test_ducking_and_volume_change_without_a_click() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(sound(2.0), "one")
    parts = [pulled(buffer, 2)]
    buffer.duck(0.2)
    parts.append(pulled(buffer, 2))
    buffer.duck(1.0)
    buffer.volume = 0.5
    parts.append(pulled(buffer, 2))
    assert parts[1][-1] == pytest.approx(0.1, abs=1e-3)
    assert parts[2][-1] == pytest.approx(0.25, abs=1e-3)
    assert steepest(np.concatenate(parts)) <= FADE_STEP


def test_what_stops_making_sense_is_kept_in_range() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.volume = 7.0
    assert buffer.volume == 1.0
    buffer.duck(-3.0)
    buffer.enqueue(sound(0.1), "one")
    assert not pulled(buffer, 2).any()


def test_other_rates_are_converted() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(tone(1.0, 22_050), "one")
    samples = pulled(buffer, 60)
    expected = to_floats(tone(1.0).pcm)
    assert np.abs(samples[200:15_800] - expected[200:15_800]).max() < 0.01
    assert buffer.take_finished() == (Progress("one", 1.0, 1.0),)


def test_more_than_three_minutes_are_refused() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    assert buffer.enqueue(sound(MOST_BUFFERED_S - 1), "long")
    assert not buffer.enqueue(sound(2.0), "more")
    assert buffer.enqueue(sound(0.5), "less")


def test_an_empty_sound_leaves_it_idle() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    assert buffer.enqueue(AudioChunk(b"", RATE_HZ, 0.0), "nothing")
    assert buffer.is_idle


def test_another_device_rate_goes_on_where_it_was() -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    buffer.enqueue(tone(1.0), "one")
    buffer.enqueue(tone(1.0), "two")
    pulled(buffer, 25)
    other = buffer.convert(48_000)
    assert other.progress == Progress("one", 0.5, 1.0)
    assert other.waiting_s == pytest.approx(1.5)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("enqueue"), st.floats(0.001, 0.2)),
            st.tuples(st.just("pull"), st.integers(1, 700)),
            st.tuples(st.just("resume"), st.floats(0, 0.3)),
            st.tuples(st.just("duck"), st.floats(0, 1)),
            st.tuples(st.sampled_from(["stop", "pause"]), st.none()),
        ),
        max_size=40,
    )
)
def test_whatever_is_asked_no_sound_is_lost_or_too_loud(actions: list[tuple[str, float]]) -> None:
    buffer = PlaybackBuffer(RATE_HZ)
    numbers = itertools.count()
    expected: list[Hashable] = []
    ended: list[Hashable] = []
    for action, value in actions:
        if action == "enqueue":
            expected.append(next(numbers))
            buffer.enqueue(sound(value), expected[-1])
        elif action == "pull":
            block = buffer.pull(int(value))
            assert len(block) == int(value)
            assert np.abs(block.astype(int)).max() <= 16_385
        elif action == "stop":
            left = [progress.marker for progress in buffer.stop()]
            ended += [progress.marker for progress in buffer.take_finished()]
            assert ended + left == expected
            expected, ended = [], []
        elif action == "pause":
            buffer.pause()
        else:
            getattr(buffer, action)(value)
    buffer.resume(0.0)
    while not buffer.is_idle:
        buffer.pull(BLOCK)
    assert ended + [progress.marker for progress in buffer.take_finished()] == expected


# --- stand-ins -----------------------------------------------------------------------------------


def test_the_time_of_a_silent_loudspeaker_is_that_of_the_chunks() -> None:
    loudspeaker: Playback = NullLoudspeaker(RATE_HZ)
    loudspeaker.enqueue(sound(1.0), "one")
    for _ in range(30):
        loudspeaker.advance(0.0101)
    assert loudspeaker.progress is not None
    assert loudspeaker.progress.played_s == pytest.approx(0.303, abs=1e-4)
    assert not loudspeaker.is_idle
    assert loudspeaker.wait_until_idle()
    assert loudspeaker.take_finished() == (Progress("one", 1.0, 1.0),)


def test_waiting_for_a_paused_stand_in_ends() -> None:
    loudspeaker = NullLoudspeaker(RATE_HZ)
    loudspeaker.enqueue(sound(1.0), "one")
    loudspeaker.pause()
    assert not loudspeaker.wait_until_idle()
    loudspeaker.resume()
    assert not loudspeaker.wait_until_idle(timeout_s=0.1)


def test_a_file_gets_what_would_have_been_heard(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    with FileLoudspeaker(path, RATE_HZ) as loudspeaker:
        loudspeaker.advance(0.5)
        loudspeaker.enqueue(sound(0.25), "one")
        loudspeaker.advance(1.0)
        assert loudspeaker.status.device == str(path)
    with wave.open(str(path)) as file:
        samples = to_floats(file.readframes(file.getnframes()))
    assert len(samples) == 24_000
    heard = np.flatnonzero(samples)
    assert (heard[0], heard[-1]) == (8_000, 11_999)


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="cannot be written"):
        FileLoudspeaker(tmp_path)


def test_recordings_come_one_after_another_with_silence_between(tmp_path: Path) -> None:
    paths = [tmp_path / "one.wav", tmp_path / "two.wav"]
    for path in paths:
        write_wav(path, [tone(0.3)])
    with FileMicrophone(paths, silence_s=0.5) as microphone:
        chunks = list(microphone)
    assert all(abs(after.start_s - before.end_s) < 1e-9 for before, after in itertools.pairwise(chunks))
    samples = to_floats(b"".join(chunk.pcm for chunk in chunks))
    assert len(samples) == 2 * 12_800
    assert samples[:4_800].any()
    assert not samples[4_900:12_800].any()
    assert samples[12_900:17_600].any()


def test_the_next_recording_waits_until_the_answer_is_over(tmp_path: Path) -> None:
    path = tmp_path / "one.wav"
    write_wav(path, [tone(0.1)])
    answering_until_s = 3.0
    now_s = 0.0
    microphone = FileMicrophone([path, path], silence_s=0.1, may_go_on=lambda: now_s >= answering_until_s)
    loud_at_s = []
    for chunk in microphone:
        now_s = chunk.end_s
        if any(chunk.pcm):
            loud_at_s.append(chunk.start_s)
    assert [at_s for at_s in loud_at_s if 0.12 < at_s < 3.0] == []
    assert max(loud_at_s) >= 3.0


def test_closing_ends_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "one.wav"
    write_wav(path, [tone(5.0)])
    microphone = FileMicrophone([path])
    chunks = iter(microphone)
    next(chunks)
    microphone.close()
    assert list(chunks) == []


def test_a_missing_recording_says_so_when_its_turn_comes(tmp_path: Path) -> None:
    write_wav(tmp_path / "one.wav", [tone(0.1)])
    microphone = FileMicrophone([tmp_path / "one.wav", tmp_path / "none.wav"], silence_s=0.0)
    with pytest.raises(AudioError, match=r"none\.wav"):
        list(microphone)


# --- chimes --------------------------------------------------------------------------------------

CHIMES = [chimes.listening, chimes.understood, chimes.not_understood, chimes.timer]


@pytest.mark.parametrize("chime", CHIMES)
@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
def test_chimes_are_short_soft_and_do_not_click(chime: object, rate_hz: int) -> None:
    chunk = chime(rate_hz)  # type: ignore[operator]
    samples = to_floats(chunk.pcm)
    assert chunk.rate_hz == rate_hz
    assert 0.1 < chunk.duration_s < 2.0
    assert 0.1 < np.abs(samples).max() < 0.3
    assert np.abs(samples[[0, -1]]).max() < 0.005


def rises(chunk: AudioChunk) -> float:
    samples = to_floats(chunk.pcm)
    return pitch(samples[-len(samples) // 2 :]) - pitch(samples[: len(samples) // 3])


def pitch(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 65_536))
    return float(np.argmax(spectrum) * 22_050 / 65_536)


def test_chimes_differ_by_their_direction() -> None:
    assert rises(chimes.listening()) > 200
    assert rises(chimes.not_understood()) < -150
    assert abs(rises(chimes.understood())) < 20
    assert chimes.timer().duration_s > 3 * chimes.not_understood().duration_s


def test_a_chime_can_be_kept_and_heard_again(tmp_path: Path) -> None:
    write_wav(tmp_path / "bell.wav", [chimes.timer()])
    assert sum(chunk.duration_s for chunk in read_wav(tmp_path / "bell.wav")) == pytest.approx(
        chimes.timer().duration_s, abs=0.001
    )
