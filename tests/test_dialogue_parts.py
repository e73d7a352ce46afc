"""The parts of the dialogue: numbers and durations as words, the assistant's own lines, how the check weighs signs."""

from __future__ import annotations

import dataclasses
from itertools import combinations, product

import pytest

from tests.dialogue_script import assert_well_said, understood
from voice_assistant.dialogue import Dialogue, DialogueSettings
from voice_assistant.dialogue.check_result import connections
from voice_assistant.dialogue.numbers import spoken_number
from voice_assistant.dialogue.timer import spoken_duration, spoken_rest
from voice_assistant.dialogue.walk import ROUTES
from voice_assistant.guide import default_folder, load_guide, load_headings
from voice_assistant.types import Guide, GuideError, Match, Sentence, Slots


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(default_folder())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (1, "one"),
        (13, "thirteen"),
        (20, "twenty"),
        (45, "forty-five"),
        (100, "one hundred"),
        (115, "one hundred and fifteen"),
        (999, "nine hundred and ninety-nine"),
    ],
)
def test_numbers_are_spoken_as_words(number: int, words: str) -> None:
    assert spoken_number(number) == words


def test_every_number_has_its_own_words() -> None:
    assert len({spoken_number(number) for number in range(1000)}) == 1000


@pytest.mark.parametrize("number", [-1, 1000])
def test_other_numbers_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 999"):
        spoken_number(number)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "one second"),
        (10, "ten seconds"),
        (59.2, "one minute"),
        (60, "one minute"),
        (90, "one minute and thirty seconds"),
        (599, "nine minutes and fifty-nine seconds"),
        (630, "ten minutes and thirty seconds"),
        (900, "fifteen minutes"),
        (3600, "one hour"),
        (5400, "one hour and thirty minutes"),
        (10800, "three hours"),
    ],
)
def test_durations_are_spoken_as_words(seconds: float, words: str, guide: Guide) -> None:
    assert spoken_duration(guide, seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "one second"),
        (599, "nine minutes and fifty-nine seconds"),
        (601, "eleven minutes"),
        (900, "fifteen minutes"),
    ],
)
def test_a_long_rest_is_spoken_in_minutes(seconds: float, words: str, guide: Guide) -> None:
    assert spoken_rest(guide, seconds) == words


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({"thanks": ()}, "the occasion `thanks` has no line"),
        ({"sing": (Sentence("La la.", "assistant"),)}, "nothing says `sing`"),
        ({"thanks": (Sentence("Thank you, {visitor}.", "assistant"),)}, "nothing fills `{visitor}` in `thanks`"),
    ],
)
def test_a_broken_line_is_refused_at_the_start(
    lines: dict[str, tuple[Sentence, ...]], message: str, guide: Guide
) -> None:
    broken = dataclasses.replace(guide, lines={**guide.lines, **lines})
    with pytest.raises(GuideError, match=message):
        Dialogue(broken)


def test_every_occasion_that_can_wear_on_the_ear_has_variants(guide: Guide) -> None:
    for occasion in ("not_heard_1", "out_of_scope_1", "not_in_guide_1", "connects", "thanks", "what_now", "more_hint"):
        assert len({sentence.text for sentence in guide.lines[occasion]}) >= 2, occasion


def test_the_steps_are_those_of_the_guide_in_its_order(guide: Guide) -> None:
    for route, steps in ROUTES.items():
        inside = [node for node in guide.nodes if node.startswith(f"{route}.") and node != f"{route}.overview"]
        assert list(steps) == inside


def test_a_dialogue_remembers_nothing(guide: Guide) -> None:
    dialogue = Dialogue(guide)
    state, _ = dialogue.begin(0.0)
    dialogue.respond(state, understood(guide, "cause.arthritis !chest_pain"), 1.0)
    assert dialogue.begin(0.0) == (state, dialogue.begin(0.0)[1])
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.topic = "cause.arthritis"  # type: ignore[misc]


def test_the_cause_with_most_signs_comes_first_and_denied_signs_count_against(guide: Guide) -> None:
    found = connections(guide, {"popping": True, "reduced_motion": True, "lump": False})
    assert [connection.node_id for connection in found] == [
        "cause.meniscus_tear",
        "cause.ligament_injury",
        "cause.bakers_cyst",
    ]
    assert found[0].signs == ("popping", "reduced_motion")


def test_a_clot_is_never_left_out(guide: Guide) -> None:
    known = {"warmth": True, "popping": True, "stiffness": True, "reduced_motion": True, "squatting_difficulty": True}
    assert connections(guide, known)[0].node_id == "cause.deep_vein_thrombosis"


def test_without_evidence_nothing_is_connected(guide: Guide) -> None:
    assert connections(guide, {"popping": False, "pain": True}) == ()


def test_the_end_of_the_check_is_well_said_for_every_combination_of_signs(guide: Guide) -> None:
    headings = load_headings(default_folder())
    dialogue = Dialogue(guide)
    urgent = {question.sign for question in guide.questions if question.urgent}
    calm = sorted({evidence.sign for evidence in guide.evidence} - urgent - {"clot_worry"})
    for signs in (combination for size in (0, 1, 2, 3) for combination in combinations(calm, size)):
        state, _ = dialogue.begin(0.0)
        words = " ".join(f"+{sign}" for sign in signs)
        state, response = dialogue.respond(state, understood(guide, f"check.start {words}"), 1.0)
        while response.expects == "yes_no":
            state, response = dialogue.respond(state, understood(guide, "no"), 1.0)
        assert_well_said(guide, headings, response)
        assert "See a doctor if the pain persists" in response.text or response.urgent, response
        found = connections(guide, dict(state.signs))
        assert bool(found) == bool(signs), response
        assert all(guide.nodes[cause.node_id].name in response.text for cause in found[:1]), response


@pytest.mark.parametrize(
    ("wanted", "rate", "says"),
    [
        (200, 200, "Two hundred words a minute now."),
        (155, 155, "One hundred and fifty-five words a minute now."),
        (400, 300, "I speak no faster than three hundred words a minute."),
        (60, 120, "I speak no slower than one hundred and twenty words a minute."),
    ],
)
def test_a_speed_named_by_its_number_is_taken_or_the_nearest_limit(
    guide: Guide, wanted: int, rate: int, says: str
) -> None:
    dialogue = Dialogue(guide)
    state, _ = dialogue.begin(0.0)
    named = Match("control.faster", None, 1.0, slots=Slots(rate_wpm=wanted))
    state, response = dialogue.respond(state, named, 0.0)
    assert state.rate_wpm == rate
    assert response.text.startswith(says)
    assert response.actions == ("rate",)


def test_limits_of_rate_and_volume_are_the_settings(guide: Guide) -> None:
    settings = DialogueSettings(rate_max_wpm=180, volume_min=0.5, volume_max=0.85)
    dialogue = Dialogue(guide, settings=settings)
    state, _ = dialogue.begin(0.0)
    for command, _ in product(("faster", "louder"), range(5)):
        state, _ = dialogue.respond(state, understood(guide, command), 0.0)
    assert (state.rate_wpm, state.volume) == (180, 0.85)
    for _ in range(9):
        state, _ = dialogue.respond(state, understood(guide, "quieter"), 0.0)
    assert state.volume == 0.5
