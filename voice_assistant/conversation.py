"""One conversation in text: an utterance in, a turn out. Everything spoken goes through here, whether typed, heard
or touched.
"""

from __future__ import annotations

import time
from dataclasses import replace

from voice_assistant.dialogue import Dialogue, DialogueState
from voice_assistant.patience import Patience
from voice_assistant.types import Alternative, Context, Listening, RedFlag, Response, Transcript, Turn, Understood
from voice_assistant.understanding import Interpreter


class Conversation:
    """Holds the state of one conversation; not for use from two threads at once."""

    def __init__(
        self, interpreter: Interpreter, dialogue: Dialogue, patience: Patience, listening: Listening = Listening()
    ) -> None:
        self._interpreter = interpreter
        self._dialogue = dialogue
        self._patience = patience
        self.listening = listening
        self.state: DialogueState = dialogue.begin(0.0)[0]

    @property
    def context(self) -> Context:
        """What the conversation waits for and is about."""
        return self._dialogue.context(self.state)

    def begin(self, now_s: float = 0.0) -> Response:
        """Forget everything and greet."""
        self.state, response = self._dialogue.begin(now_s)
        return response

    def hear(self, transcript: Transcript, now_s: float = 0.0) -> Turn:
        """Understand an utterance and answer it."""
        began = time.perf_counter()
        understood = self._interpreter.understand(transcript, self.context)
        understood_after = time.perf_counter()
        turn = self.take(understood, transcript, now_s)
        answered_after = time.perf_counter()
        timings = {
            "understand": (understood_after - began) * 1000,
            "respond": (answered_after - understood_after) * 1000,
        }
        return replace(turn, timings_ms=timings)

    def take(self, understood: Understood, transcript: Transcript, now_s: float = 0.0) -> Turn:
        """Answer what is understood already, such as a touch on the screen."""
        self.state, response = self._dialogue.respond(self.state, understood, now_s)
        return Turn(transcript=transcript, understood=understood, response=response)

    def failed(self, now_s: float) -> Response:
        """What is said when a turn went wrong inside the program."""
        self.state, response = self._dialogue.failed(self.state, now_s)
        return response

    def foresee(self, text: str, now_s: float) -> tuple[Understood, Response]:
        """What would be understood and answered if the utterance ended here; the conversation stays as it is."""
        understood = self._interpreter.understand(Transcript.typed(text), self.context)
        return understood, self._dialogue.respond(self.state, understood, now_s)[1]

    def foresee_continued(self, text: str, before: DialogueState) -> Understood:
        """What a question and its continuation mean together, had both been said in the earlier state `before`."""
        return self._interpreter.understand(Transcript.typed(text), self._dialogue.context(before))

    def patience_s(self, text: str, understood: Understood) -> float:
        """Seconds of silence after which `text` counts as finished."""
        return self._patience.seconds(text, understood, self.context)

    def warning(self, text: str) -> RedFlag | None:
        """The warning sign in a partial transcript, if there is one."""
        return self._interpreter.warning(text)

    def tick(self, now_s: float, *, speaking: bool) -> Response | None:
        """What is to be said without having been asked: a timer's end, a gentle prompt."""
        self.state, response = self._dialogue.tick(self.state, now_s, speaking=speaking)
        return response

    def interrupted(self, heard_sentences: int) -> None:
        """The last response was cut off after so many sentences."""
        self.state = self._dialogue.interrupted(self.state, heard_sentences)


def with_guesses(transcript: Transcript, texts: tuple[str, ...]) -> Transcript:
    """The transcript with earlier guesses added as unlikely alternatives, so that a warning sign once heard is not
    lost.
    """
    known = {alternative.text for alternative in transcript.alternatives} | {transcript.text}
    added = tuple(Alternative(text, -20.0) for text in texts if text not in known)
    return replace(transcript, alternatives=transcript.alternatives + added) if added else transcript
