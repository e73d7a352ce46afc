"""What is said to steer the conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from voice_assistant.dialogue import check, courtesies, recall, timer, topics, walk
from voice_assistant.dialogue.pace import OPPOSITES, PACES, change_pace, set_rate
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import DialogueState
from voice_assistant.dialogue.urgent import warn_again
from voice_assistant.types import Slots

Command = Callable[[Reply], Reply]
_PLAIN = ("control.stop", "control.goodbye", "control.thanks", "control.start_over")
"""What is wanted whatever is said beside it: "shut up you useless thing", "forget all i said and begin anew"."""


def act(reply: Reply, action: str | None) -> Reply | None:
    """Does what the slots ask for; None when they ask for nothing."""
    command = _ACTIONS.get(action or "")
    return command(reply) if command else None


def handle(reply: Reply, node_id: str, slots: Slots, *, sure: bool = True) -> Reply:
    """Does what a control node asks for; a mood beside it counts more where it is not `sure`."""
    if node_id == timer.NODE and slots.action == "left" and reply.state.timer is None:
        return _tell_left(reply)  # "am i nearly finished"
    if node_id == timer.NODE:
        waits = slots.action == "pause" and slots.duration_s is not None and reply.state.timer is None
        return pause(reply) if waits else timer.handle(reply, slots)  # "give me a minute to sit down"
    if slots.rate_wpm is not None:
        return set_rate(reply, slots.rate_wpm)
    waits_first = slots.action == "pause" and node_id != "control.stop"  # "wait, go back one"
    is_plain = node_id in _PLAIN and slots.action in (*courtesies.MOODS, "privacy") and sure
    acted = None if waits_first or is_plain else act(reply, slots.action)
    if acted is not None:
        return acted
    if slots.ordinal is not None and (chosen := by_place(reply, slots.ordinal)) is not None:
        return chosen
    if paces := _paces(node_id, slots):
        return change_pace(reply, paces, again="again" in slots.also or node_id == "control.repeat")
    command = _COMMANDS.get(node_id)
    return command(reply.at(node_id)) if command else help_me(reply)


def _paces(node_id: str, slots: Slots) -> tuple[str, ...]:
    """How the voice is to change ("louder and slower"), also beside "say that again"; nothing that contradicts."""
    name = node_id.removeprefix("control.")
    if name not in PACES and node_id != "control.repeat":
        return ()
    wanted = dict.fromkeys([name, *slots.also])
    return tuple(one for one in wanted if one in PACES and (one == name or OPPOSITES[one] not in wanted))


def by_place(reply: Reply, ordinal: int) -> Reply | None:
    """Goes to "the second one" of a walk-through or a list; None when there is neither."""
    state = reply.state
    choosing = state.asked is not None and state.asked.kind == "choice"
    place = state.walk or (None if state.choices else walk.from_topic(state.topic))
    if place and not choosing:
        steps = walk.ROUTES[place.route]
        if ordinal > len(steps):
            return topics.only_so_many(reply.at(steps[max(0, place.index)]), len(steps))
        return walk.step_to(reply.change(walk=place), (len(steps) if ordinal == -1 else ordinal) - 1)
    return topics.choose(reply, ordinal) if state.choices else None


# --- being quiet ------------------------------------------------------------------------------


def stop(reply: Reply) -> Reply:
    """Silence. What was going on can be taken up again."""
    return check.leave(reply.at("control.stop").change(asked=None)).act("stop")


def _about_timer(reply: Reply) -> bool:
    last = reply.state.last
    return reply.state.timer_length_s is not None and last is not None and last.node_id == timer.NODE


def drop(reply: Reply) -> Reply:
    """For "cancel it": the timer when that was talked about, else silence."""
    about_timer = reply.state.timer is not None and _about_timer(reply)
    return timer.handle(reply, Slots(action="cancel")) if about_timer else stop(reply)


def hold(reply: Reply) -> Reply:
    """For "pause it": the timer when that was talked about, else silence until "go on"."""
    about_timer = reply.state.timer is not None and _about_timer(reply)
    return timer.handle(reply, Slots(action="pause")) if about_timer else pause(reply)


def resume(reply: Reply) -> Reply:
    """For "go on": the timer when it is held and was talked about, else what was being said."""
    held = reply.state.timer is not None and reply.state.timer.held_s is not None
    return timer.handle(reply, Slots(action="resume")) if held and _about_timer(reply) else recall.resume(reply)


def redo(reply: Reply) -> Reply:
    """For "start it again": the timer when that was talked about, else from the beginning."""
    return timer.handle(reply, Slots(action="restart")) if _about_timer(reply) else start_over(reply)


def pause(reply: Reply) -> Reply:
    """Silence until "go on"."""
    return reply.at("control.stop").change(paused=True).act("pause")


# --- moving on and back -----------------------------------------------------------------------


def next_one(reply: Reply) -> Reply:
    """The next step, topic of a list, or sentences."""
    state = reply.state
    if state.asked and state.asked.kind in ("resume_check", "resume_walk", "start_walk"):
        return yes(reply)
    place = state.walk or walk.from_topic(state.topic)
    if place:
        return walk.step_to(reply.change(walk=place), place.index + 1)
    if state.asked and state.asked.kind == "choice":
        return topics.go_to(reply, state.asked.targets[0], state.asked.facet)
    if state.pending:
        return topics.continue_topic(reply)
    if state.topic in state.choices and state.topic != state.choices[-1]:
        choices = state.choices
        told = topics.go_to(reply, choices[choices.index(state.topic) + 1])
        return told if told.state.choices else told.change(choices=choices)
    if state.open_check:
        return check.resume(reply)
    return reply.aside().line("next_nothing").ask_again()


def _previous(reply: Reply) -> Reply:
    state = reply.state
    if state.open_check and not state.open_check.left:
        return check.back(reply)
    place = state.walk or walk.from_topic(state.topic)
    if place and (state.walk or place.index > 0):
        return walk.step_to(reply.change(walk=place), place.index - (0 if place.left else 1))
    if state.history:
        node_id, facet = state.history[-1]
        return topics.go_to(reply.change(history=state.history[:-1], topic=None), node_id, facet)
    return reply.aside().line("previous_nothing").ask_again()


def start_over(reply: Reply) -> Reply:
    """Begins the check or the walk-through again; else forgets all but voice, timer and warnings."""
    state = reply.state
    offered = state.asked is not None and state.asked.kind == "resume_check"
    if state.open_check and (offered or not state.open_check.left):
        return check.start(reply.change(check=None, signs=(), asked=None))
    if state.walk and not state.walk.left:
        return walk.start(reply, state.walk.route)
    fresh = DialogueState(
        rate_wpm=state.rate_wpm,
        volume=state.volume,
        timer=state.timer,
        timer_length_s=state.timer_length_s,
        urgent_told=state.urgent_told,
        urgent_line=state.urgent_line,
        urgent_sentences=state.urgent_sentences,
        quiet_from_s=state.quiet_from_s,
        said=state.said,
    )
    return replace(reply, state=fresh).line("start_over").line("what_now")


def walk_through(reply: Reply, node_id: str) -> Reply | None:
    """Step by step through what was named or else talked about; None when that has no steps."""
    place = walk.from_topic(node_id) or walk.from_topic(reply.state.topic)
    return walk.start(reply.change(refusals=0), place.route) if place else None


def to_the_end(reply: Reply) -> Reply | None:
    """The last step of a walk-through; None when there is none."""
    place = reply.state.walk or walk.from_topic(reply.state.topic)
    if place is None:
        return None
    return walk.step_to(reply.change(walk=place, refusals=0), len(walk.ROUTES[place.route]) - 1)


# --- yes and no -------------------------------------------------------------------------------


def yes(reply: Reply) -> Reply:
    """Yes to whatever was asked."""
    state, asked = reply.state, reply.state.asked
    stepping = state.walk is not None and not state.walk.left
    if asked is None or (asked.kind == "more" and stepping):
        return _yes_to_nothing(reply)
    if asked.kind in ("check_question", "resume_check"):
        return check.resume(reply)
    if asked.kind == "resume_walk" and state.walk:
        return walk.step_to(reply, state.walk.index + 1)
    if asked.kind == "start_walk":
        return walk.start(reply, asked.targets[0])
    if asked.kind == "choice" and len(asked.targets) == 1:
        return topics.go_to(reply, asked.targets[0], asked.facet)
    if asked.kind == "choice":
        return reply.line("choice_unclear").ask_again()
    return topics.continue_topic(reply) if asked.kind == "more" else reply.ask_again()


def _yes_to_nothing(reply: Reply) -> Reply:
    if reply.rang:
        return reply.at(timer.NODE).line("timer_off")
    if reply.state.walk:
        return walk.step_to(reply, reply.state.walk.index + 1)
    if reply.state.open_check:
        return check.resume(reply)
    return reply.aside().line("acknowledge").line("what_now")


def no(reply: Reply) -> Reply:
    """No to whatever was asked."""
    asked = reply.state.asked
    reply = reply.change(asked=None)
    if asked is None:
        return reply.aside().line("acknowledge").line("what_now")
    if asked.kind == "choice" and len(asked.targets) > 1:
        return reply.line("choice_none").line("what_now")
    return reply.aside().line("acknowledge")


# --- help ------------------------------------------------------------------------------------------


def help_me(reply: Reply) -> Reply:
    """What can be said just now, at most three things."""
    state = reply.state
    occasion = _help_for(state)
    reply = warn_again(reply, state.last).at("control.help").line(occasion)
    if occasion == "help_idle" and not (state.asked and state.asked.question):
        return reply.line("help_again")
    return reply.ask_again()


def _help_for(state: DialogueState) -> str:
    expects = state.expects
    if state.asked and state.asked.kind == "check_question":
        return "help_check"
    if expects in ("yes_no", "choice", "duration"):
        return f"help_{expects}"
    if state.walk:
        return "help_walk"
    if state.timer and state.last and state.last.node_id == timer.NODE:
        return "help_timer"
    first_time = "help_more" not in dict(state.said)
    return "help_more" if expects == "more" and first_time else "help_idle"


def _tell_left(reply: Reply) -> Reply:
    state = reply.state
    if state.walk:
        return walk.tell_left(reply)
    if state.open_check:
        return check.tell_left(reply)
    if state.timer or reply.rang:
        return timer.tell_left(reply)
    return reply.at("control.help").line("left_nothing").ask_again()


_ACTIONS: Mapping[str, Command] = {
    "identity": courtesies.who_i_am,
    "privacy": courtesies.what_i_keep,
    "person": courtesies.refer_to_a_person,
    "distress": courtesies.comfort,
    "complaint": courtesies.apologise,
    "spell": recall.spell,
    "list": recall.say_list,
    "where": recall.tell_where,
    "pause": pause,
    "drop": drop,
    "hold": hold,
    "redo": redo,
    "resume": resume,
    "left": _tell_left,
}
_COMMANDS: Mapping[str, Command] = {
    "control.help": help_me,
    "control.repeat": recall.repeat,
    "control.more": topics.continue_topic,
    "control.next": next_one,
    "control.previous": _previous,
    "control.stop": stop,
    "control.start_over": start_over,
    "control.yes": yes,
    "control.no": no,
    "control.goodbye": courtesies.goodbye,
    "control.thanks": courtesies.thanks,
    "control.greeting": courtesies.greet,
}
