"""What the page may send, and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.kiosk_parts import guide_and_words
from voice_assistant.kiosk.messages import BadMessage, Touched, read_message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"touch"',
        "{",
        "{}",
        '{"type": "touch"}',
        '{"type": "touch", "node": "no.such"}',
        '{"type": "touch", "node": "fallback.not_heard"}',
        '{"type": "touch", "node": "control.thanks"}',
        '{"type": "touch", "node": ["cause.bakers_cyst"]}',
        '{"type": "touch", "node": "cause.bakers_cyst", "facet": "price"}',
        '{"type": "touch", "node": "cause.bakers_cyst", "facet": {}}',
        '{"type": "touch", "node": "control.timer", "minutes": 0}',
        '{"type": "touch", "node": "control.timer", "minutes": 1e9}',
        '{"type": "touch", "node": "control.timer", "minutes": true}',
        '{"type": "touch", "node": "control.yes", "minutes": 5}',
        '{"type": "touch", "node": "control.stop", "action": "explode"}',
        '{"type": "touch", "node": "control.stop", "text": "hello"}',
        '{"type": "finish", "more": 1}',
        '{"type": {"a": 1}}',
        "[" * 400,
        '{"type": "' + "x" * 600 + '"}',
    ],
)
def test_messages_that_the_page_would_never_send_are_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read_message(text, guide_and_words()[0])


def test_every_button_of_the_page_is_a_known_message() -> None:
    guide, words = guide_and_words()
    nodes = [*words.page["home"], *(node for group in words.page["groups"] for node in group["nodes"])]
    for node in nodes:
        assert isinstance(read_message(json.dumps({"type": "touch", "node": node}), guide), Touched)
    timer = read_message('{"type": "touch", "node": "control.timer", "minutes": 10}', guide)
    assert isinstance(timer, Touched) and timer.match.slots.duration_s == 600


def test_every_topic_of_the_guide_can_be_touched() -> None:
    guide, words = guide_and_words()
    reachable = {node for group in words.page["groups"] for node in group["nodes"]} | set(words.page["home"])
    reachable |= {node for steps in words.steps.values() for node in steps}
    topics = {node for node, one in guide.nodes.items() if one.answers}
    assert topics - reachable == set()
