"""Sound in which noise was lowered is heard a second time as it came, and the guesses of both are pooled."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.hearing_sounds import Sound, chunks, joined, noise, pcm, recording, silence
from voice_assistant.hearing import Activity, Listener, Recogniser
from voice_assistant.hearing.decoder import Decoder
from voice_assistant.hearing.guesses import Guess, pooled
from voice_assistant.hearing.suppression import DELAY_SAMPLES
from voice_assistant.hearing.untouched import UntouchedSound
from voice_assistant.models import SPEECH_MODEL, default_folder
from voice_assistant.types import SAMPLE_RATE_HZ, Transcript, Word

FRAME = 1024


def guess(text: str, score: float, at_s: float = 0.0) -> Guess:
    return Guess(tuple(Word(word, 0.0, at_s, at_s + 0.3) for word in text.split()), score)


# --- pooling --------------------------------------------------------------------------------------


def test_what_both_ears_think_possible_wins_over_what_one_is_rather_sure_of() -> None:
    first = (guess("my niece is hot", 100.0), guess("my knee is hot", 99.5))
    second = (guess("my knees hot", -7.0), guess("my knee is hot", -7.1))
    together = pooled([(first, 1), (second, 1)])
    assert together[0].text == "my knee is hot"
    assert {one.text for one in together} == {"my niece is hot", "my knee is hot", "my knees hot"}


def test_the_scores_are_logarithms_of_mean_chances_and_fall() -> None:
    together = pooled([((guess("a", 2.0), guess("b", 0.0)), 1), ((guess("b", 5.0),), 1)])
    a, b = math.exp(2) / (math.exp(2) + 1), 1 / (math.exp(2) + 1)
    assert [one.text for one in together] == ["b", "a"]
    assert [one.score for one in together] == pytest.approx([math.log((b + 1) / 2), math.log(a / 2)])


def test_the_words_lie_where_the_surer_ear_heard_them() -> None:
    unsure = (guess("knee", 0.0, at_s=1.0), guess("me", 0.0))
    sure = (guess("knee", 0.0, at_s=2.0),)
    assert pooled([(unsure, 1), (sure, 1)])[0].words[0].start_s == 2.0


@pytest.mark.parametrize("nothing", [(), (guess("", 9.0),), (guess("", 9.0), guess("the", 1.0))])
def test_an_ear_that_heard_no_words_has_no_say(nothing: tuple[Guess, ...]) -> None:
    heard = (guess("my knee hurts", 3.0), guess("my knee", 1.0))
    assert pooled([(heard, 1), (nothing, 1)]) == pooled([(nothing, 1), (heard, 1)]) == heard
    assert pooled([(nothing, 1), (nothing, 1)]) == ()


def test_an_ear_that_is_trusted_more_decides_where_they_differ() -> None:
    good, poor = (guess("my knee hurts", 0.0),), (guess("mine hurts", 0.0),)
    assert pooled([(poor, 0.3), (good, 0.7)])[0].text == "my knee hurts"
    assert [math.exp(one.score) for one in pooled([(poor, 3), (good, 7)])] == pytest.approx([0.7, 0.3])


def test_a_guess_beyond_all_likelihood_is_kept_at_the_end() -> None:
    together = pooled([((guess("knee", 0.0), guess("me", -2000.0)), 1), ((guess("knee", 0.0),), 1)])
    assert [one.text for one in together] == ["knee", "me"]
    assert math.isfinite(together[1].score)


# --- when the sound is heard twice ----------------------------------------------------------------


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(default_folder() / SPEECH_MODEL)


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder(default_folder() / SPEECH_MODEL)


@pytest.fixture
def ear(decoder: Decoder) -> UntouchedSound:
    ear = UntouchedSound(decoder)
    ear.reset()
    return ear


def question(seconds: float | None = None) -> Sound:
    sound = joined(silence(0.3), recording("question"), silence(0.3))
    return sound if seconds is None else sound[: round(seconds * SAMPLE_RATE_HZ)]


def feed(ear: UntouchedSound, lowered: Sound, untouched: Sound) -> list[float]:
    """In frames, as late as the suppressor is; how many seconds the decoder had been fed after each."""
    late = joined(np.zeros(DELAY_SAMPLES), lowered[:-DELAY_SAMPLES])
    fed = []
    for first in range(0, len(late), FRAME):
        ear.feed(pcm(late[first : first + FRAME]), pcm(untouched[first : first + FRAME]))
        fed.append(ear._decoder.fed_s)
    return fed


def test_sound_to_which_nothing_was_done_is_not_heard_twice(ear: UntouchedSound) -> None:
    assert set(feed(ear, question(), question())) == {0.0}
    assert ear.guesses() == ()


def test_changed_sound_is_heard_as_it_came_from_its_first_second_on(ear: UntouchedSound) -> None:
    hissing = question() + noise(len(question()) / SAMPLE_RATE_HZ, -50)
    fed = feed(ear, 0.5 * hissing, hissing)
    assert fed[:15] == [0.0] * 15
    assert fed[15:] == pytest.approx([min((place + 1) * FRAME, len(hissing)) / 16_000 for place in range(15, len(fed))])
    assert ear.guesses()[0].text == "what can i do about it at home"


def test_a_short_changed_sound_is_heard_when_it_is_over(ear: UntouchedSound) -> None:
    sound = joined(silence(0.2), recording("stop"))[:14_000]
    assert set(feed(ear, 0.5 * sound, sound)) == {0.0}
    assert "stop" in {guess.text for guess in ear.guesses()}


def test_what_is_forgotten_is_not_heard_later(ear: UntouchedSound) -> None:
    feed(ear, 0.5 * question(0.8), question(0.8))
    ear.reset()
    assert ear.guesses() == ()


def test_a_fault_in_one_ear_leaves_nothing_in_the_other(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hissing = question() + noise(len(question()) / SAMPLE_RATE_HZ, -40)

    def fails(*_: object) -> None:
        raise RuntimeError

    for broken in ("guesses", "reset"):
        with monkeypatch.context() as patched:
            patched.setattr(recogniser._decoder, broken, fails)
            recogniser.feed(pcm(0.5 * hissing), pcm(hissing))
            with pytest.raises(RuntimeError):
                (recogniser.finish if broken == "guesses" else recogniser.reset)()
        recogniser.reset()
        assert recogniser.fed_s == 0
        assert recogniser.finish().text == ""


def test_without_the_sound_as_it_came_there_is_one_ear(ear: UntouchedSound) -> None:
    ear.feed(pcm(question()), b"")
    assert ear.guesses() == ()


def test_a_grammar_listens_once(recogniser: Recogniser) -> None:
    small = recogniser.sharing(("stop", "[unk]"))
    stop = pcm(joined(silence(0.3), recording("stop"), silence(0.3)))
    small.feed(bytes(len(stop)), stop)
    assert small.finish().text == ""


def test_both_ears_of_a_recogniser_are_pooled_with_the_places_of_words(recogniser: Recogniser) -> None:
    sound = question()
    recogniser.feed(pcm(sound))
    alone = recogniser.finish()
    recogniser.feed(bytes(2 * len(sound)), pcm(sound))
    together = recogniser.finish()
    assert together.text == alone.text == "what can i do about it at home"
    assert [word.start_s for word in together.words] == pytest.approx([word.start_s for word in alone.words], abs=0.04)
    assert together.end_s == alone.end_s


def test_a_cut_utterance_is_cut_for_both_ears(recogniser: Recogniser) -> None:
    story = joined(silence(0.3), recording("story"))[: 8 * SAMPLE_RATE_HZ]
    hissing = story + noise(8, -40)
    recogniser.feed(pcm(0.5 * hissing), pcm(hissing))
    first = recogniser.finish(hold_back_s=4.0)
    assert 4.0 <= first.end_s < 8.0
    assert first.words[-1].start_s < first.end_s


# --- the listener gives both ----------------------------------------------------------------------


class Keeping:
    """A recogniser that keeps what it is given."""

    def __init__(self) -> None:
        self.lowered, self.untouched = b"", b""

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        self.lowered += pcm
        self.untouched += untouched

    def partial(self) -> str:
        return ""

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        return Transcript("")

    def reset(self) -> None:
        pass


def given(sound: Sound) -> tuple[Sound, Sound]:
    """With noise lowered, and as it came."""
    keeping = Keeping()
    listener = Listener(keeping, Activity(), patience_s=30)
    for chunk in chunks(sound):
        listener.feed(chunk)
    listener.flush()
    lowered, untouched = (np.frombuffer(kept, "<i2") / 32768 for kept in (keeping.lowered, keeping.untouched))
    return lowered, untouched


def test_without_noise_both_sounds_are_the_same_one_a_little_later() -> None:
    lowered, untouched = given(joined(silence(0.7), recording("question"), silence(0.7)))
    assert len(lowered) == len(untouched)
    assert np.abs(lowered[DELAY_SAMPLES:] - untouched[:-DELAY_SAMPLES]).max() < 0.01
    assert np.abs(untouched).max() > 0.1


def test_in_noise_one_is_lowered_and_the_other_is_what_the_microphone_gave() -> None:
    speech = joined(silence(0.7), recording("question"), silence(0.7))
    heard = speech + noise(len(speech) / SAMPLE_RATE_HZ, -30)
    lowered, untouched = given(heard)
    difference = lowered[DELAY_SAMPLES:] - untouched[:-DELAY_SAMPLES]
    assert np.mean(difference**2) > 0.004 * np.mean(untouched**2)
    first = untouched[4096:5120]
    places = [place for place in range(0, len(heard) - 1024) if abs(heard[place] - first[0]) < 1e-4]
    assert any(np.abs(heard[place : place + 1024] - first).max() < 1e-4 for place in places)
