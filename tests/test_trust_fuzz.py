"""Hostile input, a little of it each time the tests run; `python -m benchmarks.fuzz` does so for hours.

What was found by it stands in FOUND, and stays.
"""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.targets import TARGETS, seeds
from tests.dialogue_script import assert_well_said
from voice_assistant import Assistant
from voice_assistant.guide import default_folder, load_headings
from voice_assistant.hearing.tuning.ngram_file import parse_ngram_file
from voice_assistant.types import ModelError, Transcript

FOUND: tuple[tuple[str, bytes], ...] = (
    # name of the target, input
    ("settings", b"volume = nan\n"),
    ("settings", b"rate_wpm = inf\n"),
    ("kiosk", b'{"type": "touch", "node": "control.timer", "minutes": 1e400}'),
    ("kiosk", b"[" * 500),
    ("kiosk", b'{"type": ' + b"9" * 490 + b"}"),
    ("kiosk", b"\xff\xfe"),
    ("yaml", b"a: " + b"[" * 5000),
    ("yaml", b"\xef\xbb\xbf"),
    ("yaml", b"? a\n"),
    ("wav", b"RIFF\x24\0\0\0WAVE"),
    ("ngram", b""),
    # A command as one of several topics to choose from, and then chosen.
    ("conversation", b"#\x00\xccX\xc3\xc4"),
)
FEW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("target", "data"), FOUND)
def test_what_was_found_once_stays_harmless(target: str, data: bytes) -> None:
    TARGETS[target](data)


def test_a_language_model_whose_header_announces_other_counts_is_damaged() -> None:
    (good,) = seeds("ngram")
    header = good.index(b"standard") + len(b"standard")
    arcs = header + struct.calcsize("<iiQqq")
    with pytest.raises(ModelError, match="contradicts"):
        parse_ngram_file(good[:arcs] + b"\1" + good[arcs + 1 :], "case")


@pytest.mark.parametrize("target", TARGETS)
def test_good_input_is_taken(target: str) -> None:
    for seed in seeds(target):
        TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@FEW
@given(data=st.binary(max_size=400))
def test_any_bytes_are_taken_or_refused_in_the_documented_way(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
@FEW
@given(
    choice=st.randoms(use_true_random=False),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=5),
)
def test_good_input_that_was_spoilt_is_taken_or_refused_in_the_documented_way(
    target: str, choice: object, changes: list[tuple[float, bytes]]
) -> None:
    data = choice.choice(seeds(target))  # type: ignore[attr-defined]
    for share, piece in changes:
        place = int(share * len(data))
        data = data[:place] + piece + data[place + len(piece) :]
    TARGETS[target](data)


@FEW
@given(
    message=st.fixed_dictionaries(
        {"type": st.sampled_from(["touch", "talk", "stay", "x", ""])},
        optional={
            "node": st.sampled_from(["control.timer", "cause.bakers_cyst", "fallback.not_heard", "control.stop"])
            | st.text(),
            "facet": st.sampled_from(["summary", "symptoms"]) | st.text() | st.integers() | st.none(),
            "action": st.sampled_from(["pause", "cancel"]) | st.text() | st.lists(st.integers()),
            "minutes": st.integers() | st.floats() | st.booleans() | st.text(),
            "more": st.recursive(st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
        },
    )
)
def test_a_message_of_the_right_form_with_anything_in_it(message: dict) -> None:
    TARGETS["kiosk"](json.dumps(message).encode())


WORDS = st.sampled_from(
    "my calf is swollen not no isn't warm red knee pain cannot bear weight chest numb fever yes stop more timer ten "
    "minutes the first one what is a baker's cyst and but never hot tight shortness of breath \x00 💥 ''' é".split(" ")
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(said=st.lists(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40), min_size=1, max_size=6))
def test_whatever_is_said_the_whole_way_from_words_to_answer_holds(assistant: Assistant, said: list[str]) -> None:
    headings = load_headings(default_folder())
    conversation = assistant.new_conversation()
    for number, text in enumerate(said):
        warned = conversation.warning(text)
        turn = conversation.hear(Transcript.typed(text), float(number))
        assert_well_said(assistant.guide, headings, turn.response)
        assert warned is None or turn.response.urgent, text
