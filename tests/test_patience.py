"""How long the silence has to be before an utterance counts as finished."""

from __future__ import annotations

import pytest

from voice_assistant import Assistant
from voice_assistant.patience import COMMAND_S, FEW_S, KNOWN_S, LADDER, REFUSED_S, SHORTEST_S, TRAILING_S, UNSURE_S
from voice_assistant.types import Transcript


def waits_s(assistant: Assistant, said: str, *before: str) -> float:
    """After these words, in a conversation in which `before` was said."""
    conversation = assistant.new_conversation()
    for text in before:
        conversation.hear(Transcript.typed(text))
    understood, _response = conversation.foresee(said, 0.0)
    return conversation.patience_s(said, understood)


@pytest.mark.parametrize("said", ["stop", "say that again", "slower please"])
def test_a_command_is_obeyed_at_once(assistant: Assistant, said: str) -> None:
    assert waits_s(assistant, said) <= COMMAND_S


def test_an_answer_that_was_asked_for_is_taken_at_once(assistant: Assistant) -> None:
    assert waits_s(assistant, "no", "please ask me some questions about my knee") == SHORTEST_S


def test_a_whole_question_is_answered_sooner_than_a_half(assistant: Assistant) -> None:
    assert waits_s(assistant, "how is a baker's cyst treated") < LADDER[2][1]
    assert waits_s(assistant, "how is a baker's") >= LADDER[-1][1]


@pytest.mark.parametrize("said", ["it hurts behind the", "my knee swells up when"])
def test_who_stops_at_a_small_word_is_waited_for(assistant: Assistant, said: str) -> None:
    assert waits_s(assistant, said) == TRAILING_S


def test_a_small_word_that_often_ends_a_question_does_not_trail(assistant: Assistant) -> None:
    assert waits_s(assistant, "and how cold should it be") < TRAILING_S


def test_a_known_word_alone_is_not_waited_for_as_long_as_a_half_sentence(assistant: Assistant) -> None:
    assert FEW_S <= waits_s(assistant, "ice") <= KNOWN_S


@pytest.mark.parametrize("said", ["which test", "knee hurts"])
def test_a_few_words_may_be_the_beginning_of_more(assistant: Assistant, said: str) -> None:
    assert waits_s(assistant, said) >= FEW_S


def test_what_is_long_and_surely_about_something_else_is_refused_soon(assistant: Assistant) -> None:
    assert waits_s(assistant, "what will the weather be like tomorrow") < REFUSED_S


def test_before_any_words_nothing_is_decided(assistant: Assistant) -> None:
    assert waits_s(assistant, "") == UNSURE_S
