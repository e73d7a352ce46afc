"""Reads the files of dialogs/ into a draft. What has the wrong shape becomes a finding and is left out of the draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from voice_assistant.guide.draft import Contract, Draft, Finding, Mention, Spoken
from voice_assistant.guide.fields import FileReader
from voice_assistant.guide.tree import Nothing, Tree, TreeError, read_tree
from voice_assistant.types import (
    Answer,
    Concept,
    Evidence,
    Expects,
    Listening,
    Node,
    Omission,
    Phrase,
    Question,
    Rule,
    Sentence,
    Term,
)

CONTRACT = "contract.yaml"
"""Without this file a folder is not taken for dialogs."""
NO_FACET_KEY = "any"
"""The key of phrases that ask for the whole topic."""


def read_draft(folder: Path) -> tuple[Draft, list[Finding]]:
    """Reads every file of a dialogs folder. Findings are about shape only: files, keys and kinds of values."""
    draft = Draft()
    findings: list[Finding] = []
    _read_file(folder, CONTRACT, _read_contract, draft, findings)
    if findings:
        return draft, findings  # without the contract every other line would look wrong
    for name, read in _FILES:
        _read_file(folder, name, read, draft, findings)
    for subfolder, read in (("nodes", _read_nodes), ("phrases", _read_phrases)):
        paths = sorted((folder / subfolder).glob("*.yaml"))
        if not paths:
            findings.append(Finding(subfolder, 1, None, "the folder holds no .yaml file"))
        for path in paths:
            _read_file(folder, f"{subfolder}/{path.name}", read, draft, findings)
    return draft, findings


def read_headings(folder: Path) -> tuple[tuple[str, ...], list[Finding]]:
    """Reads the headings of the guide, in its order."""
    draft = Draft()
    findings: list[Finding] = []
    _read_file(folder, "headings.yaml", _read_headings, draft, findings)
    return draft.headings, findings


_Read = Callable[[FileReader, Tree, Draft], None]


def _read_file(folder: Path, name: str, read: _Read, draft: Draft, findings: list[Finding]) -> None:
    reader = FileReader(name, findings)
    try:
        tree = read_tree(folder / name)
    except TreeError as error:
        reader.fault(error.line, error.near, error.message)
        return
    read(reader, tree, draft)


def _read_contract(reader: FileReader, tree: Tree, draft: Draft) -> None:
    known = ("nodes", "facets", "phrase_keys", "urgent_nodes", "urgent_advice")
    found = reader.fields(tree, None, "contract", required=known)

    def names(key: str) -> tuple[str, ...]:
        return tuple(text for text, _ in reader.texts(found.get(key), None, key))

    def table(key: str) -> dict[str, tuple[str, ...]]:
        if key not in found:
            return {}
        rows = reader.entries(found[key], None, key)
        return {name.value: tuple(text for text, _ in reader.texts(row, name.value, key)) for name, row in rows}

    draft.contract = Contract(
        nodes=names("nodes"),
        facets=table("facets"),
        phrase_keys=table("phrase_keys"),
        urgent_nodes=names("urgent_nodes"),
        urgent_advice=names("urgent_advice"),
    )


def _read_headings(reader: FileReader, tree: Tree, draft: Draft) -> None:
    draft.headings = tuple(text for text, _ in reader.texts(tree, None, "headings"))


def _sentence(reader: FileReader, tree: Tree, draft: Draft, node: str, facet: str | None) -> Sentence | None:
    """A `say` with its `source`; without a source it is not a sentence, because nothing is said without provenance."""
    found = reader.fields(tree, node, "sentence", required=("say",), optional=("source",))
    text = reader.text(found.get("say"), node, "say")
    return _sourced(reader, found.get("source"), text, tree.line, draft, node, facet)


def _sourced(
    reader: FileReader, source_tree: Tree | None, text: str, line: int, draft: Draft, node: str, facet: str | None
) -> Sentence | None:
    source = reader.text(source_tree, node, "source")
    if text and source_tree is None:
        reader.fault(line, node, "a sentence without provenance: `source` is missing")
    if not text or not source:
        return None
    sentence = Sentence(text, source)
    draft.spoken.append(Spoken(sentence, reader.place(line, node), facet))
    return sentence


def _sentences(
    reader: FileReader, tree: Tree | None, draft: Draft, node: str, facet: str | None, what: str
) -> tuple[Sentence, ...]:
    read = (_sentence(reader, item, draft, node, facet) for item in reader.items(tree, node, what))
    return tuple(sentence for sentence in read if sentence)


def _read_nodes(reader: FileReader, tree: Tree, draft: Draft) -> None:
    for key, body in reader.entries(tree, None, "nodes", keys_are_nodes=True):
        node_id = key.value
        if node_id in draft.node_places:
            first = draft.node_places[node_id]
            reader.fault(key.line, node_id, f"the node stands twice, first in {first.file} on line {first.line}")
            continue
        draft.node_places[node_id] = reader.place(key.line, node_id)
        draft.nodes[node_id] = _node(reader, node_id, body, draft)


def _node(reader: FileReader, node_id: str, body: Tree, draft: Draft) -> Node:
    found = reader.fields(body, node_id, "node", required=("heading", "name"), optional=("leads_to", "answers"))
    heading_tree = found.get("heading")
    heading = None
    if heading_tree is not None and not isinstance(heading_tree, Nothing):
        heading = reader.text(heading_tree, node_id, "heading") or None
        if heading:
            draft.node_headings.append(Mention(heading, reader.place(heading_tree.line, node_id)))
    leads_to = reader.texts(found.get("leads_to"), node_id, "leads_to")
    draft.leads_to.extend(Mention(name, reader.place(line, node_id)) for name, line in leads_to)
    answers = {}
    for facet, answer_tree in reader.entries(found["answers"], node_id, "answers") if "answers" in found else ():
        answer = _answer(reader, answer_tree, draft, node_id, facet.value)
        if facet.value not in draft.contract.facets_of(node_id):
            reader.fault(facet.line, node_id, f"answers: unknown key `{facet.value}` (contract.yaml lists the facets)")
        elif answer.first:
            answers[facet.value] = answer
        else:
            reader.fault(facet.line, node_id, f"{facet.value}: `first` holds no sentence")
    name = reader.text(found.get("name"), node_id, "name")
    if "name" in found:
        draft.node_names.append((name, reader.place(found["name"].line, node_id)))
    return Node(
        node_id=node_id,
        name=name,
        heading=heading,
        answers=answers,
        leads_to=tuple(name for name, _ in leads_to),
    )


def _answer(reader: FileReader, tree: Tree, draft: Draft, node_id: str, facet: str) -> Answer:
    found = reader.fields(tree, node_id, facet, required=("first",), optional=("more",))
    first = _sentences(reader, found.get("first"), draft, node_id, facet, "first")
    return Answer(first, _sentences(reader, found.get("more"), draft, node_id, facet, "more"))


def _read_phrases(reader: FileReader, tree: Tree, draft: Draft) -> None:
    for node_key, body in reader.entries(tree, None, "phrases", keys_are_nodes=True):
        node_id = node_key.value
        keys = draft.contract.phrase_keys_of(node_id)
        for facet_key, phrases in reader.entries(body, node_id, "phrases"):
            if facet_key.value not in keys:
                known = ", ".join(keys)
                reader.fault(facet_key.line, node_id, f"phrases: unknown key `{facet_key.value}` (known: {known})")
                continue
            facet = None if facet_key.value == NO_FACET_KEY else facet_key.value
            for text, line in reader.texts(phrases, node_id, "phrase"):
                draft.phrases.append((Phrase(text, node_id, facet), reader.place(line, node_id)))


def _read_signs(reader: FileReader, tree: Tree, draft: Draft) -> None:
    for key, body in reader.entries(tree, None, "signs", keys_are_nodes=True):
        name = key.value
        found = reader.fields(body, name, "sign", required=("label", "patterns"))
        patterns = reader.texts(found.get("patterns"), name, "patterns")
        label = reader.text(found.get("label"), name, "label")
        if "patterns" in found and not patterns:
            reader.fault(key.line, name, "patterns: at least one is needed")
        draft.pattern_places.extend((text, reader.place(line, name)) for text, line in patterns)
        draft.concepts[name] = Concept(name, label, tuple(text for text, _ in patterns))


def _read_rules(reader: FileReader, tree: Tree, draft: Draft) -> None:
    for key, body in reader.entries(tree, None, "red flags", keys_are_nodes=True):
        name = key.value
        required = ("level", "all_of", "source")
        found = reader.fields(body, name, "red flag", required=required, optional=("none_of", "only_sure"))
        level = _level(reader, found.get("level"), name)
        groups = []
        for group_tree in reader.items(found.get("all_of"), name, "all_of"):
            group = reader.texts(group_tree, name, "all_of")
            if not group:
                reader.fault(group_tree.line, name, "all_of: each group names at least one sign")
            draft.rule_concepts.extend(Mention(text, reader.place(line, name)) for text, line in group)
            groups.append(tuple(text for text, _ in group))
        none_of = reader.texts(found.get("none_of"), name, "none_of")
        draft.rule_concepts.extend(Mention(text, reader.place(line, name)) for text, line in none_of)
        source_tree = found.get("source")
        source = reader.text(source_tree, name, "source")
        if source_tree is not None and source:
            draft.rule_sources.append(Mention(source, reader.place(source_tree.line, name)))
        if "all_of" in found and not any(groups):
            reader.fault(key.line, name, "all_of: at least one group of signs is needed")
        elif level and source and all(groups):
            excluded = tuple(text for text, _ in none_of)
            only_sure = reader.flag(found.get("only_sure"), name, "only_sure")
            draft.rules.append(Rule(name, level, tuple(groups), excluded, source, only_sure))


def _level(reader: FileReader, tree: Tree | None, name: str) -> Literal["urgent", "emergency"] | None:
    word = reader.text(tree, name, "level")
    if word == "urgent":
        return "urgent"
    if word == "emergency":
        return "emergency"
    if tree is not None and word:
        reader.fault(tree.line, name, f"level: unknown `{word}` (known: urgent, emergency)")
    return None


def _read_terms(reader: FileReader, tree: Tree, draft: Draft) -> None:
    for key, body in reader.entries(tree, None, "terms", keys_are_nodes=True):
        found = reader.fields(body, key.value, "term", optional=("sounds_like", "misheard", "by_sound", "say_as"))
        sounds_like = reader.texts(found.get("sounds_like"), key.value, "sounds_like")
        misheard = reader.texts(found.get("misheard"), key.value, "misheard")
        say_as = reader.text(found.get("say_as"), key.value, "say_as")
        by_sound = reader.text(found.get("by_sound"), key.value, "by_sound") == "safe"
        draft.terms.append(
            Term(key.value, tuple(t for t, _ in sounds_like), tuple(t for t, _ in misheard), by_sound, say_as)
        )
        draft.term_places.append(reader.place(key.line, key.value))


def _read_check(reader: FileReader, tree: Tree, draft: Draft) -> None:
    found = reader.fields(tree, None, "check", required=("questions", "evidence"))
    for item in reader.items(found.get("questions"), None, "questions"):
        _read_question(reader, item, draft)
    for node_key, body in reader.entries(found["evidence"], None, "evidence") if "evidence" in found else ():
        for item in reader.items(body, node_key.value, "evidence"):
            part = reader.fields(item, node_key.value, "evidence", required=("sign", "heading"))
            sign = reader.text(part.get("sign"), node_key.value, "sign")
            heading = reader.text(part.get("heading"), node_key.value, "heading")
            if sign and heading:
                place = reader.place(item.line, node_key.value)
                draft.evidence.append((Evidence(node_key.value, sign, heading), place))


def _read_question(reader: FileReader, item: Tree, draft: Draft) -> None:
    node = "check.start"
    part = reader.fields(
        item, node, "question", required=("sign", "say"), optional=("source", "urgent", "parts", "words")
    )
    sign = reader.text(part.get("sign"), node, "sign")
    text = reader.text(part.get("say"), node, "say")
    sentence = _sourced(reader, part.get("source"), text, item.line, draft, node, sign)
    urgent = reader.flag(part.get("urgent"), node, "urgent")
    parts, words = (tuple(text for text, _ in reader.texts(part.get(key), node, key)) for key in ("parts", "words"))
    if sign and sentence:
        draft.questions.append((Question(sign, sentence, urgent, parts, words), reader.place(item.line, node)))


def _read_lines(reader: FileReader, tree: Tree, draft: Draft) -> None:
    found = reader.fields(tree, None, "assistant", required=("lines",))
    for key, body in reader.entries(found["lines"], None, "lines", keys_are_nodes=True) if "lines" in found else ():
        variants = _sentences(reader, body, draft, key.value, None, "lines")
        if not variants:
            reader.fault(key.line, key.value, "the occasion holds no sentence")
        draft.lines[key.value] = variants


def _read_omissions(reader: FileReader, tree: Tree, draft: Draft) -> None:
    for item in reader.items(tree, None, "omitted"):
        found = reader.fields(item, None, "omission", required=("statement", "reason"))
        statement = reader.text(found.get("statement"), None, "statement")
        reason = reader.text(found.get("reason"), None, "reason")
        if statement and reason:
            draft.omissions.append(Omission(statement, reason))


def _read_listening(reader: FileReader, tree: Tree, draft: Draft) -> None:
    keys = (
        *("unfinished", "points_back", "asks", "closing_questions", "follow_on", "stands_alone", "names"),
        *("addressed", "over_speech", "commands", "general_topics", "expected"),
    )
    found = reader.fields(tree, None, "listening", required=keys)

    def words(key: str) -> frozenset[str]:
        read = reader.texts(found.get(key), None, key)
        draft.listened_words.extend(Mention(text, reader.place(line, None)) for text, line in read)
        return frozenset(text for text, _ in read)

    def nodes(part: Tree | None, what: str) -> tuple[str, ...]:
        read = reader.texts(part, None, what)
        draft.listened_nodes.extend(Mention(text, reader.place(line, None)) for text, line in read)
        return tuple(text for text, _ in read)

    def phrases(key: str) -> tuple[str, ...]:
        return tuple(text for text, _ in reader.texts(found.get(key), None, key))

    optional = get_args(Expects)
    rows = reader.fields(found["expected"], None, "expected", optional=optional) if "expected" in found else {}
    named: dict[str, frozenset[str]] = {}
    for key, row in reader.entries(found["names"], None, "names") if "names" in found else ():
        draft.listened_nodes.append(Mention(key.value, reader.place(key.line, None)))
        named[key.value] = frozenset(text for text, _ in reader.texts(row, None, key.value))
    draft.listening = Listening(
        unfinished=words("unfinished"),
        points_back=words("points_back"),
        asks=words("asks"),
        closing_questions=phrases("closing_questions"),
        follow_on=frozenset(nodes(found.get("follow_on"), "follow_on")),
        stands_alone=words("stands_alone"),
        addressed=words("addressed"),
        over_speech=words("over_speech"),
        commands=phrases("commands"),
        general_topics=frozenset(nodes(found.get("general_topics"), "general_topics")),
        names=named,
        expected={key: nodes(row, key) for key, row in rows.items()},
    )


_FILES: tuple[tuple[str, _Read], ...] = (
    ("headings.yaml", _read_headings),
    ("signs.yaml", _read_signs),
    ("red_flags.yaml", _read_rules),
    ("terms.yaml", _read_terms),
    ("check.yaml", _read_check),
    ("assistant.yaml", _read_lines),
    ("omitted.yaml", _read_omissions),
    ("listening.yaml", _read_listening),
)
