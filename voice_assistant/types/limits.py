"""What several rooms, or a room and the command line, have to agree on: written once."""

from __future__ import annotations

BREATH_WORDS = 30
"""What is said at once, before "more?": about one breath."""
CHECK_QUESTIONS = 8
"""The guided check asks at most so many."""
SLOWEST_WPM, USUAL_WPM, FASTEST_WPM = 120, 170, 300
"""Speed of speech in words a minute; how long speech takes was measured at these three (speech/renderer.py)."""

KIOSK_PORT = 8437
"""Where the kiosk's page is, unless told otherwise."""


def group_of(node_id: str) -> str:
    """The part of a node id before its dot: `cause` of `cause.bakers_cyst`."""
    return node_id.partition(".")[0]
