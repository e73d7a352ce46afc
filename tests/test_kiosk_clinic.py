"""clinic.toml: what a practice sets, how mistakes are named, and what becomes speech."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from tests.kiosk_parts import guide_and_words
from voice_assistant.kiosk import Clinic, load_clinic, localised
from voice_assistant.types import SettingsError

EXAMPLE = Path(__file__).parent.parent / "docs" / "clinic.example.toml"


def test_the_example_is_right_and_sets_everything() -> None:
    clinic = load_clinic(EXAMPLE)
    assert clinic.name and clinic.greeting and clinic.emergency_number and clinic.whom_to_ask
    assert clinic.wake_phrases and clinic.quiet_hours
    assert 0.1 <= clinic.volume_min < clinic.volume_max <= 1


def test_without_a_file_everything_is_as_it_is_by_itself() -> None:
    assert load_clinic(None) == Clinic()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("idle_s = 5", "idle_s must be a number from 30 to 600, not 5"),
        ("idle_s = true", "idle_s must be a number"),
        ("emergency_number = 112", 'emergency_number must be digits in quotes, such as "112"'),
        ('quiet_hours = "22-7"', 'quiet_hours must be times such as ["22:00-07:00"]'),
        ('greeting = "{boom}"', "greeting must be at most 120 letters on one line, without brackets"),
        ('wake_phrases = "hello"', "wake_phrases must be a list"),
        ('wake_phrases = ["clinic 24"]', "a wake phrase must be two or more words as they are heard"),
        ('wake_phrases = ["guide"]', "a wake phrase must be two or more words as they are heard"),
        ("volume_max = 3", "volume_max must be a number from 0.1 to 1"),
        ('colour = "red"', "there is no 'colour'"),
        ("[colour]", "there is no 'colour'"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(f'name = "Riverside"\n# a comment\n{line}\n')
    with pytest.raises(SettingsError) as caught:
        load_clinic(file)
    assert f"{file}, line 3: {complaint}" in str(caught.value)


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('name = "Riverside"\ngreeting = "no end\n')
    with pytest.raises(SettingsError, match="line 2"):
        load_clinic(file)


def test_limits_that_cross_are_named(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text("volume_max = 0.3\nvolume_min = 0.6\n")
    with pytest.raises(SettingsError, match="line 2: volume_min must not be above volume_max"):
        load_clinic(file)


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_clinic(tmp_path / "none.toml")


def test_a_file_from_any_editor_is_read(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_bytes(b'\xef\xbb\xbfname = "Riverside"\r\nquiet_hours = ["22:00-24:00"]\r\n')
    clinic = load_clinic(file)
    assert clinic.name == "Riverside" and clinic.is_quiet(time(23, 59)) and not clinic.is_quiet(time(0))
    file.write_bytes('name = "Riverside"\n'.encode("utf-16"))
    with pytest.raises(SettingsError, match="save it in that encoding"):
        load_clinic(file)


def test_the_whole_day_may_be_quiet(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('quiet_hours = "00:00-24:00"\n')
    assert all(load_clinic(file).is_quiet(time(hour)) for hour in range(24))


@pytest.mark.parametrize(
    ("hour", "quiet"),
    [(time(21, 59), False), (time(22), True), (time(3), True), (time(7), False), (time(12, 30), True)],
)
def test_quiet_hours_go_over_midnight(hour: time, quiet: bool) -> None:
    clinic = Clinic(quiet_hours=((time(22), time(7)), (time(12), time(13))))
    assert clinic.is_quiet(hour) is quiet


def test_the_emergency_number_is_spoken_after_the_call_for_help_and_marked_as_added() -> None:
    guide, words = guide_and_words()
    added = localised(guide, Clinic(emergency_number="112"), words)
    spoken = added.nodes["care.urgent"].answers["emergency"].first
    assert spoken[0] == guide.nodes["care.urgent"].answers["emergency"].first[0]
    assert (spoken[1].text, spoken[1].source) == ("Here, that number is one, one, two.", "assistant")


def test_whom_to_ask_is_named_where_the_guide_has_no_answer() -> None:
    guide, words = guide_and_words()
    lines = localised(guide, Clinic(whom_to_ask="the front desk"), words).lines
    assert all("the front desk" in line.text and line.source == "assistant" for line in lines["not_in_guide_1"])


def test_nothing_that_the_guide_itself_says_is_changed() -> None:
    guide, words = guide_and_words()
    added = localised(guide, Clinic(emergency_number="112", whom_to_ask="us"), words)
    for node_id, node in guide.nodes.items():
        for facet, answer in node.answers.items():
            kept = [sentence for sentence in added.nodes[node_id].answers[facet].first if sentence in answer.first]
            assert kept == list(answer.first)
