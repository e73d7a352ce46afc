"""What the assistant is called by beside a command: "zip it robot"."""

from __future__ import annotations

import pytest

from voice_assistant import Assistant
from voice_assistant.guide import default_folder, load_guide
from voice_assistant.types import Listening, Transcript
from voice_assistant.understanding.address import without_address


@pytest.fixture(scope="module")
def listening() -> Listening:
    return load_guide(default_folder()).listening


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("shush now computer", "shush now"),
        ("computer louder", "louder"),
        ("oi robot quiet", "quiet"),
        ("carry on then mate", "carry on then"),
        ("computer hush computer", "hush"),
        # what is spoken of, not to
        ("turn off the computer", None),
        ("are you a robot", None),
        ("it's my love", None),
        # nothing else is said
        ("computer", None),
        ("robot mate", None),
        # a story
        ("he told me all about it while we waited for the bus mate", None),
    ],
)
def test_what_it_is_called_is_left_out_at_either_end(listening: Listening, said: str, left: str | None) -> None:
    assert without_address(said, listening) == left


@pytest.mark.parametrize(
    ("said", "node_id"),
    [
        ("zip it computer", "control.stop"),
        ("hush up you machine", "control.stop"),
        ("the robot hoover is stuck", "fallback.out_of_scope"),
        ("my leg is numb robot", "care.urgent"),
    ],
)
def test_a_command_counts_whatever_the_assistant_is_called(assistant: Assistant, said: str, node_id: str) -> None:
    assert assistant.new_conversation().hear(Transcript.typed(said)).understood.node_id == node_id
