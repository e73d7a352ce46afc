"""Every rule of dialogs/: a folder that breaks it is named by file, line and node."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guide_folder import line_of, write_dialogs
from voice_assistant.guide import Finding, check_guide

LONG_SENTENCE = "This " + "really " * 24 + "hurts."
LONG_ANSWER = (
    "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen. "
    "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."
)


def knows_everything(word: str) -> bool:
    return True


def check(folder: Path) -> list[Finding]:
    return check_guide(folder, knows=knows_everything)


def test_a_folder_that_keeps_every_rule_has_no_findings(tmp_path: Path) -> None:
    assert check(write_dialogs(tmp_path)) == []


# What is wrong: the file, what it says, what it says instead, words on the line of the finding, its node, its message.
# fmt: off
BROKEN = [
    ("unknown key of a node", "nodes/causes.yaml", "name: a cramp", "name: a cramp\n  colour: red", "colour",
     "cause.cramp", "unknown key `colour`"),
    ("unknown key of a sentence", "nodes/causes.yaml", "hurts.\n", "hurts.\n          loud: true\n", "loud",
     "cause.cramp", "unknown key `loud`"),
    ("unknown facet", "nodes/causes.yaml", "    symptoms:", "    price:", "price", "cause.cramp",
     "unknown key `price`"),
    ("unknown key of phrases", "phrases/causes.yaml", "  description:", "  stories:", "stories", "cause.cramp",
     "unknown key `stories`"),
    ("unknown key of a term", "terms.yaml", "misheard", "heard_as", "heard_as", "popliteal",
     "unknown key `heard_as`"),
    ("unknown key of a sign", "signs.yaml", "  label: pain", "  label: pain\n  body: leg", "body", "pain",
     "unknown key `body`"),
    ("unknown key of a rule", "red_flags.yaml", "  level:", "  always: true\n  level:", "always",
     "swelling_with_pain", "unknown key `always`"),
    ("unknown level of a rule", "red_flags.yaml", "level: urgent", "level: mild", "mild", "swelling_with_pain",
     "unknown `mild`"),
    ("a name is missing", "nodes/causes.yaml", "  name: a cramp\n", "", "heading", "cause.cramp",
     "`name` is missing"),
    ("the summary is missing", "nodes/causes.yaml", "    summary:", "    symptoms:", "cause.cramp", "cause.cramp",
     "`summary` is missing"),
    ("an answer without sentences", "nodes/causes.yaml", "\n        - say: It hurts.\n          source: Leg Cramps",
     " []", "symptoms", "cause.cramp", "`first` holds no sentence"),
    ("a sentence without provenance", "nodes/causes.yaml", "hurts.\n          source: Leg Cramps", "hurts.", "hurts",
     "cause.cramp", "without provenance"),
    ("a question without provenance", "check.yaml", "    source: Blood Clots\n", "", "sign: swelling", "check.start",
     "without provenance"),
    ("an unknown heading of a sentence", "nodes/causes.yaml", "hurts.\n          source: Leg Cramps",
     "hurts.\n          source: My Uncle", "hurts", "cause.cramp", "`My Uncle` is no heading"),
    ("an unknown heading of a node", "nodes/other.yaml", "heading: Blood Clots", "heading: Clots", "Clots",
     "care.urgent", "`Clots` is no heading"),
    ("an unknown heading of evidence", "check.yaml", "heading: Leg Cramps", "heading: safety", "sign: pain",
     "cause.cramp", "`safety` is no heading"),
    ("an unknown source of a rule", "red_flags.yaml", "source: Blood Clots", "source: Clots", "Clots",
     "swelling_with_pain", "`Clots` is no heading"),
    ("a guide node without a heading", "nodes/other.yaml", "heading: Blood Clots", "heading: null", "care.urgent:",
     "care.urgent", "names its heading"),
    ("a node that the contract does not list", "nodes/other.yaml", "control.yes:", "control.maybe:", "control.maybe",
     "control.maybe", "does not list"),
    ("a node stands twice", "nodes/other.yaml", "control.yes:", "care.urgent:", "care.urgent", "care.urgent",
     "twice"),
    ("a node leads nowhere", "nodes/causes.yaml", "[care.urgent]", "[care.angel]", "care.angel", "cause.cramp",
     "`care.angel`"),
    ("phrases of an unknown node", "phrases/other.yaml", "control.yes:", "control.maybe:", '"yes"', "control.maybe",
     "no node `control.maybe`"),
    ("evidence of an unknown node", "check.yaml", "cause.cramp", "cause.curse", "sign: pain", "cause.curse",
     "no node `cause.curse`"),
    ("evidence of an unknown sign", "check.yaml", "sign: pain", "sign: doom", "doom", "cause.cramp", "`doom`"),
    ("a question about an unknown sign", "check.yaml", "sign: swelling", "sign: doom", "doom", "check.start",
     "`doom`"),
    ("a part of a question that is unknown", "check.yaml", "sign: swelling", "sign: swelling\n    parts: [doom]",
     "sign: swelling", "check.start", "`doom`"),
    ("a rule of an unknown sign", "red_flags.yaml", "[pain]", "[doom]", "doom", "swelling_with_pain", "`doom`"),
    ("a pattern that refers to an unknown sign", "signs.yaml", "<swelling>", "<doom>", "doom", "pain", "`<doom>`"),
    ("a rule without signs", "red_flags.yaml", "[[swelling], [pain]]", "[]", "swelling_with_pain:",
     "swelling_with_pain", "at least one group"),
    ("a phrase in two nodes", "phrases/other.yaml", "is it urgent", "cramps", "cramps", "care.urgent",
     "also under cause.cramp"),
    ("a phrase twice in a node", "phrases/causes.yaml", "my muscle went tight", "cramps", "- cramps", "cause.cramp",
     "a second time"),
    ("a phrase in two nodes but for its apostrophe", "phrases/other.yaml", "is it urgent", "cramp's", "cramp's",
     "care.urgent", "also under cause.cramp"),
    ("a phrase with a capital", "phrases/other.yaml", "is it urgent", "Is it urgent", "urgent", "care.urgent",
     "lower-case"),
    ("a phrase with figures", "phrases/other.yaml", "is it urgent", "call 911", "911", "care.urgent", "no figures"),
    ("a phrase that YAML reads as true", "phrases/other.yaml", '"yes"', "yes", "- yes", "control.yes",
     "put it in quotes"),
    ("a topic that nobody can ask for", "phrases/other.yaml", "care.urgent:", "control.yes:", "care.urgent:",
     "care.urgent", "holds a phrase"),
    ("listening for an unknown node", "listening.yaml", "[control.yes]", "[control.maybe]", "control.maybe", None,
     "no node `control.maybe`"),
    ("two words where one is listened for", "listening.yaml", "behind", "right behind", "right behind", None,
     "“right behind” is not one lower-case word"),
    ("something that is never waited for", "listening.yaml", "yes_no:", "step:", "step", None,
     "unknown key `step` (known: yes_no, choice, duration, more)"),
    ("a list of words that is missing", "listening.yaml", "points_back: [it]\n", "", "unfinished", None,
     "`points_back` is missing"),
    ("a long first answer", "nodes/causes.yaml", "It hurts.", LONG_ANSWER + ' And one more.', "One two",
     "cause.cramp", "symptoms: the first answer has 33 words, more than 30"),
    ("a long sentence", "nodes/causes.yaml", "It comes at night.", LONG_SENTENCE, "really", "cause.cramp",
     "has 26 words, more than 25"),
    ("a long line of the assistant", "assistant.yaml", "Shall I say more about {topic}?", LONG_SENTENCE, "really",
     "more", "has 26 words"),
    ("a diagnosis", "nodes/causes.yaml", "It hurts.", "Perhaps you have a cramp.", "Perhaps", "cause.cramp",
     "you have"),
    ("a diagnosis with an apostrophe", "nodes/causes.yaml", "It hurts.", "Looks as if you've got a cramp.", "Looks",
     "cause.cramp", "you've got"),
    ("an urgent node without urgent advice", "nodes/other.yaml", "Please get help right away.", "Relax.", "Relax",
     "care.urgent", "no urgent advice"),
]
# fmt: on


@pytest.mark.parametrize(
    ("file", "old", "new", "on_line", "node", "message"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_a_broken_rule_is_named_by_file_line_and_node(
    tmp_path: Path, file: str, old: str, new: str, on_line: str, node: str, message: str
) -> None:
    folder = write_dialogs(tmp_path, file, old, new)
    place = file if message != "holds a phrase" else "nodes/other.yaml"

    found = [finding for finding in check(folder) if message in finding.message]

    assert [(finding.file, finding.line, finding.node) for finding in found] == [
        (place, line_of(folder, place, on_line), node)
    ]


def test_a_first_answer_of_thirty_words_in_two_sentences_is_one_breath(tmp_path: Path) -> None:
    assert check(write_dialogs(tmp_path, "nodes/causes.yaml", "It hurts.", LONG_ANSWER)) == []


def test_you_in_have_to_sentences_is_no_diagnosis(tmp_path: Path) -> None:
    assert (
        check(write_dialogs(tmp_path, "nodes/causes.yaml", "It hurts.", "Those who have it say that it hurts you."))
        == []
    )


def test_a_node_of_the_contract_that_no_file_holds_is_named(tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path)
    (folder / "nodes/causes.yaml").write_text("{}", encoding="utf-8")
    assert Finding("contract.yaml", 1, "cause.cramp", "the node is missing: no file of nodes/ holds it") in check(
        folder
    )


def test_more_than_eight_questions_are_too_many(tmp_path: Path) -> None:
    question = "  - sign: swelling\n    say: Is it swollen?\n    source: Blood Clots\n    urgent: true\n"
    folder = write_dialogs(tmp_path, "check.yaml", question, question * 9)
    assert [(f.line, f.message) for f in check(folder)] == [(34, "the check asks more than 8 questions")]


def test_an_urgent_question_after_a_calm_one_is_too_late(tmp_path: Path) -> None:
    calm = "questions:\n  - sign: pain\n    say: Does it hurt?\n    source: Leg Cramps\n"
    folder = write_dialogs(tmp_path, "check.yaml", "questions:\n", calm)
    assert [(f.line, f.message) for f in check(folder)] == [(5, "urgent questions come before the others")]


class TestWordsThatTheSpeechModelDoesNotKnow:
    def test_are_reported_once_where_they_stand_first(self, tmp_path: Path) -> None:
        folder = write_dialogs(tmp_path)
        findings = check_guide(folder, knows=lambda word: word not in ("cramp", "yes"))
        assert [(f.file, f.line, f.node) for f in findings] == [
            ("nodes/causes.yaml", line_of(folder, "nodes/causes.yaml", "A cramp is"), "cause.cramp"),
            ("nodes/other.yaml", line_of(folder, "nodes/other.yaml", "a yes"), "control.yes"),
        ]
        assert "“cramp”" in findings[0].message
        assert "sounds_like" in findings[0].message

    def test_are_fine_with_a_sounds_like_spelling(self, tmp_path: Path) -> None:
        folder = write_dialogs(tmp_path, "phrases/other.yaml", "is it urgent", "a popliteal one")
        assert check_guide(folder, knows=lambda word: word != "popliteal") == []

    def test_a_misheard_form_alone_is_no_spelling(self, tmp_path: Path) -> None:
        folder = write_dialogs(tmp_path, "phrases/other.yaml", "is it urgent", "a popliteal one")
        (folder / "terms.yaml").write_text("popliteal:\n  misheard: [pop little]\n", encoding="utf-8")
        assert [f.node for f in check_guide(folder, knows=lambda word: word != "popliteal")] == ["care.urgent"]

    def test_in_a_sounds_like_spelling_are_reported_at_the_term(self, tmp_path: Path) -> None:
        folder = write_dialogs(tmp_path)
        findings = check_guide(folder, knows=lambda word: word != "lit")
        assert [(f.file, f.line, f.node) for f in findings] == [("terms.yaml", 1, "popliteal")]

    def test_a_possessive_is_heard_as_its_plural(self, tmp_path: Path) -> None:
        folder = write_dialogs(tmp_path, "phrases/other.yaml", "is it urgent", "my knee's popliteal's urgent")
        assert check_guide(folder, knows=lambda word: word not in ("knee's", "popliteal's", "popliteal")) == []

    def test_a_placeholder_is_no_word_and_hyphens_part_words(self, tmp_path: Path) -> None:
        asked = []

        def knows(word: str) -> bool:
            asked.append(word)
            return True

        check_guide(write_dialogs(tmp_path, "nodes/causes.yaml", "It hurts.", "High-impact ones don’t."), knows=knows)
        assert {"high", "impact", "don't", "about"} <= set(asked)
        assert "topic" not in asked


def test_findings_come_in_the_order_of_files_and_lines_and_print_as_editors_read_them(tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path, "nodes/causes.yaml", "It hurts.", "You have it.")
    (folder / "headings.yaml").write_text("- Leg Cramps\n", encoding="utf-8")
    findings = check(folder)
    assert findings == sorted(findings, key=lambda f: (f.file, f.line))
    assert f"nodes/causes.yaml:{line_of(folder, 'nodes/causes.yaml', 'You have')}: cause.cramp: “You have …”" in str(
        next(f for f in findings if "diagnosis" in f.message)
    )
