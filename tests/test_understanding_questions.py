"""What sounds like an answer and is none: agreeing to be asked, and asking."""

from __future__ import annotations

import pytest

from voice_assistant.guide import default_folder, load_guide
from voice_assistant.types import Slots
from voice_assistant.understanding.concepts import ConceptFinder
from voice_assistant.understanding.slots import find_slots


@pytest.fixture(scope="module")
def finder() -> ConceptFinder:
    return ConceptFinder(load_guide(default_folder()).concepts)


def slots(finder: ConceptFinder, said: str) -> Slots:
    return find_slots(said, finder.find(said))


@pytest.mark.parametrize(
    "said", ["okay", "yes please", "okay then go ahead", "sure", "yeah carry on", "right", "let's do it"]
)
def test_agreeing_to_be_asked_is_marked(finder: ConceptFinder, said: str) -> None:
    assert "assent" in slots(finder, said).also


@pytest.mark.parametrize(
    "said", ["yes", "yes it is", "that's right", "okay no", "right behind the knee", "fine no problems"]
)
def test_whoever_says_more_is_not_only_agreeing(finder: ConceptFinder, said: str) -> None:
    assert "assent" not in slots(finder, said).also


@pytest.mark.parametrize(
    "said",
    [
        "does that matter",
        "should there be",
        "what can i do to stop it",
        "will it come back",
        "since when",
        "is it",
        "did you",
    ],
)
def test_words_that_begin_as_a_question_are_one(finder: ConceptFinder, said: str) -> None:
    assert "question" in slots(finder, said).also


@pytest.mark.parametrize(
    "said", ["could be", "when i bend it yes", "how about yes", "why not", "it is", "i wonder is it"]
)
def test_an_answer_is_no_question(finder: ConceptFinder, said: str) -> None:
    assert "question" not in slots(finder, said).also


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("i can't see it", "unknown"),
        ("who knows", "unknown"),
        ("i haven't got a thermometer", "unknown"),
        ("can't say i have", None),
        ("make it shorter by two minutes", "reduce"),
        ("let me talk to a human", "person"),
        ("find me a hotel with a pool", None),
        ("i'm so scared", "distress"),
        ("i'm scared of flying", None),
        ("you didn't answer my question", "complaint"),
        ("do i have a meniscus tear", "diagnose"),
        ("do i have a choice", None),
        ("why do you ask that", "why"),
        ("i'm not ready", "pause"),
    ],
)
def test_what_is_wanted(finder: ConceptFinder, said: str, action: str | None) -> None:
    assert slots(finder, said).action == action
