"""The clinic may count topics, never words, and nothing that happens to the file keeps a visit alive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kiosk_world import World
from voice_assistant.kiosk import Clinic
from voice_assistant.types import Response, Sentence


def test_counts_hold_numbers_for_each_day_and_no_word(tmp_path: Path) -> None:
    file = tmp_path / "counts.json"
    world = World(Clinic(counts_file=file))
    world.answer("my secret words")
    world.answer("more secrets", Response("fallback.not_in_guide", (Sentence("No.", "assistant"),)))
    assert not file.exists()
    world.wait(60)
    assert json.loads(file.read_text()) == {"2030-05-01": {"cause.bakers_cyst": 1, "fallback.not_in_guide": 1}}


def test_counts_are_off_by_default_and_an_unwritable_file_stops_nothing(tmp_path: Path) -> None:
    world = World(Clinic(counts_file=tmp_path / "missing" / "counts.json"))
    world.answer()
    world.wait(60)
    assert world.kiosk.shown()["answer"] is None
    assert Clinic().counts_file is None


@pytest.mark.parametrize(
    "there", ['{"2030-05-01": {"cause.bakers_cyst": "3"}}', "[1]", "{", '{"2030-05-01": 7}', "\xff"]
)
def test_a_counts_file_that_somebody_edited_keeps_no_visit_on_the_screen(there: str, tmp_path: Path) -> None:
    file = tmp_path / "counts.json"
    file.write_bytes(there.encode("latin-1"))
    world = World(Clinic(counts_file=file))
    world.answer("my secret words")
    world.wait(60)
    assert world.kiosk.shown()["caption"] is None and world.steering.forgotten == [False]
    assert json.loads(file.read_text()) == {"2030-05-01": {"cause.bakers_cyst": 1}}


def test_counts_that_cannot_be_read_are_kept_for_whoever_can_mend_them(tmp_path: Path) -> None:
    file = tmp_path / "counts.json"
    half = '{"2029-01-01": {"cause.bakers_cyst": 3}, "2029-'
    file.write_text(half)
    world = World(Clinic(counts_file=file))
    world.answer()
    world.wait(60)
    assert json.loads(file.read_text()) == {"2030-05-01": {"cause.bakers_cyst": 1}}
    assert (tmp_path / "counts.damaged").read_text() == half
