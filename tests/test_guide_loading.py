"""Loading dialogs/: what the program gets, and how a broken folder is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.guide_folder import FILES, write_dialogs
from voice_assistant.guide import default_folder, load_guide, load_headings
from voice_assistant.types import Answer, Evidence, GuideError, Phrase, Rule, Sentence, Term


def test_a_folder_becomes_a_guide(tmp_path: Path) -> None:
    guide = load_guide(write_dialogs(tmp_path))
    cramp = guide.nodes["cause.cramp"]
    assert cramp.name == "a cramp"
    assert cramp.heading == "Leg Cramps"
    assert cramp.leads_to == ("care.urgent",)
    assert cramp.answers["summary"] == Answer(
        first=(Sentence("A cramp is a tight muscle.", "Leg Cramps"),),
        more=(Sentence("It comes at night.", "Leg Cramps"),),
    )
    assert guide.nodes["control.yes"].heading is None
    assert guide.rules == (Rule("swelling_with_pain", "urgent", (("swelling",), ("pain",)), (), "Blood Clots"),)
    assert guide.concepts["swelling"].patterns == ("swell*", "swollen")
    assert guide.terms == (Term("popliteal", ("pop lit eel",), ("pop little",)),)
    assert guide.evidence == (Evidence("cause.cramp", "pain", "Leg Cramps"),)
    assert [(q.sign, q.sentence.text, q.urgent) for q in guide.questions] == [("swelling", "Is it swollen?", True)]
    assert guide.lines["more"] == (Sentence("Shall I say more about {topic}?", "assistant"),)
    assert [o.statement for o in guide.omissions] == ["We are the best."]


def test_phrases_under_any_ask_for_the_whole_topic_and_others_for_a_facet(tmp_path: Path) -> None:
    phrases = load_guide(write_dialogs(tmp_path)).phrases
    assert Phrase("is it urgent", "care.urgent", None) in phrases
    assert Phrase("cramps", "cause.cramp", "summary") in phrases
    assert Phrase("my muscle went tight", "cause.cramp", "description") in phrases


def test_headings_keep_the_order_of_the_guide(tmp_path: Path) -> None:
    assert load_headings(write_dialogs(tmp_path)) == ("Leg Cramps", "Blood Clots")


def test_style_does_not_stop_the_program(tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path, "nodes/causes.yaml", "It hurts.", "You have a cramp.")
    assert "cause.cramp" in load_guide(folder).nodes


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match=r"There is no dialogs folder at .*nowhere"):
        load_guide(tmp_path / "nowhere")


def test_a_folder_with_other_things_is_told_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    with pytest.raises(GuideError, match=r"is no dialogs folder .*; name another one with --dialogs\.$"):
        load_guide(tmp_path)


@pytest.mark.parametrize("file", sorted(FILES))
def test_without_any_one_of_its_files_the_guide_is_refused(tmp_path: Path, file: str) -> None:
    folder = write_dialogs(tmp_path)
    (folder / file).unlink()
    if "/" in file:  # which files of a folder there are is free, but not what they hold together
        file = "contract.yaml" if file.startswith("nodes") else ""
    if file:
        with pytest.raises(GuideError, match=file):
            load_guide(folder)
    else:
        assert load_guide(folder).phrases


def test_a_sentence_without_provenance_is_never_loaded(tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path, "nodes/causes.yaml", "hurts.\n          source: Leg Cramps", "hurts.")
    with pytest.raises(GuideError, match=r"nodes.causes\.yaml, line 15, cause\.cramp: a sentence without provenance"):
        load_guide(folder)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("cause.cramp: [", 1, "not valid YAML"),
        ("cause.cramp:\n  name: a: b\n", 2, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: 1\nb: !!python/object:os.system {}\n", 2, "tags"),
        ("[" * 100_000, 1, "levels deep"),
        ("just words\n", 1, "expected `key: value` lines, found words"),
        ("- a list\n", 1, "expected `key: value` lines, found a list"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    folder = write_dialogs(tmp_path)
    (folder / "nodes/causes.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(GuideError) as refusal:
        load_guide(folder)
    assert f"causes.yaml, line {line}" in str(refusal.value)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("data", "line", "message"), [(b"a: 1\nb: \xff\xfe\n", 2, "not UTF-8"), (b"a: \x00\n", 1, "not valid YAML")]
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes, line: int, message: str) -> None:
    folder = write_dialogs(tmp_path)
    (folder / "signs.yaml").write_bytes(data)
    with pytest.raises(GuideError, match=rf"signs\.yaml, line {line}: .*{message}"):
        load_guide(folder)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path)
    (folder / "terms.yaml").unlink()
    (folder / "terms.yaml").mkdir()
    with pytest.raises(GuideError, match=r"terms\.yaml, line 1: the file cannot be read"):
        load_guide(folder)


def test_the_first_fault_is_told_and_how_many_there_are(tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path, "check.yaml", "sign: pain", "sign: doom")
    (folder / "red_flags.yaml").write_text(FILES["red_flags.yaml"].replace("[pain]", "[doom]"), encoding="utf-8")
    with pytest.raises(GuideError, match=r"\(and 1 more; `voice-assistant dialogs check` lists all\)"):
        load_guide(folder)


@pytest.mark.parametrize(
    "file", ["contract.yaml", "nodes/causes.yaml", "phrases/causes.yaml", "signs.yaml", "check.yaml"]
)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_to_a_file_it_loads_or_is_refused_in_one_sentence(
    tmp_path: Path, file: str, data: st.DataObject
) -> None:
    text = FILES[file].encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    folder = tmp_path if (tmp_path / file).exists() else write_dialogs(tmp_path)
    (folder / file).write_bytes(text[:start] + data.draw(st.binary(max_size=20)) + text[end:])
    try:
        guide = load_guide(folder)
    except GuideError as refusal:
        assert "\n" not in str(refusal)  # noqa: PT017 - both outcomes are right
    else:
        assert guide.nodes["cause.cramp"].answers["summary"].first


def test_the_default_folder_is_the_one_that_came_with_the_program() -> None:
    assert (default_folder() / "contract.yaml").is_file()
