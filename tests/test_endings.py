"""How likely what was said so far is all that is going to be said."""

from __future__ import annotations

import numpy as np
import pytest

from voice_assistant import Assistant
from voice_assistant.understanding import Endings
from voice_assistant.understanding.endings import learn_endings

PHRASES = ("what is a cyst", "what is a sprain", "my knee is swollen", "my knee hurts", "the knee is warm and swollen")


def test_where_known_phrases_end_is_likelier_an_end_than_where_they_go_on() -> None:
    endings = learn_endings(PHRASES)
    assert endings.likelihood(["my", "calf", "is", "swollen"]) > 2 * endings.likelihood(["my", "calf", "is"])


def test_the_same_phrases_teach_the_same() -> None:
    first, second = learn_endings(PHRASES), learn_endings(PHRASES)
    assert np.array_equal(first.weights, second.weights)
    assert first.bias == second.bias


@pytest.mark.parametrize("phrases", [(), ("stop", "yes", "no")])
def test_phrases_of_one_word_say_nothing_about_endings(phrases: tuple[str, ...]) -> None:
    assert learn_endings(phrases).likelihood(["no"]) == 0.5


def test_without_words_nothing_is_over() -> None:
    assert learn_endings(PHRASES).likelihood([]) == 0.0


@pytest.fixture
def endings(assistant: Assistant) -> Endings:
    return assistant._understanding.endings


@pytest.mark.parametrize(
    ("whole", "half"),
    [
        ("why does it throb in the hollow of my knee after supper", "why does it throb in the hollow of my"),
        ("it started after i went running on monday", "it started after i went"),
        ("tell me about arthritis", "tell me about"),
        ("can i walk with a torn meniscus", "can i walk with a torn"),
    ],
)
def test_the_guide_knows_a_whole_sentence_from_a_half(endings: Endings, whole: str, half: str) -> None:
    assert endings.likelihood(whole.split()) > 0.1 > 2 * endings.likelihood(half.split())
