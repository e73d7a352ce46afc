"""Two questions in one breath: where they part, and what both of them mean."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from voice_assistant import Assistant
from voice_assistant.guide import default_folder, load_guide
from voice_assistant.types import Candidate, Listening, Match, NoMatch, Slots, Transcript, Understood
from voice_assistant.understanding.interpreter import Interpreter
from voice_assistant.understanding.two_asked import both, halves

ICE = Match("police.ice", None, 0.9)
HEAT = Match("harm.heat", None, 0.8)
TIMER = Match("control.timer", None, 1.0)
TIMED = Slots(duration_s=600.0, also=("timer",))


@pytest.fixture(scope="module")
def listening() -> Listening:
    return load_guide(default_folder()).listening


@pytest.mark.parametrize(
    ("said", "first", "second"),
    [
        ("what is arthritis and how do i treat a cyst", "what is arthritis", "how do i treat a cyst"),
        ("tell me about ice and then tell me about heat", "tell me about ice", "tell me about heat"),
        ("what is ice and set a timer for me", "what is ice", "set a timer for me"),
        ("set a timer for me and can you explain harm", "set a timer for me", "can you explain harm"),
    ],
)
def test_two_questions_part_where_the_second_begins(listening: Listening, said: str, first: str, second: str) -> None:
    assert halves(said, listening) == (first, second)


@pytest.mark.parametrize(
    "said",
    [
        "what is the difference between ice and heat",
        "it hurts at the back and at the side",
        "what is osteoarthritis",
        "my knee clicks and my calf is tight",
        "and what is it",
    ],
)
def test_one_question_has_no_halves(listening: Listening, said: str) -> None:
    assert halves(said, listening) is None


def test_the_first_is_meant_and_the_second_is_beside_it() -> None:
    assert both(NoMatch("not_heard", 0.2), ICE, HEAT, Slots()) == Match(
        "police.ice", None, 0.9, beside=Candidate("harm.heat", None, 0.8)
    )


@pytest.mark.parametrize(("first", "second"), [(TIMER, ICE), (ICE, TIMER)])
def test_with_a_timer_the_question_is_meant(first: Match, second: Match) -> None:
    assert both(TIMER, first, second, TIMED) == ICE
    assert both(TIMER, first, second, Slots()) == TIMER


@pytest.mark.parametrize(
    "second",
    [
        ICE,
        NoMatch("not_in_guide", 0.9),
        Match("harm.heat", None, 0.3),
        Match("control.more", None, 0.9),
        Match("cause.arthritis", "description", 0.9),
    ],
)
def test_what_is_no_second_topic_leaves_the_whole(second: Understood) -> None:
    whole = Match("police.overview", None, 0.7)
    assert both(whole, ICE, second, Slots()) == whole


def test_a_question_after_question_without_end_is_parted_once(assistant: Assistant) -> None:
    """Each part is read by itself: parted again and again, ten words more took a second more."""
    said = "what is arthritis and " * 30 + "what is ice"
    with patch.object(Interpreter, "_read", autospec=True, side_effect=Interpreter._read) as read:
        assistant.new_conversation().hear(Transcript.typed(said))
    assert read.call_count <= 4


def test_a_warning_sign_in_either_half_is_all_that_is_heard(assistant: Assistant) -> None:
    said = "what is a baker's cyst and what do i do my calf is hot and swollen"
    understood = assistant.new_conversation().hear(Transcript.typed(said)).understood
    assert isinstance(understood, Match)
    assert understood.red_flag
    assert understood.beside is None
