"""Every warning sign in every state of a conversation is answered urgently, at once and with nothing else."""

from __future__ import annotations

import pytest

from tests.dialogue_script import flag, understood
from voice_assistant.dialogue import Dialogue, DialogueSettings, DialogueState
from voice_assistant.guide import default_folder, load_guide
from voice_assistant.types import Guide, Match

CLOT = "cause.deep_vein_thrombosis"
SWELLING = "symptom.swelling"

STATES = {
    "just begun": [],
    "after an answer": ["cause.bakers_cyst"],
    "awaiting yes or no": ["police.overview"],
    "awaiting a choice": ["police.ice or=harm.heat"],
    "awaiting a duration": ["control.timer"],
    "in the middle of more": ["cause.meniscus_tear", "more"],
    "mid-check, first question": ["check.start"],
    "mid-check, last question": ["check.start", *["no"] * 7],
    "check finished": ["check.start", *["no"] * 8],
    "check left for a question": ["check.start", "no", "cause.leg_cramps"],
    "check ended urgently": ["check.start", "no", "yes"],
    "mid-walk-through": ["police.overview", "yes", "next"],
    "walk-through left for a question": ["harm.overview", "yes", "cause.leg_cramps"],
    "timer running": ["control.timer duration=600"],
    "timer ringing": ["control.timer duration=60", "wait 60"],
    "timer ringing mid-check": ["control.timer duration=60", "check.start", "wait 60"],
    "timer held": ["control.timer duration=600", "control.timer action=pause"],
    "paused": ["cause.arthritis", "stop action=pause"],
    "paused mid-check": ["check.start", "stop action=pause"],
    "stopped": ["cause.arthritis", "stop"],
    "after refusals": ["?not_heard", "?out_of_scope"],
    "after silence": ["check.start", "wait 9", "wait 9", "wait 9"],
    "urgent answer cut off": ["care.urgent !fever", "cut 0"],
    "urgent answer stopped": ["care.urgent !chest_pain", "cut 1", "stop"],
    "after goodbye": ["goodbye"],
    "after starting over": ["cause.arthritis", "start_over"],
}
BESIDES = [
    "care.urgent",
    "care.see_doctor",
    "check.start",
    "police.compression",
    "harm.massage",
    "relief.strengthening",
    "cause.gastrocnemius_tendonitis/treatment",
    "cause.bakers_cyst/description",
    "no",
    "yes",
    "stop",
    "stop action=pause",
    "goodbye",
    "control.timer duration=600",
    "fallback.out_of_scope",
    f"{SWELLING}",
    f"{CLOT}",
    f"{CLOT}/treatment",
    f"{CLOT}/prevention",
    f"{CLOT}/description",
]


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(default_folder())


def reach(dialogue: Dialogue, guide: Guide, steps: list[str]) -> tuple[DialogueState, float]:
    now_s = 0.0
    state, _ = dialogue.begin(now_s)
    for step in steps:
        word, _, amount = step.partition(" ")
        if word == "wait":
            now_s += float(amount)
            state, said = dialogue.tick(state, now_s)
            assert said is not None
        elif word == "cut":
            state = dialogue.interrupted(state, int(amount))
        else:
            state, _ = dialogue.respond(state, understood(guide, step), now_s)
    return state, now_s


def levels_before(guide: Guide, steps: list[str]) -> set[str]:
    """How urgent the warning signs were that were told on the way."""
    return {flag(guide, word[1:]).level for step in steps for word in step.split() if word.startswith("!")}


@pytest.mark.parametrize("ignore_out_of_scope", [False, True])
@pytest.mark.parametrize("name", STATES)
def test_every_warning_sign_wins_in_this_state(name: str, ignore_out_of_scope: bool, guide: Guide) -> None:
    dialogue = Dialogue(guide, settings=DialogueSettings(ignore_out_of_scope=ignore_out_of_scope))
    state, now_s = reach(dialogue, guide, STATES[name])
    urgent = guide.nodes["care.urgent"].answers
    advice = {
        sentence
        for node_id in ("care.urgent", CLOT, SWELLING)
        for answer in guide.nodes[node_id].answers.values()
        for sentence in answer.first
    }
    for rule in guide.rules:
        for besides in BESIDES:
            heard = understood(guide, f"{besides} !{rule.name}")
            after, response = dialogue.respond(state, heard, now_s + 3)
            where = f"{name}, {rule.name}, {besides}: {response}"
            assert response.urgent, where
            assert set(response.sentences) <= advice, where
            assert response.node_id == (heard.node_id if heard.node_id in (CLOT, SWELLING) else "care.urgent"), where
            own_answer = response.node_id == CLOT and rule.name == "blood_clot"
            if rule.level == "emergency":
                assert response.sentences[: len(urgent["emergency"].first)] == urgent["emergency"].first, where
            elif response.node_id != CLOT:
                assert response.sentences[: len(urgent["summary"].first)] == urgent["summary"].first, where
            elif not own_answer:
                assert response.sentences[:1] == urgent["short"].first, where
            assert "right away" in response.text or "emergency number now" in response.text, where
            assert after.urgent_told, where
            assert after.walk is None, where
            assert after.open_check is None, where
            _, next_answer = dialogue.respond(after, understood(guide, "police.compression"), now_s + 9)
            assert next_answer.urgent, where
            emergency = "emergency" in (rule.level, *levels_before(guide, STATES[name]))
            assert next_answer.sentences[0] == urgent["emergency" if emergency else "short"].first[0], where


@pytest.mark.parametrize("name", STATES)
def test_a_cut_off_warning_is_the_first_thing_said_next(name: str, guide: Guide) -> None:
    dialogue = Dialogue(guide)
    state, now_s = reach(dialogue, guide, STATES[name])
    for rule in guide.rules:
        warned, response = dialogue.respond(
            state, Match("care.urgent", None, 0.9, red_flag=flag(guide, rule.name)), now_s
        )
        emergency = "emergency" in (flag(guide, rule.name).level, *levels_before(guide, STATES[name]))
        line = guide.nodes["care.urgent"].answers["emergency" if emergency else "short"].first[0]
        for heard_sentences in range(len(response.sentences)):
            cut = dialogue.interrupted(warned, heard_sentences)
            quiet, silence = dialogue.respond(cut, understood(guide, "stop"), now_s + 1)
            assert not silence.sentences
            assert silence.actions == ("stop",)
            for heard in ("cause.leg_cramps", "?not_heard", "thanks", "louder", "control.timer duration=60", "help"):
                _, following = dialogue.respond(quiet, understood(guide, heard), now_s + 2)
                assert following.sentences[0] == line
                assert following.urgent
        _, following = dialogue.respond(
            dialogue.interrupted(warned, len(response.sentences)), understood(guide, "thanks"), now_s + 2
        )
        assert following.sentences[0] != line


@pytest.mark.parametrize("asked", range(8))
def test_yes_to_an_urgent_question_of_the_check_is_urgent(asked: int, guide: Guide) -> None:
    dialogue = Dialogue(guide)
    state, now_s = reach(dialogue, guide, ["check.start", *["no"] * asked])
    question = guide.questions[asked]
    for answer in ("yes", f"check.start +{question.sign}", f"?not_heard +{question.sign}"):
        _, response = dialogue.respond(state, understood(guide, answer), now_s)
        assert response.urgent == question.urgent, response
