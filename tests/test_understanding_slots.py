"""Details of commands: how long, and which one."""

from __future__ import annotations

import pytest

from voice_assistant.understanding.slots import duration_s, rate_wpm


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
    ],
)
def test_a_duration_is_heard_in_many_forms(said: str, minutes: float) -> None:
    assert duration_s(said) == minutes * 60


@pytest.mark.parametrize("said", ["for a while", "the second one", "minutes", "my mother is ninety", ""])
def test_what_is_no_duration_is_none(said: str) -> None:
    assert duration_s(said) is None


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
