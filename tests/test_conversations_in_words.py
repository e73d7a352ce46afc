"""Whole conversations in words: what a person says, what is answered. Nothing is simulated but ears and mouth.

Each file of tests/conversations_in_words/ holds conversations. A turn is one of

    you     what a person says, `after` seconds (5) after the turn before
    wait    so many seconds in which nobody speaks (`nothing` when nothing is to be said)

and what must hold: `node` (what was understood), `answers` (the node that speaks) with its `facet`; of the answer's text
`begins`, `says` and `not_says` (parts of it); `urgent` (false unless it is given), `silent`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogue_script import assert_said, assert_well_said
from voice_assistant import Assistant
from voice_assistant.guide import default_folder, load_headings
from voice_assistant.types import Guide, Response, Transcript

CONVERSATIONS = [
    pytest.param(conversation, id=f"{path.stem}: {conversation['title']}")
    for path in sorted((Path(__file__).parent / "conversations_in_words").glob("*.yaml"))
    for conversation in yaml.safe_load(path.read_text(encoding="utf-8"))
]
KEYS = {"you", "wait", "after", "node", "answers", "facet", "begins", "says", "not_says", "urgent", "silent", "nothing"}


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_conversation_in_words(conversation: dict[str, Any], assistant: Assistant) -> None:
    talk = assistant.new_conversation()
    now_s = 100.0
    talk.begin(now_s)
    for number, turn in enumerate(conversation["turns"], start=1):
        assert set(turn) <= KEYS, f"turn {number}: unknown {set(turn) - KEYS}"
        now_s += turn.get("wait", turn.get("after", 5.0))
        if "wait" in turn:
            prompt = talk.tick(now_s, speaking=False)
            assert (prompt is None) == turn.get("nothing", False), f"turn {number}: {prompt}"
            if prompt is not None:
                assert_answer(f"turn {number}, {turn}", turn, assistant.guide, prompt)
            continue
        heard = talk.hear(Transcript.typed(turn["you"]), now_s)
        where = f"turn {number}, {turn}: {heard.understood.node_id}: {heard.response.text}"
        assert turn.get("node", heard.understood.node_id) == heard.understood.node_id, where
        assert_answer(where, turn, assistant.guide, heard.response)


def assert_answer(where: str, turn: dict[str, Any], guide: Guide, response: Response) -> None:
    headings = load_headings(default_folder())
    assert_well_said(guide, headings, response)
    assert turn.get("answers", response.node_id) == response.node_id, where
    assert turn.get("facet", response.facet) == response.facet, where
    assert_said(where, turn, response)
