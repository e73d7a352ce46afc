"""A kiosk with the real answers and without sound or time: what is touched or "heard" is shown at once and stays."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from tests.kiosk_parts import CLINIC
from voice_assistant.assistant import Assistant
from voice_assistant.cli.kiosk import kiosk_conversation, kiosk_for
from voice_assistant.kiosk import Clinic, Kiosk, KioskServer, bind
from voice_assistant.types import PartialTranscript, Response, Transcript, Turn, Understood


class StillKiosk:
    """The conversation in a thread of its own, order after order, as the voice loop has it. A context manager.

    Implements Steering. An answer stays at its first sentence until `rest` is called.
    """

    def __init__(self, assistant: Assistant, clinic: Clinic = CLINIC, port: int = 0) -> None:
        self._conversation = kiosk_conversation(assistant, clinic)
        self.now_s = 0.0
        self.quiet = False
        self.kiosk: Kiosk = kiosk_for(assistant, clinic, self, self._conversation)  # type: ignore[arg-type]
        self.server = KioskServer(self.kiosk, bind(port))
        self._orders: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)

    @property
    def url(self) -> str:
        return self.server.url

    # --- Steering -------------------------------------------------------------------------------------

    def touch(self, understood: Understood) -> None:
        self._orders.put(lambda: self._answer(self._conversation.take(understood, Transcript.typed(""), self.now_s)))

    def push(self) -> None:
        self._orders.put(lambda: self.kiosk.state("listening"))

    def attend(self) -> None:
        """It hears everything anyway."""

    def say(self, response: Response) -> None:
        self._orders.put(lambda: self._unasked(response))

    def forget(self, *, keep_timer: bool, forgotten: Callable[[], None]) -> None:
        self._orders.put(lambda: self._forget(keep_timer, forgotten))

    def quieten(self, quiet: bool) -> None:
        self.quiet = quiet

    # --- what a person says, and what time brings -----------------------------------------------------

    def hear_so_far(self, text: str, level: int = 7) -> None:
        """Somebody is in the middle of saying that."""
        self.kiosk.state("listening")
        self.kiosk.partial(PartialTranscript(text, 0.0))
        self.kiosk._screen.parts["level"] = level
        self.kiosk._changed()

    def hear(self, text: str) -> None:
        """Somebody has said that."""
        self._orders.put(lambda: self._answer(self._conversation.hear(Transcript.typed(text), self.now_s)))
        self.settle()

    def mean(self, understood: Understood) -> None:
        """Somebody has said what means that, in whatever words."""
        self._orders.put(lambda: self._answer(self._conversation.take(understood, Transcript.typed("so"), self.now_s)))
        self.settle()

    def pass_time(self, seconds: float) -> None:
        """For the conversation: a timer rings."""
        self.now_s += seconds
        self._orders.put(self._tick)
        self.settle()

    def rest(self) -> None:
        """Everything has been said."""
        self._orders.put(lambda: self.kiosk.state("idle"))
        self.settle()

    def settle(self) -> None:
        """Until all orders are carried out."""
        done = threading.Event()
        self._orders.put(done.set)
        done.wait(60)

    # --- within -----------------------------------------------------------------------------------------

    def _answer(self, turn: Turn) -> None:
        self.kiosk.turn(turn)
        self._begin_to_say(turn.response)

    def _unasked(self, response: Response) -> None:
        self.kiosk.spoken(response)
        self._begin_to_say(response)

    def _begin_to_say(self, response: Response) -> None:
        if response.sentences:
            self.kiosk.state("speaking")
            self.kiosk.sentence(response.sentences[0], 0)
        elif {"stop", "pause"} & set(response.actions):
            self.kiosk.state("idle")

    def _tick(self) -> None:
        response = self._conversation.tick(self.now_s, speaking=False)
        if response is not None:
            self._unasked(response)

    def _forget(self, keep_timer: bool, forgotten: Callable[[], None]) -> None:
        self._conversation.begin(self.now_s)
        self.kiosk.state("idle")
        forgotten()

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            order()

    def __enter__(self) -> StillKiosk:
        self._thread.start()
        self.kiosk.started()
        self.settle()
        self.server.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.server.stop()
        self._orders.put(None)
        self._thread.join(10)
