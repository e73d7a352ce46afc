"""A reply while it is put together: the sentences so far, and what the conversation will remember."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from voice_assistant.dialogue.lines import fill, listed, phrase, variant
from voice_assistant.dialogue.state import Asked, AskedKind, DialogueSettings, DialogueState
from voice_assistant.types import Guide, Node, Response, Sentence

HISTORY = 8
"""How many topics can be gone back to."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One turn in the making. Every method gives a new one."""

    guide: Guide
    settings: DialogueSettings
    state: DialogueState
    now_s: float
    node_id: str = "control.help"
    facet: str | None = None
    sentences: tuple[Sentence, ...] = ()
    urgent: bool = False
    actions: tuple[str, ...] = ()
    repeatable: bool = True
    """Whether "say that again" repeats this."""
    rang: bool = False
    """True when the words that are answered silenced a ringing timer."""

    def change(self, **fields: Any) -> Reply:
        """With fields of the state replaced."""
        return replace(self, state=replace(self.state, **fields))

    def at(self, node_id: str, facet: str | None = None) -> Reply:
        """Speaking for this node."""
        return replace(self, node_id=node_id, facet=facet)

    def to_topic(self, node_id: str, facet: str | None = None) -> Reply:
        """With this as the topic that "it" refers to; the one before can be gone back to."""
        state, history = self.state, self.state.history
        if state.topic and state.topic != node_id:
            history = (*history, (state.topic, state.facet))[-HISTORY:]
        return self.change(topic=node_id, facet=facet, history=history)

    def act(self, *actions: str) -> Reply:
        """With actions for the player and the loop."""
        return replace(self, actions=(*self.actions, *actions))

    def aside(self) -> Reply:
        """Not to be repeated by "say that again"."""
        return replace(self, repeatable=False)

    def say(self, *sentences: Sentence) -> Reply:
        """With these sentences at the end."""
        return replace(self, sentences=self.sentences + sentences)

    def line(self, occasion: str, *, source: str | None = None, **words: str) -> Reply:
        """With the occasion's line at the end. `source` is given where the filled line tells a fact of the guide."""
        sentence, said = variant(self.guide, occasion, self.state.said)
        spoken = Sentence(fill(sentence.text, words), source or sentence.source)
        return self.change(said=said).say(spoken)

    def ask(self, kind: AskedKind, occasion: str, targets: tuple[str, ...] = (), **words: str) -> Reply:
        """With the occasion's question at the end, waiting for its answer."""
        asking = self.line(occasion, **words)
        return asking.change(asked=Asked(kind, targets, asking.sentences[-1]))

    def ask_again(self) -> Reply:
        """With the question that still waits, if it was said in words."""
        asked = self.state.asked
        return self.say(asked.question) if asked and asked.question else self

    def warn(self, sentences: tuple[Sentence, ...], one_line: Sentence) -> Reply:
        """With urgent advice at the end; what was said so far belongs to it."""
        warned = replace(self.say(*sentences), urgent=True)
        return warned.change(urgent_sentences=len(warned.sentences), urgent_line=one_line, urgent_cut=False)

    def node(self, node_id: str) -> Node:
        """The node of that id."""
        return self.guide.nodes[node_id]

    def names(self, node_ids: tuple[str, ...], *, join: str = "join_or") -> str:
        """The names of nodes as a spoken list."""
        return listed(self.guide, [self.node(node_id).name for node_id in node_ids], join=join)

    def phrase(self, occasion: str, **words: str) -> str:
        """A part of a sentence."""
        return phrase(self.guide, occasion, **words)

    def finish(self) -> tuple[DialogueState, Response]:
        """The state after the turn, and the response."""
        response = Response(self.node_id, self.sentences, self.facet, self.urgent, self.state.expects, self.actions)
        if not self.sentences:
            return self.state, response
        urgent_sentences = self.state.urgent_sentences if self.urgent else 0
        remembered = self.change(latest=response, heard=len(self.sentences), urgent_sentences=urgent_sentences)
        if self.repeatable:
            remembered = remembered.change(last=replace(response, actions=()), last_asked=self.state.asked)
        return remembered.state, response
