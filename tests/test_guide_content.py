"""The real dialogs/: that they keep their rules, and what they promise to a person who asks."""

from __future__ import annotations

import re

import pytest

from voice_assistant.guide import check_guide, default_folder, load_guide, load_headings, sentence_rows
from voice_assistant.types import Guide


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(default_folder())


def said(guide: Guide, node_id: str, facet: str = "summary") -> str:
    answer = guide.nodes[node_id].answers[facet]
    return " ".join(sentence.text for sentence in answer.first + answer.more)


def test_every_rule_is_kept() -> None:
    # Which words the speech model knows is tested where the model is.
    assert [str(finding) for finding in check_guide(default_folder(), knows=lambda word: True)] == []


def test_every_part_of_the_guide_is_spoken(guide: Guide) -> None:
    assert set(load_headings(default_folder())) <= {row["source"] for row in sentence_rows(guide)}


def test_answers_about_a_blood_clot_always_begin_with_urgent_advice(guide: Guide) -> None:
    answers = guide.nodes["cause.deep_vein_thrombosis"].answers
    assert set(answers) == {"summary", "symptoms", "treatment", "diagnosis", "outlook"}
    for facet, answer in answers.items():
        assert "get medical help right away" in " ".join(s.text for s in answer.first).lower(), facet


def test_an_emergency_begins_with_the_call(guide: Guide) -> None:
    emergency = guide.nodes["care.urgent"].answers["emergency"]
    assert emergency.first[0].text == "Call your local emergency number now."
    assert {sentence.source for sentence in emergency.first + emergency.more} == {"safety"}
    for sign in (
        "chest pain",
        "trouble breathing",
        "coughing up blood",
        "cold, pale or numb",
        "deformed",
        "bear weight",
    ):
        assert sign in said(guide, "care.urgent", "emergency").lower()


def test_urgent_care_has_one_line_for_when_there_is_no_time(guide: Guide) -> None:
    short = guide.nodes["care.urgent"].answers["short"]
    assert len(short.first) == 1
    assert short.more == ()


def test_only_urgent_care_and_the_check_speak_safety_sentences(guide: Guide) -> None:
    assert {row["node"] for row in sentence_rows(guide) if row["source"] == "safety"} <= {
        "care.urgent",
        "check.start",
        "assistant",
    }


@pytest.mark.parametrize(
    ("node_id", "facets"),
    [
        ("cause.leg_cramps", "summary symptoms causes treatment prevention outlook"),
        ("cause.bakers_cyst", "summary symptoms causes treatment diagnosis outlook"),
        ("cause.gastrocnemius_tendonitis", "summary symptoms causes treatment outlook"),
        ("cause.hamstring_injury", "summary symptoms causes prevention outlook"),
        ("cause.meniscus_tear", "summary symptoms causes treatment diagnosis outlook"),
        ("cause.ligament_injury", "summary symptoms causes treatment diagnosis outlook"),
        ("cause.arthritis", "summary symptoms causes treatment outlook"),
        ("cause.referred_pain", "summary symptoms causes treatment diagnosis"),
    ],
)
def test_each_cause_answers_what_the_guide_covers_and_nothing_else(guide: Guide, node_id: str, facets: str) -> None:
    assert list(guide.nodes[node_id].answers) == facets.split()


@pytest.mark.parametrize(
    "fact",
    [
        "runner's knee",
        "patellofemoral pain",
        "patellar tendinitis",
        "instability",
        "squatting",
        "sitting or standing",
        "twenty-five percent",
        "sixty-five percent",
        "four million",
        "popliteal",
        "synovial",
        "blood thinners",
        "ultrasound",
        "MRI",
        "corticosteroids",
        "hyaluronic acid",
        "ibuprofen",
        "arthroscopy",
        "knee replacement",
        "dehydration",
        "circulation",
        "quadriceps",
        "rheumatoid",
        "drainage",
        "aspiration",
        "life-threatening",
    ],
)
def test_what_the_guide_only_mentions_is_spoken_somewhere(guide: Guide, fact: str) -> None:
    assert any(fact in row["text"] for row in sentence_rows(guide))


def test_each_sentence_of_an_answer_is_said_on_its_own(guide: Guide) -> None:
    # The voice renders and repeats sentence by sentence, so one entry holds one sentence.
    doubled = [
        sentence.text
        for node in guide.nodes.values()
        for answer in node.answers.values()
        for sentence in answer.first + answer.more
        if re.search(r"[.!?]\s", sentence.text) or not re.search(r"[.!?]$", sentence.text)
    ]
    assert doubled == []


def test_the_steps_of_police_and_harm_lead_on_in_order(guide: Guide) -> None:
    def walk(first: str, group: str) -> list[str]:
        steps = [first]
        while following := [n for n in guide.nodes[steps[-1]].leads_to if n.startswith(group) and n not in steps]:
            steps.append(following[0])
        return [step.partition(".")[2] for step in steps]

    police = ["protection", "optimal_loading", "load", "ice", "compression", "elevation"]
    assert walk("police.protection", "police.") == police
    assert walk("harm.heat", "harm.")[:4] == ["heat", "alcohol", "running", "massage"]


def test_the_check_asks_at_most_eight_questions_and_the_urgent_ones_first(guide: Guide) -> None:
    urgent = [question.urgent for question in guide.questions]
    assert 0 < len(urgent) <= 8
    assert urgent == sorted(urgent, reverse=True)
    assert {q.sign for q in guide.questions if q.urgent} == {"chest_pain", "swelling", "warmth", "fever"}


def test_every_cause_has_evidence_and_only_causes_do(guide: Guide) -> None:
    causes = {node_id for node_id in guide.nodes if node_id.startswith("cause.")}
    assert {evidence.node_id for evidence in guide.evidence} == causes
