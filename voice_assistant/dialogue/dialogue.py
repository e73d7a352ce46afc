"""Holds a conversation: what was understood becomes what is said. No clock, no input or output, no hidden state."""

from __future__ import annotations

from dataclasses import replace

from voice_assistant.dialogue import (
    check,
    check_answers,
    commands,
    courtesies,
    put_off,
    recall,
    refusals,
    silence,
    timer,
    topics,
    walk,
)
from voice_assistant.dialogue.lines import check_lines
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import DialogueSettings, DialogueState
from voice_assistant.dialogue.urgent import answer_red_flag, remind_of_cut
from voice_assistant.types import Context, Guide, Match, NoMatch, Response, Slots, Understood, group_of

ABOUT_ITSELF = ("identity", "privacy")
"""What is asked of the assistant itself is answered, whatever the guide says of it."""
NEVER_IGNORED = (*ABOUT_ITSELF, "distress")
"""It is also answered among talk that is not for the assistant, and so is whoever is afraid."""
PERSONAL = (*NEVER_IGNORED, "person")
"""So is whoever wants a person."""
SURE = 0.6
"""How sure (0 to 1) a topic must be to count more than what is asked of the assistant ("is there a camera"), and a
goodbye to end the conversation ("go to the end")."""
ENDS = ("control.goodbye", "control.start_over")
"""After these nothing is left to go on with."""
IGNORED = "ignored"
"""The action of a response to talk that was not meant for the assistant."""


class Dialogue:
    """The rules of the conversation. It remembers nothing: every method takes a state and gives the next one.

    `now_s` is seconds on any clock that does not go back. Raises GuideError when dialogs/assistant.yaml lacks a line.
    """

    def __init__(self, guide: Guide, *, settings: DialogueSettings | None = None) -> None:
        check_lines(guide)
        self._guide = guide
        self._settings = settings or DialogueSettings()

    def begin(self, now_s: float) -> tuple[DialogueState, Response]:
        """A fresh conversation and its greeting."""
        settings = self._settings
        state = DialogueState(rate_wpm=settings.rate_wpm, volume=settings.volume, quiet_from_s=now_s)
        return self._reply(state, now_s).at("control.greeting").line("greeting").line("greeting_hint").finish()

    def respond(self, state: DialogueState, understood: Understood, now_s: float) -> tuple[DialogueState, Response]:
        """What is said to what was understood. A response without sentences carries the action that is wanted."""
        if self._is_other_talk(understood):
            return state, Response(understood.node_id, (), expects=state.expects, actions=(IGNORED,))
        reply = self._reply(replace(state, prompts=0, quiet_from_s=now_s), now_s)
        reply = timer.silence_ringing(reply)
        if isinstance(understood, Match) and understood.red_flag:
            return answer_red_flag(reply, understood, understood.red_flag).finish()
        if _asks_for_silence(understood) and not check.corrects(state, understood, self._guide):
            return commands.handle(reply, understood.node_id, understood.slots).finish()
        reply = remind_of_cut(reply.change(paused=False))
        return check.keep_asking(self._answer(reply, understood)).finish()

    def tick(
        self, state: DialogueState, now_s: float, *, speaking: bool = False
    ) -> tuple[DialogueState, Response | None]:
        """What is said although nobody spoke: the end of a timer, a prompt after silence; None for nothing.

        While `speaking` (the assistant's voice, or a person's), nothing is said and silence is not counted.
        """
        if speaking:
            return replace(state, quiet_from_s=now_s), None
        reply = self._reply(state, now_s)
        if timer.is_due(state, self._settings, now_s):
            reply = timer.announce(remind_of_cut(reply))
        elif silence.is_due(state, self._settings, now_s):
            reply = silence.prompt(remind_of_cut(reply))
        else:
            return state, None
        return reply.change(quiet_from_s=now_s).finish()

    def failed(self, state: DialogueState, now_s: float) -> tuple[DialogueState, Response]:
        """What is said when a turn went wrong inside the program; a question that waits is asked again."""
        reply = self._reply(replace(state, prompts=0, quiet_from_s=now_s), now_s)
        return remind_of_cut(reply.at("fallback.not_heard").aside()).line("turn_failed").ask_again().finish()

    def context(self, state: DialogueState) -> Context:
        """What understanding may know of the conversation."""
        return Context(state.topic, state.expects, state.choices, cause=state.cause, just_told=state.just_told)

    def interrupted(self, state: DialogueState, spoken_sentences: int) -> DialogueState:
        """Notes how many sentences of the latest response were heard to their end."""
        if state.latest is None:
            return state
        heard = max(0, min(spoken_sentences, len(state.latest.sentences)))
        return replace(state, heard=heard, urgent_cut=heard < state.urgent_sentences)

    def _reply(self, state: DialogueState, now_s: float) -> Reply:
        return Reply(self._guide, self._settings, state, now_s)

    def _is_other_talk(self, understood: Understood) -> bool:
        return (
            self._settings.ignore_out_of_scope
            and isinstance(understood, NoMatch)
            and understood.reason == "out_of_scope"
            and understood.slots.action not in NEVER_IGNORED
        )

    def _answer(self, reply: Reply, understood: Understood) -> Reply:
        if understood.slots.spelled:
            return self._spelled(reply, understood)
        answered = put_off.answer(reply, understood) or check.listen(reply, understood)
        answered = answered or check.correct(reply, understood) or _duration(reply, understood)
        answered = answered or topics.choose_freely(reply, understood)
        if answered is None and understood.slots.action == "walk":
            answered = commands.walk_through(reply, understood.node_id)
        if answered is None and understood.slots.action == "end" and not _is_complaint(understood):
            answered = commands.to_the_end(reply)
        if answered is not None:
            return answered
        if understood.node_id != timer.NODE:
            reply = _timer_beside(reply, understood)
        if isinstance(understood, NoMatch) and reply.node_id == timer.NODE:
            return reply.change(refusals=0).ask_again()
        if isinstance(understood, NoMatch):
            return self._without_match(reply, understood)
        return self._matched(reply, understood)

    def _spelled(self, reply: Reply, understood: Understood) -> Reply:
        """Spells words that the guide holds; a topic that they name is talked about then."""
        node, words = self._guide.nodes.get(understood.node_id), understood.slots.spelled
        spelled = recall.spell_words(reply.change(refusals=0), words)
        if spelled is None:
            return refusals.refuse(reply, NoMatch("out_of_scope", understood.score, slots=understood.slots))
        if node is None or not node.heading or not set(words) & set(node.name.lower().replace("’", "'").split()):
            return spelled
        return spelled.at(node.node_id, "summary").to_topic(node.node_id, "summary")

    def _without_match(self, reply: Reply, understood: NoMatch) -> Reply:
        if understood.slots.action in ("add", "reduce") and reply.state.timer:
            return timer.handle(reply.change(refusals=0), understood.slots)
        acted = commands.act(reply, understood.slots.action)
        if acted is not None and (understood.reason != "not_in_guide" or understood.slots.action in PERSONAL):
            return acted.change(refusals=0)
        if (ordinal := understood.slots.ordinal) is not None:
            placed = commands.by_place(reply.change(refusals=0), ordinal)
            if placed is not None:
                return placed
            if understood.reason == "not_heard":
                return reply.at(understood.node_id).aside().line("choice_no_list").ask_again()
        return refusals.refuse(reply, understood)

    def _matched(self, reply: Reply, match: Match) -> Reply:
        group, node = group_of(match.node_id), self._guide.nodes.get(match.node_id)
        if group == "fallback" or node is None:
            return refusals.refuse(reply, NoMatch(refusals.reason_of(match.node_id), match.score))
        if match.node_id in ENDS and match.score < SURE and match.slots.action is None:
            return refusals.refuse(reply, NoMatch("not_heard", match.score))
        reply = reply.change(refusals=0)
        if group != "control" and match.score < SURE and match.slots.action in PERSONAL:
            return commands.act(reply, match.slots.action) or reply
        if group == "control":
            return commands.handle(reply, match.node_id, match.slots, sure=match.score >= SURE)
        if match.slots.action == "spell" and node.heading:
            return recall.spell(reply.to_topic(match.node_id, "summary"))
        if match.slots.ordinal is not None and reply.state.walk and not walk.is_beside(reply.state.walk, match.node_id):
            return commands.by_place(reply, match.slots.ordinal) or topics.answer_match(reply, match)
        if match.node_id == check_answers.NODE and len(match.choices) < 2:
            feeling = reply.line("comfort") if match.slots.action == "distress" else reply
            return check.start(feeling, match.signs)
        return topics.answer_match(reply, match)


def _is_complaint(understood: Understood) -> bool:
    """Whether somebody tells what they feel: "i can't get to the end of the stairs"."""
    return group_of(understood.node_id) in ("check", "symptom", "cause", "care")


def _asks_for_silence(understood: Understood) -> bool:
    """Whether "stop" or "wait" is all that was said: "wait, go back one" asks for more than silence, and in a mood
    only a sure "stop" asks for it ("i can't take it any more").
    """
    if understood.node_id != "control.stop":
        return False
    if understood.slots.action in courtesies.MOODS:
        return understood.score >= SURE
    return understood.slots.action in (None, "pause", "hold", "drop")


def _duration(reply: Reply, understood: Understood) -> Reply | None:
    """The answer to "for how long"; who leaves it to the assistant hears that the guide names no time."""
    asked, duration_s = reply.state.asked, understood.slots.duration_s
    if asked is None or asked.kind != "duration":
        return None
    if duration_s is None:
        is_left_to_us = understood.slots.action == check_answers.UNKNOWN
        return timer.ask_how_long(reply).change(refusals=0) if is_left_to_us else None
    return timer.set_for(reply, duration_s, understood.slots.action).change(refusals=0)


def _timer_beside(reply: Reply, understood: Understood) -> Reply:
    """Sets or cancels the timer where something else was asked beside it ("set a timer for ten minutes and what is
    harm"), so that nobody waits for one that does not run.
    """
    slots, asked = understood.slots, reply.state.asked
    if "timer" in slots.also and slots.duration_s is not None:
        wanted = Slots(duration_s=slots.duration_s)
    elif slots.action == "cancel" and reply.state.timer:
        wanted = Slots(action="cancel")
    else:
        return reply
    waiting = asked if asked and asked.kind != "duration" else None
    return timer.handle(reply.change(asked=None), wanted).change(asked=waiting)
