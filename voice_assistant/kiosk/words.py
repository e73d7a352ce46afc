"""All words of the page and of the kiosk's own speech: dialogs/screen.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice_assistant.types import Guide, GuideError

FILE = "screen.json"
_SECTIONS = (
    "spoken",
    "digits",
    "page",
    "trouble",
    "facets",
    "groups",
    "home",
    "labels",
    "steps",
    "parts",
    "drawing",
    "timer_minutes",
)


@dataclass(frozen=True, slots=True)
class Words:
    """The file, checked against the guide."""

    spoken: Mapping[str, Any]
    """Occasion → a sentence or several."""
    digits: Sequence[str]
    labels: Mapping[str, str]
    """Node id → how the screen calls it."""
    facets: Mapping[str, str]
    steps: Mapping[str, Sequence[str]]
    """Route → its nodes in the order of their letters."""
    drawing: Mapping[str, Sequence[str]]
    """Node id → parts of the drawing."""
    trouble: Mapping[str, str]
    page: Mapping[str, Any]
    """What the page itself needs: the whole file without what is only spoken."""


def load_words(folder: Path, guide: Guide) -> Words:
    """Read dialogs/screen.json.

    Raises:
        GuideError: it is missing or does not fit the guide; the text says what to do.
    """
    file = folder / FILE
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise GuideError(f"The words of the screen, {file}, cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise GuideError(f"{file} is not right: {error}.") from error
    missing = [section for section in _SECTIONS if section not in found]
    if missing:
        raise GuideError(f"{file}: the section {missing[0]!r} is missing; add it.")
    _check_nodes(file, found, guide)
    return Words(
        spoken=found["spoken"],
        digits=found["digits"],
        labels=found["labels"],
        facets=found["facets"],
        steps=found["steps"],
        drawing=found["drawing"],
        trouble=found["trouble"],
        page={section: found[section] for section in _SECTIONS if section not in ("spoken", "digits")},
    )


def _check_nodes(file: Path, found: Mapping[str, Any], guide: Guide) -> None:
    unnamed = sorted(set(guide.nodes) - set(found["labels"]))
    if unnamed:
        raise GuideError(f"{file}: the node {unnamed[0]!r} has no entry in `labels`; add one.")
    used = [*found["home"], *found["drawing"], *(node for group in found["groups"] for node in group["nodes"])]
    used += [node for nodes in found["steps"].values() for node in nodes]
    unknown = [node for node in used if node not in guide.nodes]
    if unknown:
        raise GuideError(f"{file}: the guide has no node {unknown[0]!r}; correct or remove it.")
    parts = [part for marked in found["drawing"].values() for part in marked if part not in found["parts"]]
    if parts:
        raise GuideError(f"{file}: the drawing has no part {parts[0]!r}; known are {', '.join(found['parts'])}.")
