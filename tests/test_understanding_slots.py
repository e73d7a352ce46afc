"""Details of commands: how long, and which one."""

from __future__ import annotations

import pytest

from voice_assistant.understanding.amounts import duration_s, minutes_alone, minutes_set_to, rate_wpm
from voice_assistant.understanding.slots import is_place_alone, spelled_words


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("set it for fifteen minutes", 15),
        ("start a twenty minute timer", 20),
        ("a minute please", 1),
        ("a couple of minutes", 2),
        ("twenty five minutes", 25),
        ("25 minutes", 25),
        ("half an hour", 30),
        ("a quarter of an hour", 15),
        ("three quarters of an hour", 45),
        ("an hour and a half", 90),
        ("two and a half minutes", 2.5),
        ("one hour and ten minutes", 70),
        ("ninety seconds", 1.5),
        ("a hundred and twenty minutes", 120),
        ("one hundred twenty minutes", 120),
        ("two hundred seconds", 200 / 60),
        ("1000 minutes", 1000),
        ("1 point 5 minutes", 1.5),
        ("two point five hours", 150),
        ("ten more minutes", 10),
        ("another minute", 1),
        ("another ten minutes", 10),
        ("half an hour more", 30),
        ("an hour and a quarter", 75),
        ("a second timer for five minutes", 5),
        ("give me a second then five minutes", 5),
        ("wait a minute set a timer for ten minutes", 10),
        ("ten minutes no twenty minutes", 20),
        ("fifteen minutes not fifty minutes", 15),
    ],
)
def test_a_duration_is_heard_in_many_forms(said: str, minutes: float) -> None:
    assert duration_s(said) == minutes * 60


@pytest.mark.parametrize(
    "said", ["for a while", "the second one", "minutes", "my mother is ninety", "a second timer", ""]
)
def test_what_is_no_duration_is_none(said: str) -> None:
    assert duration_s(said) is None


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("a hundred", 100), ("um one hundred and twenty please", 120), ("two point five", 2.5), ("ten and a half", 10.5)],
)
def test_a_number_alone_is_minutes(said: str, minutes: float) -> None:
    assert minutes_alone(said) == minutes * 60


@pytest.mark.parametrize("said", ["a", "a few", "three days", "ten of them", ""])
def test_what_is_no_number_alone_is_none(said: str) -> None:
    assert minutes_alone(said) is None


@pytest.mark.parametrize(
    "said", ["the first one", "step nine", "go to the third step please", "number two", "option 4"]
)
def test_a_place_alone_is_heard(said: str) -> None:
    assert is_place_alone(said)


@pytest.mark.parametrize("said", ["the first time i ran", "the last one", "that one", "start from the first one again"])
def test_what_may_be_more_than_a_place_is_not(said: str) -> None:
    assert not is_place_alone(said)


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("two hundred words a minute", 200),
        ("a hundred and fifty words per minute please", 150),
        ("speak at 180 words per minute", 180),
        ("one fifty words a minute", 150),
        ("two twenty words per minute", 220),
        ("two hundred and five words a minute", 205),
        ("ninety words a minute", 90),
        ("a thousand words a minute", 1000),
    ],
)
def test_a_speed_is_heard_by_its_number(said: str, rate: int) -> None:
    assert rate_wpm(said) == rate


@pytest.mark.parametrize(
    "said", ["how many words a minute", "twenty minutes", "say two words", "in a hundred words", "a minute", ""]
)
def test_what_is_no_speed_is_none(said: str) -> None:
    assert rate_wpm(said) is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("spell thrombosis", ("thrombosis",)),
        ("how do you spell deep vein thrombosis", ("deep", "vein", "thrombosis")),
        ("could you spell the word meniscus for me please", ("meniscus",)),
        ("how is cartilage spelled", ("cartilage",)),
        ("spell that", ()),
        ("can you spell the name of it slowly", ()),
        ("how is that spelt", ()),
        ("spell thrombosis my calf is swollen", ()),
        ("i feel a dizzy spell", ()),
    ],
)
def test_words_to_be_spelled_are_heard_when_nothing_else_is_said(said: str, words: tuple[str, ...]) -> None:
    assert spelled_words(said) == words


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("set a timer for ten", 10), ("make it fifteen please", 15), ("reset the timer to a hundred and twenty", 120)],
)
def test_a_command_that_ends_with_a_number_means_minutes(said: str, minutes: float) -> None:
    assert minutes_set_to(said) == minutes * 60


@pytest.mark.parametrize("said", ["two timers one for ten and one for twenty", "wait for a few", "ten for the timer"])
def test_a_command_that_ends_otherwise_names_no_minutes(said: str) -> None:
    assert minutes_set_to(said) is None
