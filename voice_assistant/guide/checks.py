"""The rules that dialogs/ keeps. Each rule is a function from a draft to its findings.

Two kinds: `structure` is what the program cannot do without (a node that is missing, a name that leads nowhere, a
sentence whose source is not a heading of the guide), so loading refuses it too; `style` is what makes the words right
for the ear and for the recogniser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from voice_assistant.guide.draft import Draft, Finding, Place
from voice_assistant.guide.reading import read_draft
from voice_assistant.guide.vocabulary import Knows, unknown_words
from voice_assistant.types import BREATH_WORDS, CHECK_QUESTIONS, Sentence

SENTENCE_WORDS = 25
"""A longer sentence is hard to follow by ear."""
PLAIN_SOURCES = ("safety", "assistant")
"""Sources that are not headings of the guide: fixed safety sentences, and talk about the assistant itself."""

_DIAGNOSIS = re.compile(r"\byou have\b|\byou['’]ve (?:got|a|an)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_PLAIN_PHRASE = re.compile(r"(?:[^\W\d_]|')+(?: (?:[^\W\d_]|')+)*")
_REFERENCE = re.compile(r"<([^<>]*)>")


def check_guide(folder: Path, *, knows: Knows) -> list[Finding]:
    """Everything in a dialogs folder that breaks a rule, in the order of files and lines.

    `knows` tells whether the speech model's vocabulary has a lower-case word.
    """
    draft, findings = read_draft(folder)
    findings += structure_findings(draft)
    findings += style_findings(draft)
    findings += unknown_words(draft, knows)
    return sorted(set(findings), key=lambda finding: (finding.file, finding.line, finding.node or "", finding.message))


def structure_findings(draft: Draft) -> list[Finding]:
    """What makes the guide unusable."""
    return _collect(draft, (_nodes_of_the_contract, _summaries, _node_names, _concept_names, _sources))


def style_findings(draft: Draft) -> list[Finding]:
    """What makes it worse to hear, or to be heard."""
    return _collect(
        draft,
        (
            _lengths,
            _no_diagnosis,
            _urgent_advice,
            _phrases_stand_once,
            _phrases_are_plain,
            _every_topic_has_phrases,
            _questions,
            _listened_words_are_single,
        ),
    )


def _collect(draft: Draft, rules: Iterable[Callable[[Draft], Iterator[Finding]]]) -> list[Finding]:
    return [finding for rule in rules for finding in rule(draft)]


def _nodes_of_the_contract(draft: Draft) -> Iterator[Finding]:
    for node_id in draft.contract.nodes:
        if node_id not in draft.node_places:
            yield Finding("contract.yaml", 1, node_id, "the node is missing: no file of nodes/ holds it")
    promised = set(draft.contract.nodes)
    for node_id, place in draft.node_places.items():
        if node_id not in promised:
            yield place.finding("contract.yaml does not list this node")


def _summaries(draft: Draft) -> Iterator[Finding]:
    for node_id, place in draft.node_places.items():
        node = draft.nodes[node_id]
        if "summary" in draft.contract.facets_of(node_id):
            if "summary" not in node.answers:
                yield place.finding("answers: `summary` is missing")
            if node.heading is None:
                yield place.finding("heading: a node that answers for the guide names its heading")


def _node_names(draft: Draft) -> Iterator[Finding]:
    for mention in draft.leads_to:
        if mention.name not in draft.node_places:
            yield mention.place.finding(f"leads_to: there is no node `{mention.name}`")
    for phrase, place in draft.phrases:
        if phrase.node_id not in draft.node_places:
            yield place.finding(f"phrases: there is no node `{phrase.node_id}`")
    for evidence, place in draft.evidence:
        if evidence.node_id not in draft.node_places:
            yield place.finding(f"evidence: there is no node `{evidence.node_id}`")
    for mention in draft.listened_nodes:
        if mention.name not in draft.node_places:
            yield mention.place.finding(f"listening: there is no node `{mention.name}`")
    for node_id in draft.contract.urgent_nodes:
        if node_id not in draft.contract.nodes:
            yield Finding("contract.yaml", 1, node_id, f"urgent_nodes: there is no node `{node_id}`")


def _concept_names(draft: Draft) -> Iterator[Finding]:
    for mention in draft.rule_concepts:
        if mention.name not in draft.concepts:
            yield mention.place.finding(f"the rule names `{mention.name}`, which signs.yaml does not hold")
    for question, place in draft.questions:
        for name in (question.sign, *question.parts, *question.words):
            if name not in draft.concepts:
                yield place.finding(f"the question asks for `{name}`, which signs.yaml does not hold")
    for evidence, place in draft.evidence:
        if evidence.sign not in draft.concepts:
            yield place.finding(f"the evidence names `{evidence.sign}`, which signs.yaml does not hold")
    for pattern, place in draft.pattern_places:
        for name in _REFERENCE.findall(pattern):
            if name not in draft.concepts:
                yield place.finding(f"the pattern refers to `<{name}>`, which signs.yaml does not hold")


def _sources(draft: Draft) -> Iterator[Finding]:
    headings = set(draft.headings)

    def foreign(name: str, place: Place, what: str, also: tuple[str, ...] = ()) -> Iterator[Finding]:
        if name not in headings and name not in also:
            known = f" and is not {' or '.join(f'`{word}`' for word in also)}" if also else ""
            yield place.finding(f"{what}: `{name}` is no heading of the guide{known}")

    for spoken in draft.spoken:
        yield from foreign(spoken.sentence.source, spoken.place, "source", PLAIN_SOURCES)
    for mention in draft.rule_sources:
        yield from foreign(mention.name, mention.place, "source", PLAIN_SOURCES)
    for mention in draft.node_headings:
        yield from foreign(mention.name, mention.place, "heading")
    for evidence, place in draft.evidence:
        yield from foreign(evidence.heading, place, "heading")


def _lengths(draft: Draft) -> Iterator[Finding]:
    for spoken in draft.spoken:
        for sentence in _SENTENCE_END.split(spoken.sentence.text):
            if (count := len(sentence.split())) > SENTENCE_WORDS:
                yield spoken.place.finding(f"the sentence has {count} words, more than {SENTENCE_WORDS}: “{sentence}”")
    for node_id, node in draft.nodes.items():
        for facet, answer in node.answers.items():
            if (count := sum(len(sentence.text.split()) for sentence in answer.first)) > BREATH_WORDS:
                place = _place_of(draft, node_id, facet, answer.first[0])
                yield place.finding(f"{facet}: the first answer has {count} words, more than {BREATH_WORDS}")


def _place_of(draft: Draft, node_id: str, facet: str, sentence: Sentence) -> Place:
    for spoken in draft.spoken:
        if spoken.place.node == node_id and spoken.facet == facet and spoken.sentence is sentence:
            return spoken.place
    return draft.node_places[node_id]


def _no_diagnosis(draft: Draft) -> Iterator[Finding]:
    for spoken in draft.spoken:
        if found := _DIAGNOSIS.search(spoken.sentence.text):
            yield spoken.place.finding(f"“{found.group()} …” sounds like a diagnosis: “{spoken.sentence.text}”")


def _urgent_advice(draft: Draft) -> Iterator[Finding]:
    for node_id in draft.contract.urgent_nodes:
        for facet, answer in draft.nodes[node_id].answers.items() if node_id in draft.nodes else ():
            said = " ".join(sentence.text for sentence in answer.first).lower()
            if not any(advice in said for advice in draft.contract.urgent_advice):
                place = _place_of(draft, node_id, facet, answer.first[0])
                yield place.finding(
                    f"{facet}: the first answer gives no urgent advice (contract.yaml lists its wording)"
                )


def _phrases_stand_once(draft: Draft) -> Iterator[Finding]:
    first_places: dict[str, Place] = {}
    for phrase, place in draft.phrases:
        # People and recognisers drop apostrophes, so they do not make another phrase.
        key = phrase.text.lower().replace("'", "")
        first = first_places.setdefault(key, place)
        if first is not place:
            where = f"also under {first.node}" if first.node != place.node else "a second time"
            yield place.finding(f"the phrase “{phrase.text}” stands {where}: {first.file}, line {first.line}")


def _phrases_are_plain(draft: Draft) -> Iterator[Finding]:
    for phrase, place in draft.phrases:
        if phrase.text != phrase.text.lower() or not _PLAIN_PHRASE.fullmatch(phrase.text):
            yield place.finding(
                f"the phrase “{phrase.text}” is not as a recogniser writes: lower-case words, apostrophes, no figures"
            )


def _listened_words_are_single(draft: Draft) -> Iterator[Finding]:
    for mention in draft.listened_words:
        if mention.name != mention.name.lower() or " " in mention.name or not _PLAIN_PHRASE.fullmatch(mention.name):
            yield mention.place.finding(f"“{mention.name}” is not one lower-case word")


def _every_topic_has_phrases(draft: Draft) -> Iterator[Finding]:
    asked_for = {phrase.node_id for phrase, _ in draft.phrases}
    for node_id, place in draft.node_places.items():
        if draft.nodes[node_id].answers and node_id not in asked_for:
            yield place.finding("no file of phrases/ holds a phrase for this node")


def _questions(draft: Draft) -> Iterator[Finding]:
    for _, place in draft.questions[CHECK_QUESTIONS:]:
        yield place.finding(f"the check asks more than {CHECK_QUESTIONS} questions")
    calm = False
    for question, place in draft.questions:
        if question.urgent and calm:
            yield place.finding("urgent questions come before the others")
        calm = calm or not question.urgent
