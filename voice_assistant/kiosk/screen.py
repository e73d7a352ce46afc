"""What stands on the screen: turns and states become one object, of which the pages are sent what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voice_assistant.kiosk.values import Json, Look
from voice_assistant.kiosk.words import Words
from voice_assistant.types import CHECK_QUESTIONS, Guide, Response, Sentence

_ASIDES = frozenset(f"control.{name}" for name in ("slower", "faster", "louder", "quieter", "greeting", "thanks"))
"""These are acknowledged beside the answer, which stays: who says "I'm still here" is still reading it."""
_URGENT = "care.urgent"
_ALARMING = ("urgent", "emergency")
_PLAIN_FACETS = ("emergency", "short")
"""Forms of the urgent advice, which nobody asks for by name."""


class Screen:
    """Holds the parts by name. Not for use from two threads at once; the kiosk holds a lock."""

    def __init__(self, guide: Guide, words: Words) -> None:
        self._guide = guide
        self._words = words
        self.parts: dict[str, Any] = {}
        """Name → what is shown. Values are replaced, never edited."""
        self._turn = 0
        """Counts what is said, so that the page can tell the same words, said again, from words that still stand."""
        self.clear()

    def clear(self) -> None:
        """As before anybody came."""
        self._turn = 0
        kept = {name: self.parts.get(name) for name in ("listening", "voice", "trouble", "timer", "visit")}
        self.parts = {
            "turn": 0,
            "visit": kept["visit"] or {"number": 0, "active": False, "warning_s": None},
            "listening": kept["listening"] or "idle",
            "caption": None,
            "answer": None,
            "emergency": False,
            "aside": None,
            "mark": -1,
            "check": None,
            "walk": None,
            "timer": kept["timer"],
            "voice": kept["voice"] or {},
            "trouble": kept["trouble"] or [],
            "level": 0,
        }

    def show_response(self, response: Response, look: Look) -> None:
        """What is said now becomes the answer; an acknowledgement leaves the answer where it is."""
        shown = self.parts["answer"]
        turn = self._next_turn()
        beside = response.node_id in _ASIDES and not (response.urgent and shown and shown["kind"] not in _ALARMING)
        if response.sentences and not (shown and beside):
            self.parts["answer"] = {**self._answer(response, look), "turn": turn}
        elif shown:
            self.parts["answer"] = {**shown, "more": look.more, "expects": look.expects}
            texts = [one["text"] for one in _told(response) if one["text"] not in _texts(shown)]
            self.parts["aside"] = {"turn": turn, "text": " ".join(texts)} if texts else None
        if response.urgent and self._is_emergency(response):
            self.parts["emergency"] = True  # for the rest of the visit, whatever is asked after it
        self.parts["mark"] = -1
        self.parts["check"] = self._check(look)
        self.parts["walk"] = self._walk(look)

    def show_unasked(self, response: Response, look: Look) -> None:
        """What is said without having been asked. A prompt stands below the answer, which is still being read, and
        so does everything else below urgent advice.
        """
        shown = self.parts["answer"]
        below = shown and (response.node_id == shown["node"] or shown["kind"] in _ALARMING)
        if not below or response.urgent:
            self.show_response(response, look)
            return
        turn = self._next_turn()
        own = shown["sentences"][: shown["own"]]
        said = {"sentences": [*own, *_told(response)], "more": look.more, "expects": look.expects}
        self.parts["answer"] = {**shown, **said, "turn": turn}
        self.parts["mark"] = -1

    def mark(self, sentence: Sentence) -> None:
        """That sentence is being said."""
        answer = self.parts["answer"]
        texts = _texts(answer) if answer else []
        self.parts["mark"] = texts.index(sentence.text) if sentence.text in texts else -1

    def show_timer(self, look: Look, ago_s: float = 0.0) -> None:
        """The timer, or none; it was looked at so long ago."""
        timer = look.timer
        passed_s = 0.0 if timer is None or timer.held else ago_s
        self.parts["timer"] = timer and {
            "left_s": round(max(0.0, timer.left_s - passed_s), 1),
            "length_s": timer.length_s,
            "held": timer.held,
            "ringing": timer.ringing,
        }

    def _next_turn(self) -> int:
        self._turn += 1
        self.parts["turn"] = self._turn
        return self._turn

    def _answer(self, response: Response, look: Look) -> Json:
        subject = self._subject(response, look)
        node = self._guide.nodes.get(subject)
        choices = look.choices if look.expects == "choice" else ()
        leads_to = node.leads_to if node and not choices else ()
        return {
            "node": subject,
            "facet": response.facet,
            "title": self._words.labels.get(subject, ""),
            "kind": self._kind(response, look),
            "sentences": _told(response),
            "own": len(response.sentences),
            "expects": look.expects,
            "choices": self._named(choices),
            "facets": [] if choices else self._facets(subject, response.facet),
            "related": self._named(one for one in leads_to if not one.startswith("control.")),
            "more": look.more,
            "marked": [] if choices else list(self._words.drawing.get(subject, ())),
        }

    def _subject(self, response: Response, look: Look) -> str:
        beside = response.node_id.startswith("control.") and response.node_id != "control.timer"
        if beside and response.node_id in _ASIDES and look.topic:
            return look.topic
        return response.node_id

    def _kind(self, response: Response, look: Look) -> str:
        if response.urgent:
            return "emergency" if self._is_emergency(response) else "urgent"
        if look.check_question is not None and look.expects == "yes_no":
            return "check"
        if response.node_id.startswith("fallback."):
            return "refusal"
        return "answer"

    def _is_emergency(self, response: Response) -> bool:
        """Also when only the one-line warning is said again before something else."""
        call = self._guide.nodes[_URGENT].answers["emergency"].first[0]
        return response.facet == "emergency" or call in response.sentences

    def _facets(self, node_id: str, present: str | None) -> list[dict[str, str]]:
        node = self._guide.nodes.get(node_id)
        facets = [facet for facet in (node.answers if node else ()) if facet not in _PLAIN_FACETS]
        if len(facets) < 2:
            return []
        return [
            {"node": node_id, "facet": facet, "label": self._words.facets[facet]}
            for facet in facets
            if facet != (present or "summary")
        ]

    def _named(self, node_ids: Any) -> list[dict[str, str]]:
        labels: Mapping[str, str] = self._words.labels
        return [{"node": node_id, "label": labels[node_id]} for node_id in node_ids if node_id in labels]

    @staticmethod
    def _check(look: Look) -> Json | None:
        return {"number": look.check_question, "of": CHECK_QUESTIONS} if look.check_question is not None else None

    def _walk(self, look: Look) -> Json | None:
        if look.walk is None or look.walk[0] not in self._words.steps:
            return None
        route, index = look.walk
        return {"route": route, "index": index, "steps": self._named(self._words.steps[route])}


def _texts(answer: Json) -> list[str]:
    return [sentence["text"] for sentence in answer["sentences"]]


def _told(response: Response) -> list[dict[str, str]]:
    return [{"text": sentence.text, "source": sentence.source} for sentence in response.sentences]
