"""What sets off a warning and what does not, by the rules alone: tests/data/warning_signs.txt and harmless.txt."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_assistant.guide import default_folder, load_guide
from voice_assistant.types import Guide, RedFlag
from voice_assistant.understanding.concepts import ConceptFinder, Findings
from voice_assistant.understanding.red_flags import red_flag
from voice_assistant.understanding.repair import TermRepair
from voice_assistant.understanding.text import normalise

DATA = Path(__file__).parent / "data"


def lines(name: str) -> list[str]:
    """The utterances of a file, without headings and empty lines."""
    written = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in written if line and not line.startswith("#")]


class Rules:
    """The rules of the real guide."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._finder, self._repair = ConceptFinder(guide.concepts), TermRepair(guide.terms)

    def read(self, said: str) -> Findings:
        return self._finder.find(self._repair.repair(normalise(said)))

    def flag(self, said: str) -> RedFlag | None:
        return red_flag(self.read(said), self._guide.rules)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(load_guide(default_folder()))


@pytest.mark.parametrize("said", lines("warning_signs.txt"))
def test_a_warning_sign_sets_off_a_rule(rules: Rules, said: str) -> None:
    assert rules.flag(said) is not None


@pytest.mark.parametrize("said", lines("harmless.txt"))
def test_what_only_sounds_like_a_warning_sign_sets_off_none(rules: Rules, said: str) -> None:
    assert rules.flag(said) is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("my knee was swollen years ago it only clicks now", None),
        ("as a lad i smashed the knee and couldn't stand for weeks but it only clicks these days", None),
        ("as a lad i smashed the knee and now it can't bear any weight", "cannot_bear_weight"),
        ("back in my football days the calf blew up like a balloon", None),
        ("a clot was found in nineteen ninety and never came back", None),
        ("a clot was found in nineteen ninety and the same leg hurts again", "blood_clot"),
        ("my calf is swollen since a fall two years ago", "swollen_knee_or_leg"),
        ("i have chest pain after my caesarean", "chest_pain"),
        ("chest pain when i had my baby on friday", "chest_pain"),
        ("short of breath after an operation on the knee last month", "breathing_trouble"),
        ("my leg is swollen after a long flight last month", "swollen_knee_or_leg"),
        ("my leg went numb after the epidural", "cold_pale_or_numb_leg"),
        ("years ago i tore it now my calf swollen and hot", "swelling_and_warmth"),
        ("years ago i tore it my calf swollen and hot", "swelling_and_warmth"),
        ("my eye is swollen and it hurts", None),
        ("my leg is swollen and my eye hurts too", "swelling_with_pain"),
        ("my hand says the back of my knee is hot", "warmth"),
        ("behind the knee it is puffy but it does not hurt", None),
        ("it does not hurt a lot but the knee is hugely swollen", "severe_swelling"),
        ("fever is that okay with a bad knee", "fever"),
        ("i am not able to put weight on my leg", "cannot_bear_weight"),
    ],
)
def test_denial_place_and_degree_are_respected(rules: Rules, said: str, rule: str | None) -> None:
    flag = rules.flag(said)
    assert (flag and flag.rule) == rule


@pytest.mark.parametrize(
    ("heard", "level"),
    [
        ("i can't wait bear on this leg", "emergency"),
        ("short of bread and my calf is sore", "emergency"),
        ("i have been coffin up blood", "emergency"),
        ("the knee is disc located", "emergency"),
        ("my calf is read and hot", "urgent"),
        ("a blood cloth in my leg", "urgent"),
    ],
)
def test_a_warning_sign_counts_as_a_recogniser_garbles_it(rules: Rules, heard: str, level: str) -> None:
    flag = rules.flag(heard)
    assert flag is not None
    assert flag.level == level


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("somebody ring for an ambulance", "emergency"),
        ("dial nine one one for me", "emergency"),
        ("this is a medical emergency", "emergency"),
        ("emergency", "emergency"),
        ("paramedics please", "emergency"),
        ("send help quickly", "emergency"),
        ("do i need an ambulance", "emergency"),
        ("my wife fell and when she stands it buckles get us an ambulance", "emergency"),
        ("at what point should i ring an ambulance", "urgent"),
        ("is it an emergency if it aches", "urgent"),
        ("what counts as an emergency", "urgent"),
        ("shall we drive to the emergency department", "urgent"),
        ("i don't need an ambulance", None),
        ("that isn't an emergency", None),
        ("an ambulance drove past", None),
        ("emergency biscuits", None),
    ],
)
def test_a_call_for_help_is_an_emergency_and_a_question_about_it_urgent(
    rules: Rules, said: str, level: str | None
) -> None:
    flag = rules.flag(said)
    assert (flag and flag.level) == level


def test_everyday_words_are_not_turned_into_rare_ones(rules: Rules) -> None:
    assert "blacked out" in rules.read("i blacked out").text
    assert "inflammation" in rules.read("there is inflammation").text
