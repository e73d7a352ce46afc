"""Whom the assistant listens to: what wakes it, what does not, and for how long it listens then."""

from __future__ import annotations

import pytest

from voice_assistant.attention import Attention
from voice_assistant.settings import Settings
from voice_assistant.types import Alternative, Transcript

WAKE = Attention("wake", Settings().wake_phrases, window_s=10.0)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("hey knee guide what is a baker's cyst", "what is a baker's cyst"),
        ("hello knee guide", ""),
        ("Hey Knee Guide, stop", "stop"),
        ("um hey knee guide my leg is numb", "my leg is numb"),
        ("hey need guide is ice good", "is ice good"),
    ],
    ids=["with a question", "alone", "as it is typed", "after a stray word", "misheard a little"],
)
def test_a_wake_phrase_wakes_and_is_taken_away(said: str, left: str) -> None:
    admission = WAKE.admit(said.replace(",", ""), 100.0)
    assert (admission.admitted, admission.woken, admission.text) == (True, True, left)


@pytest.mark.parametrize(
    "said",
    [
        "what is a baker's cyst",
        "so we said hey knee guide to it",
        "hey there how is your knee",
        "the guide is here",
        "hello",
        "",
    ],
)
def test_other_talk_does_not_wake_it(said: str) -> None:
    admission = WAKE.admit(said, 100.0)
    assert (admission.admitted, admission.woken) == (False, False)


def test_after_an_answer_follow_ups_need_no_wake_phrase_for_a_while() -> None:
    listening = WAKE.opened(100.0)
    assert listening.admit("and how is it treated", 109.9).admitted
    assert not listening.admit("and how is it treated", 110.1).admitted
    assert listening.opened(95.0) == listening, "an earlier moment does not shorten it"
    assert not listening.closed().admit("and how is it treated", 101.0).admitted


def test_with_a_key_a_wake_phrase_is_like_other_words() -> None:
    push = Attention("push", Settings().wake_phrases, window_s=10.0)
    assert not push.admit("hey knee guide stop", 100.0).admitted
    admission = push.opened(100.0).admit("hey knee guide stop", 101.0)
    assert (admission.admitted, admission.text) == (True, "hey knee guide stop")


def test_where_everybody_is_heard_the_words_stay_as_they_are() -> None:
    admission = Attention().admit("hey knee guide stop", 100.0)
    assert (admission.admitted, admission.woken, admission.text) == (True, False, "hey knee guide stop")


def test_the_wake_phrase_is_taken_out_of_every_guess() -> None:
    guesses = (
        Alternative("hey knee guide my leg is numb", 0.0),
        Alternative("hello knee guide my leg is thumb", -1.0),
        Alternative("the night my leg is dumb", -2.0),
    )
    heard = Transcript(guesses[0].text, guesses)
    left = WAKE.without_wake_phrase(heard, WAKE.admit(heard.text, 100.0))
    assert left.text == "my leg is numb"
    assert [guess.text for guess in left.alternatives] == ["my leg is numb", "my leg is thumb", "my leg is numb"]
    assert [guess.score for guess in left.alternatives] == [0.0, -1.0, -2.0]
