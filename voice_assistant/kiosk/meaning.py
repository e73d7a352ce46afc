"""What an answered utterance says of the visitor: that somebody leaves, stays, or perhaps was never meant. Pure."""

from __future__ import annotations

from voice_assistant.types import Turn

SURE_GOODBYE = 0.8
"""Of 0 to 1: after the warning, what is less surely a goodbye is taken for somebody who is still there."""
_SMALL_TALK = frozenset(f"control.{name}" for name in ("yes", "no", "thanks", "greeting"))
"""Where nothing was asked, these may well be said to somebody else."""


def is_ignored(turn: Turn) -> bool:
    """Whether it was taken for talk between others, and not answered."""
    response = turn.response
    return (not response.sentences and not response.actions) or "ignored" in response.actions


def stays(turn: Turn) -> bool:
    """Whether these are words that can answer "Say something, or I forget this visit": all but a sure goodbye."""
    leaves = "goodbye" in turn.response.actions and turn.understood.score >= SURE_GOODBYE
    return bool(turn.transcript.text) and not leaves


def asks_for_nothing(turn: Turn, *, warned: bool) -> bool:
    """Whether it may as well be talk in the room: it was refused, or is small talk that no question waited for.

    After the warning, small talk is an answer to it.
    """
    node_id = turn.response.node_id
    small_talk = node_id in _SMALL_TALK and bool(turn.transcript.text) and not warned
    return (small_talk or node_id.startswith("fallback.")) and not turn.response.urgent
