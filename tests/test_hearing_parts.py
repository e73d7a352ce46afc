"""The parts of hearing that need no model: activity, guesses, respelling, confidence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_assistant.hearing import Activity, Calibration, Features, Voice, confidence, features, fit
from voice_assistant.hearing.activity import FRAME_BYTES, FRAME_S
from voice_assistant.hearing.guesses import (
    Guess,
    cut_point_s,
    keep_until,
    merge_same,
    read_guesses,
    respell,
    weighed_words,
)
from voice_assistant.hearing.respelling import Respelling
from voice_assistant.types import Alternative, Word

LOUD = b"\0\x10" * (FRAME_BYTES // 2)
QUIET = b"\x01\0" * (FRAME_BYTES // 2)


# --- activity -------------------------------------------------------------------------------------


def follow(probabilities: Iterable[float], activity: Activity | None = None) -> list[Voice]:
    left = iter([0.0] * 8 + list(probabilities))
    activity = activity or Activity(start=0.5, stop=0.35, shortest_s=4 * FRAME_S, detector=lambda _: next(left))
    return [activity.feed(LOUD) for _ in range(len(list(probabilities)))]


def speaking(probabilities: list[float]) -> str:
    return "".join("x" if voice.speaking else "." for voice in follow(probabilities))


def test_a_voice_is_believed_after_some_frames() -> None:
    assert speaking([0.9] * 6) == "...xxx"


def test_a_burst_is_no_voice() -> None:
    assert speaking([0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.1]) == ".........."


def test_a_voice_that_falters_at_first_is_believed_a_little_later() -> None:
    assert speaking([0.9, 0.9, 0.1, 0.9, 0.9, 0.9]) == ".....x"


def test_what_may_be_a_voice_does_not_speak_against_one() -> None:
    assert speaking([0.9, 0.9, 0.4, 0.4, 0.9, 0.9]) == ".....x"
    assert speaking([0.9, 0.9, 0.9] + [0.4] * 20) == "." * 23


def test_a_voice_need_not_stay_as_clear_as_it_began() -> None:
    assert speaking([0.4] * 5) == "....."
    assert speaking([0.9] * 4 + [0.4] * 20) == "..." + "x" * 21


def test_silence_is_counted_from_the_last_voiced_frame() -> None:
    voices = follow([0.9] * 4 + [0.1] * 3 + [0.9] + [0.1] * 2)
    assert [round(voice.silence_s / FRAME_S) for voice in voices[3:]] == [0, 1, 2, 3, 0, 1, 2]


def test_silence_goes_on_through_a_click() -> None:
    voices = follow([0.9] * 4 + [0.1] * 10 + [0.9] + [0.1] * 5)
    assert round(voices[-1].silence_s / FRAME_S) == 16


def test_the_stretch_of_voice_tells_where_it_began() -> None:
    voices = follow([0.1] * 3 + [0.9] * 5)
    assert [round(voice.voiced_s / FRAME_S) for voice in voices] == [0, 0, 0, 1, 2, 3, 4, 5]


def test_once_released_a_voice_must_prove_itself_anew() -> None:
    activity = Activity(shortest_s=4 * FRAME_S, detector=lambda _: 0.9)
    assert [activity.feed(LOUD).speaking for _ in range(4)][-1]
    activity.release()
    assert [activity.feed(LOUD).speaking for _ in range(4)] == [False, False, False, True]


def test_quiet_frames_do_not_cost_a_detection_but_the_last_are_shown_before_a_sound() -> None:
    seen: list[bytes] = []

    def detector(frame: bytes) -> float:
        seen.append(frame)
        return 0.0

    activity = Activity(detector=detector)
    for _ in range(100):
        activity.feed(QUIET)
    assert seen == []
    activity.feed(LOUD)
    assert seen == [QUIET] * 8 + [LOUD]


@pytest.mark.parametrize(("start", "stop"), [(0.3, 0.5), (1.0, 0.5), (0.5, 0.0)])
def test_thresholds_must_make_sense(start: float, stop: float) -> None:
    with pytest.raises(ValueError, match="thresholds"):
        Activity(start=start, stop=stop, detector=lambda _: 0.0)


# --- guesses --------------------------------------------------------------------------------------


def words(text: str, start_s: float = 0.0, length_s: float = 0.3, pause_s: float = 0.0) -> tuple[Word, ...]:
    times = [start_s + place * (length_s + pause_s) for place in range(len(text.split()))]
    return tuple(Word(word, 0.0, time, time + length_s) for word, time in zip(text.split(), times, strict=True))


def test_an_answer_is_read_with_times_of_the_utterance() -> None:
    word = {"word": "knee", "start": 10.51, "end": 10.9}
    answer = json.dumps({"alternatives": [{"confidence": 200.5, "result": [word], "text": " knee"}]})
    assert read_guesses(answer, 10.0) == (Guess((Word("knee", 0.0, 0.51, 0.9),), 200.5),)


def test_a_term_that_is_spelled_as_a_run_is_one_word_as_long_as_the_run() -> None:
    pieces = [("the", 0.0, 0.2), ("gastroc", 0.2, 0.4), ("", 0.4, 0.6), ("", 0.6, 0.9), ("hurts", 0.9, 1.2)]
    result = [{"word": word, "start": start, "end": end} for word, start, end in pieces]
    answer = json.dumps({"alternatives": [{"confidence": 1.0, "result": result}]})
    (guess,) = read_guesses(answer, 0.0)
    assert guess.text == "the gastroc hurts"
    assert guess.words[1] == Word("gastroc", 0.0, 0.2, 0.9)
    assert guess.words[2].start_s == 0.9


@pytest.mark.parametrize("answer", ["", "{}", '{"text": "knee"}', '{"alternatives": [{"text": "knee"}]}', "[1]"])
def test_any_other_answer_is_an_error(answer: str) -> None:
    with pytest.raises(ValueError, match="alternatives"):
        read_guesses(answer, 0.0)


def test_sound_is_cut_in_the_widest_late_pause() -> None:
    early, late = words("a b", 0.0, 0.3, 0.9), words("c d e", 2.0)
    spoken = early + late[:1] + words("d e", 2.5)
    assert cut_point_s(spoken, 3.1, 1.6) == pytest.approx(2.4)


def test_sound_is_cut_at_its_end_when_nothing_was_said_there() -> None:
    assert cut_point_s(words("a b"), 10.0, 6.0) == 10.0
    assert cut_point_s((), 10.0, 6.0) == 10.0


def test_the_last_word_is_not_trusted_while_it_may_be_going_on() -> None:
    assert cut_point_s(words("a b c"), 0.95, 0.0) == pytest.approx(0.6)


def test_words_after_the_cut_are_left_out_of_every_guess_and_equal_guesses_merge() -> None:
    guesses = (Guess(words("a b c"), 2.0), Guess(words("a b d"), 1.0), Guess(words("x b c"), 0.5))
    kept = merge_same(keep_until(guesses, 0.6))
    assert [(guess.text, guess.score) for guess in kept] == [("a b", 2.0), ("x b", 0.5)]


def test_a_word_is_as_sure_as_the_guesses_that_have_it() -> None:
    guesses = (Guess(words("a b"), 0.0), Guess(words("a c"), math.log(0.5)), Guess(words("d b"), math.log(0.5)))
    assert [word.confidence for word in weighed_words(guesses)] == pytest.approx([0.75, 0.75])


def test_the_same_word_elsewhere_does_not_support_it() -> None:
    guesses = (Guess(words("a b"), 0.0), Guess(words("b a"), 0.0))
    assert [word.confidence for word in weighed_words(guesses)] == pytest.approx([0.5, 0.5])


# --- respelling -----------------------------------------------------------------------------------

TERMS = Respelling({"gastric niemi us": "gastrocnemius", "gastric": "stomach", "pop lit": "popliteal"})


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("my gastric niemi us hurts", "my gastrocnemius hurts"),
        ("gastric niemi", "stomach niemi"),
        ("gastric gastric niemi us", "stomach gastrocnemius"),
        ("pop lite pop lit", "pop lite popliteal"),
        ("agastric niemi us", "agastric niemi us"),
        ("", ""),
    ],
)
def test_runs_of_whole_words_become_terms_the_longest_first(heard: str, meant: str) -> None:
    assert TERMS.text(heard) == meant
    assert " ".join(word.text for word in TERMS.words(words(heard))) == meant


def test_a_term_lies_where_its_run_lay() -> None:
    (before, term) = TERMS.words(words("my gastric niemi us"))
    assert (before.end_s, term.start_s, term.end_s) == pytest.approx((0.3, 0.3, 1.2))


def test_guesses_that_spell_a_term_differently_agree_on_it() -> None:
    spellings = Respelling({"gastric niemi us": "gastrocnemius", "gas rock niemi us": "gastrocnemius"})
    guesses = (Guess(words("gastric niemi us", 0, 0.4), 0.0), Guess(words("gas rock niemi us", 0, 0.3), 0.0))
    (word,) = weighed_words(respell(guesses, spellings))
    assert word.confidence == pytest.approx(1.0)


def test_an_empty_spelling_is_refused() -> None:
    with pytest.raises(ValueError, match="popliteal"):
        Respelling({" ": "popliteal"})


# --- confidence -----------------------------------------------------------------------------------

shares = st.floats(0, 1)
any_features = st.builds(Features, shares, shares, shares, shares, shares, shares)


@given(any_features)
def test_confidence_is_a_probability(evidence: Features) -> None:
    assert 0 < confidence(evidence, Calibration()) < 1


def heard(*scores: float, sure: float = 1.0, text: str = "what is it") -> Features:
    alternatives = [Alternative(text if n == 0 else f"other {n}", score) for n, score in enumerate(scores)]
    return features(alternatives, [Word(word.text, sure, word.start_s, word.end_s) for word in words(text)])


def test_more_evidence_gives_more_confidence() -> None:
    steps = [heard(0.0, -0.1, sure=0.4), heard(0.0, -0.1, sure=0.9), heard(0.0, -4.0, sure=0.9), heard(0.0)]
    values = [confidence(step, Calibration()) for step in steps]
    assert values == sorted(values)
    assert values[0] < 0.75
    assert values[-1] > 0.9


def test_a_transcript_without_words_has_no_features() -> None:
    with pytest.raises(ValueError, match="without words"):
        features([], [])


def test_a_fit_means_what_it_says() -> None:
    random = np.random.default_rng(1)
    truth = Calibration(-3.0, 2.0, 1.0, 1.5, 2.0, -1.0, 0.5)
    samples = [Features(*random.uniform(size=6)) for _ in range(4000)]
    labelled = [(sample, bool(random.uniform() < confidence(sample, truth))) for sample in samples]
    fitted = fit(labelled)
    said = np.array([confidence(sample, fitted) for sample, _ in labelled])
    right = np.array([label for _, label in labelled])
    for low in (0.1, 0.3, 0.5, 0.7):
        chosen = (said >= low) & (said < low + 0.2)
        assert right[chosen].mean() == pytest.approx(said[chosen].mean(), abs=0.06)
    assert fitted.gap == pytest.approx(truth.gap, abs=0.5)


def test_a_fit_of_what_can_be_told_apart_stays_finite() -> None:
    good, bad = heard(0.0), heard(0.0, -0.1, sure=0.3)
    fitted = fit([(good, True)] * 5 + [(bad, False)] * 5)
    assert all(abs(weight) < 20 for weight in (fitted.bias, fitted.gap, fitted.weakest))
    assert confidence(good, fitted) > 0.7 > 0.3 > confidence(bad, fitted)


def test_a_fit_needs_right_and_wrong() -> None:
    with pytest.raises(ValueError, match="both right and wrong"):
        fit([(heard(0.0), True)])
    with pytest.raises(ValueError, match="both right and wrong"):
        fit([])
