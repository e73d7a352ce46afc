"""What denies a warning sign and what does not: every sign is told beside every remark, by the rules alone."""

from __future__ import annotations

import pytest

from tests.test_understanding_warnings import Rules
from voice_assistant.guide import default_folder, load_guide

SIGNS = (
    "my knee is swollen and it hurts",
    "the back of my knee is hot",
    "my son has a temperature",
    "she's got a fever",
    "my foot is numb",
    "my leg is cold and pale",
    "my chest hurts",
    "i'm short of breath",
    "i can't move my knee",
    "i can't put weight on my leg",
    "my kneecap is out of place",
    "i think it's a blood clot",
)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(load_guide(default_folder()))


@pytest.mark.parametrize(
    "before",
    [
        # that something is wrong
        "she doesn't look good",
        "it doesn't feel right",
        "no i don't feel well",
        "i'm not well",
        "i don't think this is normal",
        "it doesn't look too healthy",
        # a belief about something else
        "i don't think i can wait",
        "i don't think it's a sprain",
        "i don't think the tablets work",
        "i don't believe the doctor",
        "it doesn't feel like a cramp",
        # another denial
        "i have no money",
        "there was no accident",
        "no bruise",
        "my doctor is not here",
        "i'm not one to fuss",
        "i haven't got an appointment",
        "never mind",
        # another time
        "last year i broke it",
    ],
)
def test_a_remark_before_a_sign_does_not_deny_it(rules: Rules, before: str) -> None:
    assert [said for sign in SIGNS if rules.flag(said := f"{before} {sign}") is None] == []


@pytest.mark.parametrize(
    "behind",
    [
        # that it is not as it should be, and not gone
        "that's not normal",
        "it isn't fine",
        "not okay",
        "it hasn't gone away",
        "and it's gone worse",
        # a question
        "am i fine",
        "is that normal",
        "that is normal right",
        "will that clear up",
        # what else is well
        "okay",
        "otherwise i'm fine",
        "everything else is fine",
        "the other is normal",
        "my heart is fine",
        "i slept fine",
        "the scan was clear last year",
        "blood tests were negative",
        "it was fine an hour ago",
        # what was long ago
        "like last year",
        "years ago i had a clot",
        "when i was a kid i broke it",
        "last summer i tore it",
    ],
)
def test_a_remark_behind_a_sign_does_not_deny_it(rules: Rules, behind: str) -> None:
    assert [said for sign in SIGNS if rules.flag(said := f"{sign} {behind}") is None] == []


@pytest.mark.parametrize(
    "asked",
    [
        "is that one of the signs of arthritis",
        "what do people with this do",
        "what reduces swelling",
        "does ice help with swelling",
        "how do i get the swelling down",
        "why do knees swell",
        "is swelling normal",
        "what counts as a fever",
        "just curious",
    ],
)
def test_a_question_in_general_does_not_take_back_what_is_told(rules: Rules, asked: str) -> None:
    told = [f"{sign} {asked}" for sign in SIGNS] + [f"{asked} {sign}" for sign in SIGNS]
    assert [said for said in told if rules.flag(said) is None] == []


@pytest.mark.parametrize(
    "said",
    [
        "i don't think it is swollen",
        "i do not think my knee is swollen",
        "i don't really think it's hot",
        "i don't believe my leg is cold",
        "it doesn't look as if my knee is swollen",
        "it doesn't feel warm to me",
        "i wouldn't call it swollen",
        "nothing in my leg is numb",
        "the swelling in my knee is gone",
        "the numb feeling is gone now",
        "the fever is gone and i feel fine",
        "it was swollen but it's fine now",
        "i had a fever but that passed",
        "my calf was swollen when i was pregnant ten years ago",
        "it used to lock but the operation fixed that",
        "my breathing is fine",
        "i can breathe normally",
        "my temperature is normal",
    ],
)
def test_what_is_denied_believed_away_or_over_is_no_sign(rules: Rules, said: str) -> None:
    assert rules.flag(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "what counts as a fever",
        "define fever",
        "what is numbness",
        "what is a dislocation",
        "why do you ask about fever",
        "why do you want to know if my leg is cold",
        "what makes a knee lock",
        "would swelling mean that i did too much",
        "how can i keep my knee from swelling",
        "i bought a temperature sensor",
        "can you turn the heating down it's so warm",
        "is the pack too hot for my knee",
        "my leg is cold because i have ice on it",
        "i can't stand heights",
        "my knee sweats under the brace",
    ],
)
def test_a_word_asked_about_or_meant_otherwise_is_no_sign(rules: Rules, said: str) -> None:
    assert rules.flag(said) is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("what is a fever i have thirty nine", "told_warmth_or_fever"),
        ("why do you ask my leg is numb", "cold_pale_or_numb_leg"),
        ("my knee bulges and throbs", "big_word_with_painful_leg"),
        ("it is difficult to move my knee", "cannot_move_the_knee"),
        ("my knee wasn't swollen yesterday but it is today", "swollen_knee_or_leg"),
        ("since the fall i haven't managed a single step", "cannot_bear_weight"),
        ("the leg just folds since i twisted it", "hardly_stands_after_an_injury"),
        ("the kneecap points to the side", "deformed_knee"),
        ("the knee is like a ball and sore", "swelling_with_pain"),
        ("i can't breathe normally", "breathing_trouble"),
        ("my leg is cold as ice", "cold_pale_or_numb_leg"),
        ("what could cause swelling and pain behind my knee", "swelling_with_pain"),
        ("walking makes the knee lock", "cannot_move_the_knee"),
        # hard to bend is what the guide tells of a stiff knee
        ("it is hard to bend my knee", None),
    ],
)
def test_signs_in_words_that_were_missed(rules: Rules, said: str, rule: str | None) -> None:
    flag = rules.flag(said)
    assert (flag and flag.rule) == rule


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("it doesn't bend right back as the good one does", "it doesn't bend right back as the good one does"),
        ("is it good or no good to warm the knee", "is it good or no good to warm the knee"),
        ("it isn't swollen it simply doesn't bend right", "it it simply doesn't bend right"),
    ],
)
def test_only_what_could_be_there_is_taken_out_with_its_denial(rules: Rules, said: str, left: str) -> None:
    assert rules.read(said).affirmed_text == left
