"""Every sentence that can be said, as rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from voice_assistant.types import Guide, Sentence


class SentenceRow(TypedDict):
    """One sentence with where it is said and where its facts come from."""

    node: str
    """A node id, or `assistant` for the assistant's own talk."""
    facet: str | None
    """The facet of the node, the sign that a question asks for, or the occasion of the assistant's talk."""
    text: str
    source: str
    """A heading of the guide, `safety` or `assistant`."""


def sentence_rows(guide: Guide) -> list[SentenceRow]:
    """All sentences: answers in the order of the files, the questions of the guided check, the assistant's own talk."""
    return list(_rows(guide))


def _rows(guide: Guide) -> Iterator[SentenceRow]:
    for node_id, node in guide.nodes.items():
        for facet, answer in node.answers.items():
            for sentence in answer.first + answer.more:
                yield _row(node_id, facet, sentence)
    for question in guide.questions:
        yield _row("check.start", question.sign, question.sentence)
    for occasion, variants in guide.lines.items():
        for sentence in variants:
            yield _row("assistant", occasion, sentence)


def _row(node: str, facet: str | None, sentence: Sentence) -> SentenceRow:
    return SentenceRow(node=node, facet=facet, text=sentence.text, source=sentence.source)
