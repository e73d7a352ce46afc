"""POLICE and HARM, step by step."""

from __future__ import annotations

from dataclasses import replace

from voice_assistant.dialogue.answers import offer_next, tell
from voice_assistant.dialogue.numbers import spoken_number
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import Walk
from voice_assistant.dialogue.urgent import warn_if_needed
from voice_assistant.types import group_of

ROUTES = {
    "police": (
        "police.protection",
        "police.optimal_loading",
        "police.load",
        "police.ice",
        "police.compression",
        "police.elevation",
    ),
    "harm": ("harm.heat", "harm.alcohol", "harm.running", "harm.massage"),
}
"""The steps in the order of their letters."""


def overview_of(route: str) -> str:
    """The node that tells what the steps are."""
    return f"{route}.overview"


def is_beside(walk: Walk, node_id: str) -> bool:
    """Whether the node is not part of the walk-through."""
    return group_of(node_id) != walk.route


def offer(reply: Reply, route: str) -> Reply:
    """Offers to go through the steps, after the overview."""
    return reply.ask("start_walk", "walk_offer", (route,)).change(walk=None, choices=ROUTES[route])


def note_step(reply: Reply, node_id: str) -> Reply:
    """A step was asked for by its name: a walk-through that is under way goes on from there."""
    walk = reply.state.walk
    if walk is None or is_beside(walk, node_id):
        return reply
    return reply.change(walk=Walk(walk.route, ROUTES[walk.route].index(node_id)))


def start(reply: Reply, route: str) -> Reply:
    """The first step, and how to go on. A check that is under way waits until it is asked for again."""
    check = reply.state.open_check
    if check is not None:
        reply = reply.change(check=replace(check, left=True))
    return tell_step(reply, Walk(route, 0)).line("walk_hint")


def tell_step(reply: Reply, walk: Walk) -> Reply:
    """Says which step it is and what it is about."""
    steps = ROUTES[walk.route]
    node_id = steps[walk.index]
    occasion = "walk_last_step" if walk.index == len(steps) - 1 else "walk_step"
    step = warn_if_needed(reply, node_id).line(occasion, **_words(reply, walk))
    told = tell(step, node_id, None).change(walk=walk, choices=steps)
    to_be_timed = "control.timer" in reply.node(node_id).leads_to and reply.state.timer is None
    return told.line("timer_hint") if to_be_timed else told


def _words(reply: Reply, walk: Walk) -> dict[str, str]:
    steps = ROUTES[walk.route]
    return {
        "number": spoken_number(walk.index + 1),
        "count": spoken_number(len(steps)),
        "name": reply.node(steps[walk.index]).name,
    }


def step_to(reply: Reply, index: int) -> Reply:
    """Goes to a step, from 0; says so where there is none."""
    walk = reply.state.walk
    if walk is None:
        return reply.line("left_nothing")
    node_id = ROUTES[walk.route][walk.index]
    if index < 0:
        return reply.at(node_id).line("walk_first")
    if index >= len(ROUTES[walk.route]):
        return offer_next(reply.at(node_id).line("walk_end").change(walk=None, asked=None))
    return tell_step(reply, Walk(walk.route, index))


def from_topic(topic: str | None) -> Walk | None:
    """The walk-through that a topic is part of, at that step; the overview stands before the first."""
    if topic is None or group_of(topic) not in ROUTES:
        return None
    steps = ROUTES[group_of(topic)]
    return Walk(group_of(topic), steps.index(topic) if topic in steps else -1)


def tell_left(reply: Reply) -> Reply:
    """How many steps are left."""
    walk = reply.state.walk
    if walk is None:
        return reply.line("left_nothing")
    steps = ROUTES[walk.route]
    reply = reply.at(steps[walk.index])
    left = len(steps) - walk.index - 1
    if left == 0:
        return reply.line("walk_left_none")
    return reply.line("walk_left_one") if left == 1 else reply.line("walk_left_many", count=spoken_number(left))


def tell_where(reply: Reply, walk: Walk) -> Reply:
    """Which step it is at."""
    return reply.at(ROUTES[walk.route][walk.index]).line("walk_where", **_words(reply, walk))


def leave_for_a_question(reply: Reply) -> Reply:
    """Offers, once, to go on after something else was answered."""
    walk = reply.state.walk
    if walk is None or walk.left:
        return reply
    return reply.ask("resume_walk", "walk_resume_question", (walk.route,)).change(walk=replace(walk, left=True))
