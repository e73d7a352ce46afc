"""`voice-assistant ask`: text in, answers out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import TURN_KEYS, run
from voice_assistant import Assistant
from voice_assistant.cli.report import FACETS
from voice_assistant.guide import load_headings
from voice_assistant.settings import Settings

WHY_KEYS = {"phrase", "runner_up", "red_flag", "signs"}


@pytest.fixture(autouse=True)
def loads_once(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading takes a second each time; here it is what the commands make of it that counts."""

    def load(settings: Settings | None = None, _on_progress: object = None) -> Assistant:
        return Assistant(assistant._understanding, settings or Settings(), assistant.folders)

    monkeypatch.setattr(Assistant, "load", load)


def test_text_is_answered_as_one_object_with_the_documented_keys(capfd: pytest.CaptureFixture[str]) -> None:
    outcome = run(capfd, "ask", "what is a baker's cyst", "--json")
    assert outcome.code == 0
    (turn,) = outcome.objects
    assert set(turn) == TURN_KEYS
    assert (turn["heard"], turn["node"], turn["facet"]) == ("what is a baker's cyst", "cause.bakers_cyst", "summary")
    assert turn["urgent"] is False
    assert 0.5 < turn["score"] <= 1
    assert all(spent >= 0 for spent in turn["ms"].values())


def test_every_sentence_says_where_its_facts_come_from(capfd: pytest.CaptureFixture[str], assistant: Assistant) -> None:
    (turn,) = run(capfd, "ask", "what is a baker's cyst", "--json").objects
    known = {*load_headings(assistant.folders.dialogs), "safety", "assistant"}
    assert turn["sentences"]
    assert all(set(sentence) == {"text", "source"} and sentence["source"] in known for sentence in turn["sentences"])


def test_words_without_quotation_marks_are_one_question(capfd: pytest.CaptureFixture[str]) -> None:
    (turn,) = run(capfd, "ask", "what", "is", "a", "baker's", "cyst", "--json").objects
    assert turn["heard"] == "what is a baker's cyst"


def test_a_warning_sign_is_urgent(capfd: pytest.CaptureFixture[str]) -> None:
    (turn,) = run(capfd, "ask", "my calf is swollen and warm", "--json").objects
    assert turn["urgent"] is True
    assert turn["node"] == "care.urgent"
    assert turn["facet"] is None


def test_only_the_seven_facets_are_given(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text("there is a soft lump behind my knee\nhow is a torn meniscus treated\nstop\n")
    turns = run(capfd, "ask", "--file", lines, "--json").objects
    assert {turn["facet"] for turn in turns} <= {*FACETS, None}
    assert turns[1]["facet"] == "treatment"
    assert turns[2]["facet"] is None


def test_a_file_gives_one_object_a_line_in_its_order(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    texts = ["what is a leg cramp", "", "tell me about arthritis", "   ", "repeat that", "what is a leg cramp"]
    file = tmp_path / "lines.txt"
    file.write_text("\n".join(texts))
    turns = run(capfd, "ask", "--file", file, "--json").objects
    assert [turn["heard"] for turn in turns] == texts
    assert turns[1]["node"] == turns[3]["node"] == "fallback.not_heard"
    assert turns[0]["sentences"] == turns[5]["sentences"], "each line is a conversation of its own"


def test_lines_of_any_kind_are_answered(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = [
        ("knee " * 20_000).encode(),
        "膝の後ろが痛い Колено болит ركبتي تؤلمني".encode(),
        b"\x1b[31mred\x1b[0m \x07\x00 control",
        b"\xff\xfe not utf-8 \xc3",
        "u2028\u2028and\u0085more".encode(),
        b"with a return\r",
    ]
    file = tmp_path / "lines.txt"
    file.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines) + b"\n")
    outcome = run(capfd, "ask", "--file", file, "--json")
    assert outcome.code == 0
    turns = outcome.objects
    assert len(turns) == len(lines)
    assert turns[0]["heard"].startswith("knee knee"), "the mark of the file's encoding is no part of the text"
    assert len(turns[0]["heard"]) == 100_000
    assert turns[2]["heard"].startswith("\x1b[31m"), "JSON keeps what was there"
    assert turns[5]["heard"] == "with a return"
    assert outcome.out.isascii()


def test_an_empty_file_gives_nothing(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "empty.txt"
    file.touch()
    assert run(capfd, "ask", "--file", file, "--json").out == ""


def test_why_adds_the_reasons(capfd: pytest.CaptureFixture[str]) -> None:
    (turn,) = run(capfd, "ask", "my calf is swollen and warm", "--why", "--json").objects
    assert set(turn) == TURN_KEYS | WHY_KEYS
    assert turn["red_flag"]["level"] == "urgent"
    assert set(turn["red_flag"]) == {"rule", "level", "words"}
    assert {"name": "swelling", "present": True} in [
        {"name": sign["name"], "present": sign["present"]} for sign in turn["signs"]
    ]
    assert set(turn["runner_up"]) == {"node", "facet", "score"}


def test_why_can_be_read_by_people(capfd: pytest.CaptureFixture[str]) -> None:
    outcome = run(capfd, "ask", "my calf is swollen and warm", "--why")
    assert "URGENT" in outcome.out
    for label in ("Understood", "Nearest", "Runner-up", "Red flag", "Signs", "Took"):
        assert f"\n{label}" in outcome.out
    assert "\x1b" not in outcome.out, "no colours where no terminal is"


def test_a_terminal_cannot_be_steered_by_what_was_asked(capfd: pytest.CaptureFixture[str]) -> None:
    out = run(capfd, "ask", "\x1b]0;title\x07 knee").out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_other_talk_is_refused_and_not_ignored(capfd: pytest.CaptureFixture[str]) -> None:
    (turn,) = run(capfd, "ask", "what will the weather be like tomorrow", "--json").objects
    assert turn["node"] == "fallback.out_of_scope"
    assert turn["sentences"]


def test_without_text_lines_are_one_conversation(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _type(monkeypatch, "what is a baker's cyst\nhow is it treated\n")
    turns = run(capfd, "ask", "--json").objects
    assert [(turn["node"], turn["facet"]) for turn in turns] == [
        ("cause.bakers_cyst", "summary"),
        ("cause.bakers_cyst", "treatment"),
    ]


def test_goodbye_ends_the_conversation(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _type(monkeypatch, "goodbye\nwhat is a baker's cyst\n")
    assert [turn["node"] for turn in run(capfd, "ask", "--json").objects] == ["control.goodbye"]


def test_the_conversation_begins_with_a_greeting(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, assistant: Assistant
) -> None:
    _type(monkeypatch, "")
    outcome = run(capfd, "ask")
    greetings = [sentence.text for sentence in assistant.guide.lines["greeting"]]
    assert any(greeting in outcome.out for greeting in greetings)
    assert outcome.code == 0


def _type(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    stdin: Any = io.TextIOWrapper(io.BytesIO(text.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
