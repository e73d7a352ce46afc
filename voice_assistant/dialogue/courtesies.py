"""Greetings and goodbye, what the assistant is, and what it says to whoever is displeased, afraid or wants a person."""

from __future__ import annotations

from voice_assistant.dialogue import timer
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.urgent import warn_again, warn_first

MOODS = ("distress", "complaint")
"""The actions in the slots of what is said in fear or anger."""


def greet(reply: Reply) -> Reply:
    """Hello, and the question that waits."""
    reply = reply.line("hello")
    return reply.ask_again() if reply.state.asked else reply.line("what_now")


def thanks(reply: Reply) -> Reply:
    """You are welcome."""
    return reply.aside().line("thanks").ask_again()


def goodbye(reply: Reply) -> Reply:
    """Ends the conversation; urgent advice and a timer that still runs are said first."""
    if reply.state.urgent_told:
        reply = warn_first(reply)
    left = timer.left_words(reply)
    if left:
        reply = reply.line("goodbye_timer", duration=left)
    ended = reply.line("goodbye").act("goodbye")
    return ended.change(asked=None, pending=(), choices=(), walk=None, check=None)


def who_i_am(reply: Reply) -> Reply:
    """For "who are you"."""
    return reply.at("control.help").line("who_i_am").line("not_a_doctor").ask_again()


def what_i_keep(reply: Reply) -> Reply:
    """For "are you recording me"."""
    return reply.at("control.help").line("what_i_keep").ask_again()


def refer_to_a_person(reply: Reply) -> Reply:
    """For "let me talk to a human"; it may be urgent."""
    return (
        warn_again(reply, reply.state.last)
        .at("control.help")
        .aside()
        .line("ask_a_person")
        .line("if_urgent")
        .ask_again()
    )


def comfort(reply: Reply) -> Reply:
    """For whoever is afraid; it may be urgent. A question that waits is asked again."""
    reply = warn_again(reply, reply.state.last).at("control.help").aside().line("comfort")
    return reply.ask_again() if reply.state.asked else reply.line("if_urgent")


def apologise(reply: Reply) -> Reply:
    """For "that's not what I asked"."""
    return reply.at("control.help").aside().line("apology").ask_again()
