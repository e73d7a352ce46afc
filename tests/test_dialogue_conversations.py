"""Conversations written down as data: what is understood, with time, and what must be answered.

Each file of tests/conversations/ holds conversations. A turn is one of

    hear    something was understood (written as dialogue_script.py tells), `after` seconds (5) after the turn before
    wait    seconds pass in which nobody speaks (or the voice does: `speaking`); `nothing` when nothing is to be said
    cut     the latest response was cut off after so many sentences

and what must hold of the response. A response is not urgent unless the turn says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogue_script import assert_said, assert_well_said, understood
from voice_assistant.dialogue import Dialogue, DialogueSettings, DialogueState
from voice_assistant.guide import default_folder, load_guide, load_headings
from voice_assistant.types import Guide, Response

CONVERSATIONS = [
    pytest.param(conversation, id=f"{path.stem}: {conversation['title']}")
    for path in sorted((Path(__file__).parent / "conversations").glob("*.yaml"))
    for conversation in yaml.safe_load(path.read_text(encoding="utf-8"))
]
KEYS = {
    *("hear", "wait", "cut", "after", "speaking", "settings"),
    *("nothing", "silent", "begins", "says", "not_says", "node", "facet", "urgent", "expects", "actions"),
    *("topic", "rate", "volume"),
}


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(default_folder())


@pytest.fixture(scope="module")
def headings() -> tuple[str, ...]:
    return load_headings(default_folder())


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_conversation(conversation: dict[str, Any], guide: Guide, headings: tuple[str, ...]) -> None:
    dialogue = Dialogue(guide, settings=DialogueSettings(**conversation.get("settings", {})))
    now_s = 100.0
    state, greeting = dialogue.begin(now_s)
    assert_well_said(guide, headings, greeting)
    for number, turn in enumerate(conversation["turns"], start=1):
        assert set(turn) <= KEYS, f"turn {number}: unknown {set(turn) - KEYS}"
        if "cut" in turn:
            state = dialogue.interrupted(state, turn["cut"])
            continue
        now_s += turn.get("wait", turn.get("after", 5.0))
        response: Response | None
        if "wait" in turn:
            state, response = dialogue.tick(state, now_s, speaking=turn.get("speaking", False))
        else:
            state, response = dialogue.respond(state, understood(guide, turn["hear"]), now_s)
        if turn.get("nothing"):
            assert response is None, f"turn {number}: {response}"
            continue
        assert response is not None, f"turn {number}: nothing was said"
        assert_well_said(guide, headings, response)
        assert_turn(number, turn, state, response, dialogue)


def assert_turn(
    number: int, turn: dict[str, Any], state: DialogueState, response: Response, dialogue: Dialogue
) -> None:
    where = f"turn {number}, {turn}: {response}"
    assert_said(where, turn, response)
    for key in ("node", "facet", "expects"):
        if key in turn:
            assert getattr(response, "node_id" if key == "node" else key) == turn[key], where
    if "actions" in turn:
        assert list(response.actions) == turn["actions"], where
    context = dialogue.context(state)
    assert context.expects == response.expects, where
    if "topic" in turn:
        assert context.topic == turn["topic"], where
    if "rate" in turn:
        assert state.rate_wpm == turn["rate"], where
    if "volume" in turn:
        assert state.volume == pytest.approx(turn["volume"]), where
