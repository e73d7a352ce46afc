"""What the page may send: a small fixed set, checked before anything happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from voice_assistant.types import Guide, Match, Slots

MOST_BYTES = 512
"""A message is never longer."""
CONTROLS = frozenset(
    f"control.{name}"
    for name in (
        "help repeat more next previous stop start_over slower faster louder quieter yes no goodbye greeting timer"
    ).split()
)
_ACTIONS: Mapping[str, frozenset[str]] = {
    "control.timer": frozenset({"cancel", "pause", "resume", "ask"}),
    "control.stop": frozenset({"pause"}),
    "control.more": frozenset({"resume"}),
}
"""Which details a touch on a control may carry; see Slots.action."""
_MOST_MINUTES = 180


class BadMessage(ValueError):
    """The page would never send this."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A topic, an answer or a command."""

    match: Match


@dataclass(frozen=True, slots=True)
class Wish:
    """What concerns the kiosk itself."""

    kind: Literal["talk", "begin", "stay", "finish", "quiet", "sound"]


Message: TypeAlias = Touched | Wish
_WISHES: Mapping[str, Wish] = {kind: Wish(kind) for kind in ("talk", "begin", "stay", "finish", "quiet", "sound")}


def read_message(text: object, guide: Guide) -> Message:
    """The message in the text of one WebSocket frame.

    Raises:
        BadMessage: it is none of the set.
    """
    if not isinstance(text, str) or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadMessage("no text, or too long")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMessage("no JSON") from None
    if not isinstance(found, dict):
        raise BadMessage("no object")
    kind = found.pop("type", None)
    if kind == "touch":
        return Touched(_touch(found, guide))
    if isinstance(kind, str) and kind in _WISHES and not found:
        return _WISHES[kind]
    raise BadMessage("unknown type")


def _touch(found: dict[str, Any], guide: Guide) -> Match:
    node_id, facet = found.pop("node", None), found.pop("facet", None)
    action, minutes = found.pop("action", None), found.pop("minutes", None)
    if found or not isinstance(node_id, str) or node_id not in guide.nodes:
        raise BadMessage("unknown node")
    if node_id.startswith("fallback.") or (node_id.startswith("control.") and node_id not in CONTROLS):
        raise BadMessage("not to be touched")
    if facet is not None and (not isinstance(facet, str) or facet not in guide.nodes[node_id].answers):
        raise BadMessage("unknown facet")
    if action is not None and (not isinstance(action, str) or action not in _ACTIONS.get(node_id, ())):
        raise BadMessage("unknown action")
    slots = Slots(action=action)
    if minutes is not None:
        whole = isinstance(minutes, int) and not isinstance(minutes, bool)
        if not whole or node_id != "control.timer" or action is not None or not 1 <= minutes <= _MOST_MINUTES:
            raise BadMessage("minutes out of range")
        slots = Slots(duration_s=60.0 * minutes, action="set")
    return Match(node_id, facet, 1.0, slots=slots)
