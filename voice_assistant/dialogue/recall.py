"""Says again what was said, and goes on where it stopped."""

from __future__ import annotations

import re
from dataclasses import replace

from voice_assistant.dialogue import check, walk
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.topics import continue_topic
from voice_assistant.types import Response

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LEAST_LETTERS = 4
"""Shorter words of a name are not worth spelling, unless they are letters such as ACL."""


def repeat(reply: Reply) -> Reply:
    """The last response again, from its first sentence."""
    last = reply.state.last
    if last is None:
        return reply.at("control.repeat").line("repeat_nothing")
    return _say_again(replace(reply, sentences=()) if last.urgent else reply, last)


def _say_again(reply: Reply, said: Response) -> Reply:
    reply, line = reply.at(said.node_id, said.facet), reply.state.urgent_line
    return reply.warn(said.sentences, line) if said.urgent and line else reply.say(*said.sentences)


def say_the_rest(reply: Reply) -> Reply:
    """With what of the latest response was not heard; else with the question that waits."""
    latest = reply.state.latest
    rest = latest.sentences[reply.state.heard :] if latest else ()
    return reply.say(*rest) if rest else reply.ask_again()


def resume(reply: Reply) -> Reply:
    """For "go on": the rest of what was cut off, else the next of what was going on."""
    state, latest = reply.state, reply.state.latest
    reply = reply.act("resume")
    if latest and latest.sentences[state.heard :]:
        return reply.at(latest.node_id, latest.facet).say(*latest.sentences[state.heard :])
    if state.open_check:
        return check.resume(reply)
    if state.walk:
        return walk.step_to(reply, state.walk.index + 1)
    if state.pending:
        return continue_topic(reply)
    if state.asked and state.asked.question:
        return reply.at(state.topic or "control.next").ask_again()
    return reply.at("control.next").line("resume_nothing").line("what_now")


def tell_where(reply: Reply) -> Reply:
    """For "where was I": the question of the check, the step or the topic, and the rest of what was cut off."""
    state = reply.state
    if state.open_check:
        return check.tell_where(reply)
    if state.walk:
        return say_the_rest(walk.tell_where(reply, state.walk))
    if state.topic:
        reply = reply.at(state.topic, state.facet).line("where_topic", topic=reply.node(state.topic).name)
        return say_the_rest(reply)
    return reply.at("control.repeat").line("where_nothing").line("what_now")


def say_list(reply: Reply) -> Reply:
    """For "say the list again": what was named last, else the last response."""
    choices = reply.state.choices
    if not choices:
        return repeat(reply)
    reply = reply.at(reply.state.topic or choices[0]).aside()
    return reply.line("choices_again", names=reply.names(choices, join="join_and")).ask_again()


def spell(reply: Reply) -> Reply:
    """Spells the topic's name, one sentence a word."""
    topic = reply.state.topic
    if topic is None:
        return reply.at("control.repeat").line("spell_nothing").ask_again()
    reply = reply.at(topic, reply.state.facet).aside()
    words = _WORD.findall(reply.node(topic).name)
    hard = [word for word in words if len(word) >= _LEAST_LETTERS or word.isupper()] or words
    for word in hard:
        reply = reply.line("spell", word=word, letters=_letters(reply, word))
    return reply


def _letters(reply: Reply, word: str) -> str:
    apostrophe = reply.phrase("spell_apostrophe")
    return ", ".join(apostrophe if letter in "'’" else letter.upper() for letter in word)
