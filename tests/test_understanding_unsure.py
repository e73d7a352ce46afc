"""Not knowing whether a sign is there: no sign where it would only be part of one, a sign where it would be grave."""

from __future__ import annotations

import pytest

from tests.test_understanding_warnings import Rules
from voice_assistant.guide import default_folder, load_guide
from voice_assistant.understanding.about import tells_no_more


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(load_guide(default_folder()))


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("i'm not sure if my knee is swollen but it hurts", "swelling_with_pain"),
        ("my calf aches and i can't tell if it's swollen", "swelling_with_pain"),
        ("i can't tell if it's swollen and hot", "swelling_and_warmth"),
        ("i don't know if i have a fever", "fever"),
        ("i don't know whether it's a clot", "blood_clot"),
        ("not sure if it's swollen but it has gone cold and white", "cold_pale_or_numb_leg"),
    ],
)
def test_not_knowing_about_what_would_be_grave_is_urgent(rules: Rules, said: str, rule: str) -> None:
    flag = rules.flag(said)
    assert flag is not None
    assert flag.rule == rule


def test_what_is_not_known_is_neither_told_nor_denied(rules: Rules) -> None:
    mentions = {mention.concept: mention for mention in rules.read("how do i know if it is swollen").mentions}
    assert mentions["swelling"].unsure
    assert not mentions["swelling"].denied
    assert not mentions["asks_meaning"].unsure


@pytest.mark.parametrize(
    ("said", "no_more"),
    [
        ("not sure if it's swollen", True),
        ("it's hard to say if it's swollen to be honest", True),
        ("not sure if it's swollen it's blue", False),
        ("i don't know if it's red it's black", False),
        ("it's gone hard not sure if it's swollen", False),
        ("i don't know if it is swollen or infected", False),
    ],
)
def test_what_is_told_beside_not_knowing_is_compared_with_known_signs(rules: Rules, said: str, no_more: bool) -> None:
    assert tells_no_more(rules.read(said)) == no_more
