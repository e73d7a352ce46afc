"""Conversations in the words that people use, with time: what is said and what must be answered.

Each file of tests/spoken/ holds conversations. A turn is one of

    say     somebody says this, `after` seconds (5) after the turn before
    wait    so many seconds pass in silence

and what must hold of the response: `node` (the node that speaks), `facet`, `begins`, `says`, `not_says`, `urgent`,
`silent` (nothing is said), `nothing` (nothing is said unasked).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voice_assistant import Assistant
from voice_assistant.types import Transcript

CONVERSATIONS = [
    pytest.param(conversation["turns"], id=conversation["title"])
    for path in sorted((Path(__file__).parent / "spoken").glob("*.yaml"))
    for conversation in yaml.safe_load(path.read_text(encoding="utf-8"))
]
KEYS = {"say", "wait", "after", "node", "facet", "begins", "says", "not_says", "urgent", "silent", "nothing"}


@pytest.mark.parametrize("turns", CONVERSATIONS)
def test_spoken_conversation(turns: list[dict[str, Any]], assistant: Assistant) -> None:
    conversation = assistant.new_conversation()
    conversation.begin(0.0)
    now_s = 0.0
    for number, turn in enumerate(turns, start=1):
        assert set(turn) <= KEYS, f"turn {number}: unknown {set(turn) - KEYS}"
        now_s += turn.get("wait", turn.get("after", 5.0))
        if "wait" in turn:
            response = conversation.tick(now_s, speaking=False)
        else:
            response = conversation.hear(Transcript.typed(turn["say"]), now_s).response
        if turn.get("nothing"):
            assert response is None, f"turn {number}: {response}"
            continue
        assert response is not None, f"turn {number}, {turn}: nothing was said"
        where = f"turn {number}, {turn}: {response.node_id}/{response.facet}: {response.text}"
        assert turn.get("node") in (None, response.node_id), where
        assert turn.get("facet") in (None, response.facet), where
        assert response.text.startswith(turn.get("begins", "")), where
        assert all(words in response.text for words in turn.get("says", [])), where
        assert not any(words in response.text for words in turn.get("not_says", [])), where
        assert response.urgent == turn.get("urgent", False), where
        assert (not response.sentences) == turn.get("silent", False), where
