"""A kiosk with a clock that the test moves, and what a visitor may say to it."""

from __future__ import annotations

from datetime import datetime, timezone

from tests.kiosk_parts import Recorder, guide_and_words
from voice_assistant.kiosk import Clinic, Kiosk, Look
from voice_assistant.types import Match, NoMatch, PartialTranscript, Response, Sentence, Transcript, Turn

WARNED_S = 45
"""So long after the last word the visitor of `World` has been warned."""
SOMETHING = Response("cause.bakers_cyst", (Sentence("It is a pocket.", "Baker's Cyst"),))
GOODBYE = Response("control.goodbye", (Sentence("Goodbye.", "assistant"),), actions=("goodbye",))
IGNORED = Response("fallback.out_of_scope", (), actions=("ignored",))
REFUSED = Response("fallback.out_of_scope", (Sentence("That I do not know.", "assistant"),))


class World:
    """A kiosk with a clock that the test moves."""

    def __init__(self, clinic: Clinic | None = None) -> None:
        self.now_s = 0.0
        self.date = datetime(2030, 5, 1, 12, tzinfo=timezone.utc)
        self.look = Look(rate_wpm=170, volume=0.8)
        self.steering = Recorder()
        guide, words = guide_and_words()
        self.kiosk = Kiosk(
            guide,
            words,
            clinic or Clinic(),
            self.steering,
            lambda: self.look,
            clock=lambda: self.now_s,
            calendar=lambda: self.date,
        )
        self.kiosk.started()
        self.steering.settle()
        self.steering.forgotten.clear()

    def answer(self, words: str = "what is a baker's cyst", response: Response | None = None) -> None:
        said = response or Response("cause.bakers_cyst", (Sentence("It is a pocket.", "Baker's Cyst"),))
        self.kiosk.turn(Turn(Transcript.typed(words), Match("cause.bakers_cyst", None, 1.0), said))
        self.kiosk.state("idle")

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 2)):
            self.now_s += 0.5
            self.kiosk.tick()
            self.steering.settle()


def hear(world: World, words: str, understood: Match | NoMatch, response: Response) -> None:
    world.kiosk.state("listening")
    world.kiosk.partial(PartialTranscript(words, 0.0))
    world.kiosk.turn(Turn(Transcript.typed(words), understood, response))
    world.kiosk.state("idle")


def is_silent(world: World) -> bool:
    """Whether nothing is to be heard just now."""
    return world.steering.quiet
