"""Says again what was said, and goes on where it stopped."""

from __future__ import annotations

import re
from dataclasses import replace

from voice_assistant.dialogue import check, check_answers, walk
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.topics import continue_topic
from voice_assistant.types import Guide, Response

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LEAST_LETTERS = 4
"""Shorter words of a name are not worth spelling, unless they are letters such as ACL."""


def repeat(reply: Reply) -> Reply:
    """The last response again, from its first sentence."""
    last = reply.state.last
    if last is None:
        return reply.at("control.repeat").line("repeat_nothing")
    check_left = reply.state.open_check is not None and reply.state.open_check.left
    if check_left and last.node_id == check_answers.NODE:
        return check.resume(reply)
    reply = (replace(reply, sentences=()) if last.urgent else reply).at(last.node_id, last.facet)
    return _say(reply.change(asked=reply.state.asked or reply.state.last_asked), last, 0)


def _say(reply: Reply, said: Response, start: int) -> Reply:
    line = reply.state.urgent_line
    # The reminder of urgent advice that was cut off may have said some of it already.
    sentences = tuple(sentence for sentence in said.sentences[start:] if sentence not in reply.sentences)
    return reply.warn(sentences, line) if said.urgent and line else reply.say(*sentences)


def say_the_rest(reply: Reply) -> Reply:
    """With what of the latest response was not heard; else with the question that waits."""
    latest, heard = reply.state.latest, reply.state.heard
    return _say(reply, latest, heard) if latest and heard < len(latest.sentences) else reply.ask_again()


def resume(reply: Reply) -> Reply:
    """For "go on": the rest of what was cut off, else the next of what was going on."""
    state, latest = reply.state, reply.state.latest
    reply = reply.act("resume")
    if latest and state.heard < len(latest.sentences):
        return _say(reply.at(latest.node_id, latest.facet), latest, state.heard)
    if state.open_check:
        return check.resume(reply)
    if state.walk:
        return walk.step_to(reply, state.walk.index + 1)
    if state.pending:
        return continue_topic(reply)
    if state.asked and state.asked.question:
        return reply.at(state.topic or "control.next").ask_again()
    return reply.at("control.next").aside().line("resume_nothing").line("what_now")


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
    return _spell(reply.at(topic, reply.state.facet), _WORD.findall(reply.node(topic).name))


def spell_words(reply: Reply, wanted: tuple[str, ...]) -> Reply | None:
    """Spells words that the guide holds; None when one of them is not in it."""
    known = _words_of(reply.guide)
    if not known.keys() >= set(wanted):
        return None
    return _spell(reply.at("control.repeat"), [known[word] for word in wanted])


def _words_of(guide: Guide) -> dict[str, str]:
    """Every word of the guide in lower case → as it is written."""
    texts = [node.name for node in guide.nodes.values()] + [term.text for term in guide.terms]
    answers = [answer for node in guide.nodes.values() for answer in node.answers.values()]
    texts += [sentence.text for answer in answers for sentence in (*answer.first, *answer.more)]
    words = dict.fromkeys(word for text in texts for word in _WORD.findall(text.replace("’", "'")))
    # What is written small somewhere is no name: "Swelling" only begins a sentence.
    return {word.lower(): word for word in sorted(words)}


def _spell(reply: Reply, words: list[str]) -> Reply:
    reply = reply.aside()
    hard = [word for word in words if len(word) >= _LEAST_LETTERS or word.isupper()] or words
    for word in hard:
        reply = reply.line("spell", word=word, letters=_letters(reply, word))
    return reply.ask_again()


def _letters(reply: Reply, word: str) -> str:
    apostrophe = reply.phrase("spell_apostrophe")
    return ", ".join(apostrophe if letter in "'’" else letter.upper() for letter in word)
