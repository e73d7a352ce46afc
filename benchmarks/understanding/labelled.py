"""Labelled utterances: tab-separated, with the columns utterance, accept, urgent, facet."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

GROUPS = {
    "cause": "causes",
    "symptom": "symptoms",
    "relief": "relief",
    "police": "relief",
    "harm": "relief",
    "treatment": "care",
    "care": "care",
    "overview": "overviews",
    "check": "check",
    "control": "control",
    "fallback": "refusals",
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One utterance with what may be answered."""

    text: str
    accepted: tuple[str, ...]
    urgent: str
    """`yes`, `no` or `either`."""
    facets: tuple[str, ...]

    @property
    def only_refusals(self) -> bool:
        """Whether nothing but a refusal is a right answer."""
        return all(node_id.startswith("fallback.") for node_id in self.accepted)

    @property
    def group(self) -> str:
        """The group of the first accepted node."""
        return GROUPS[self.accepted[0].split(".")[0]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What some system made of it."""

    node_id: str
    facet: str | None = None
    urgent: bool = False


@dataclass(slots=True)
class Tally:
    """Counts over a set of utterances."""

    right: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[Labelled, Answered]] = field(default_factory=list)

    def count(self, label: Labelled, answer: Answered) -> None:
        """Add one utterance."""
        good = answer.node_id in label.accepted
        for name in ("all", label.group):
            self._add(name, good)
        if good and label.facets:
            self._add("facet", answer.facet in label.facets)
        if label.urgent == "yes":
            self._add("urgent said", answer.urgent)
        if label.urgent == "no":
            self._add("urgent wrongly said", answer.urgent)
        refused = answer.node_id.startswith("fallback.")
        if label.only_refusals:
            self._add("only refusals accepted", refused)
        if "fallback.out_of_scope" in label.accepted and label.only_refusals:
            self._add("out of scope refused", refused)
        if label.accepted == ("fallback.out_of_scope",):
            self._add("nothing but out of scope", good)
        if not good:
            self.wrong.append((label, answer))

    def share(self, name: str) -> float:
        """Right of seen; 0 when nothing was seen."""
        return self.right[name] / self.seen[name] if self.seen[name] else 0.0

    def _add(self, name: str, good: bool) -> None:
        self.seen[name] += 1
        self.right[name] += good


def read(path: Path) -> list[Labelled]:
    """Read a labelled file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Labelled(
                text=row["utterance"],
                accepted=tuple(row["accept"].split("|")),
                urgent=row["urgent"],
                facets=tuple((row["facet"] or "").split("|")) if row["facet"] else (),
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
