"""The icing timer. The guide gives no duration, so the person does."""

from __future__ import annotations

import math
from dataclasses import replace

from voice_assistant.dialogue.lines import listed, phrase
from voice_assistant.dialogue.numbers import spoken_number
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import DialogueSettings, DialogueState, Timer
from voice_assistant.types import Guide, Slots

NODE = "control.timer"
_ROUGH_FROM_S = 600.0
"""From here on, the seconds of what is left are not worth saying."""


def spoken_duration(guide: Guide, seconds: float) -> str:
    """A duration as words, rounded up to whole seconds: 90.0 → "one minute and thirty seconds"."""
    whole = max(1, math.ceil(seconds - 1e-6))
    hours, rest = divmod(whole, 3600)
    minutes, seconds_left = divmod(rest, 60)
    counts = (("hour", hours), ("minute", minutes), ("second", seconds_left))
    parts = [_spoken_unit(guide, unit, count) for unit, count in counts if count]
    return listed(guide, parts, join="join_and")


def spoken_rest(guide: Guide, seconds: float) -> str:
    """The time that is left as words, rounded up to whole minutes when it is long: 601.0 → "eleven minutes"."""
    whole = math.ceil(seconds - 1e-6)
    return spoken_duration(guide, 60 * math.ceil(whole / 60) if whole >= _ROUGH_FROM_S else whole)


def _spoken_unit(guide: Guide, unit: str, count: int) -> str:
    if count == 1:
        return phrase(guide, f"duration_{unit}")
    return phrase(guide, f"duration_{unit}s", count=spoken_number(count))


def handle(reply: Reply, slots: Slots) -> Reply:
    """Whatever was said about the timer."""
    reply = reply.at(NODE)
    if slots.action == "cancel":
        return _cancel(reply)
    if slots.action in ("ask", "left", "where"):
        return tell_left(reply)
    if slots.action == "pause":
        return _hold(reply)
    if slots.action == "resume":
        return _release(reply)
    if slots.action == "restart":
        return _restart(reply)
    if slots.duration_s is not None:
        return set_for(reply, slots.duration_s, slots.action)
    if slots.action == "reduce" and reply.state.timer is None:
        return tell_left(reply)
    if slots.action is None and reply.state.timer:
        return tell_left(reply)
    return ask_how_long(reply)


def ask_how_long(reply: Reply) -> Reply:
    """Asks for a duration, because the guide gives none."""
    return reply.at(NODE).line("timer_no_duration").ask("duration", "timer_question")


def set_for(reply: Reply, duration_s: float, action: str | None = None) -> Reply:
    """Sets or changes the timer; a new one replaces the old one. `add` and `reduce` count from what is left."""
    reply, running = reply.at(NODE), reply.state.timer
    if action == "reduce":
        return _shift(reply, running, -duration_s) if running else tell_left(reply)
    if action == "add" and running:
        return _shift(reply, running, duration_s)
    if (refused := _outside(reply, duration_s)) is not None:
        return refused
    occasion = "timer_set" if running is None else "timer_changed" if action == "change" else "timer_replaced"
    timer = Timer(length_s=duration_s, ends_s=reply.now_s + duration_s)
    reply = _no_longer_asking(reply).change(timer=timer, timer_length_s=duration_s)
    return reply.line(occasion, duration=spoken_duration(reply.guide, duration_s)).ask_again()


def _shift(reply: Reply, running: Timer, by_s: float) -> Reply:
    """With more or less time; a timer that is held stays so. One that would be over at once is not changed."""
    left = _left_s(running, reply.now_s) + by_s
    reply = _no_longer_asking(reply)
    if not left >= 1.0:
        return tell_left(reply.line("timer_not_shortened"))
    if left > reply.settings.timer_max_s:
        longest = spoken_duration(reply.guide, reply.settings.timer_max_s)
        return tell_left(reply.line("timer_too_long", duration=longest))
    held_s = None if running.held_s is None else left
    length_s = running.length_s + by_s
    timer = Timer(length_s=length_s, ends_s=reply.now_s + left, held_s=held_s)
    reply = reply.change(timer=timer, timer_length_s=length_s)
    occasion = "timer_changed" if held_s is None else "timer_held"
    return reply.line(occasion, duration=spoken_rest(reply.guide, left)).ask_again()


def _no_longer_asking(reply: Reply) -> Reply:
    asked = reply.state.asked
    return reply.change(asked=None) if asked and asked.kind == "duration" else reply


def _restart(reply: Reply) -> Reply:
    """As long as the last one, from now on."""
    length_s = reply.state.timer_length_s
    return ask_how_long(reply) if length_s is None else set_for(reply, length_s, "change")


def _outside(reply: Reply, duration_s: float) -> Reply | None:
    settings = reply.settings
    if not duration_s >= settings.timer_min_s:
        bound, occasion = settings.timer_min_s, "timer_too_short"
    elif duration_s > settings.timer_max_s:
        bound, occasion = settings.timer_max_s, "timer_too_long"
    else:
        return None
    reply = reply.line(occasion, duration=spoken_duration(reply.guide, bound))
    return reply.ask("duration", "timer_question")


def tell_left(reply: Reply) -> Reply:
    """How much time is left."""
    timer = reply.state.timer
    reply = reply.at(NODE)
    if timer is None:
        return reply.line("timer_over" if reply.rang else "timer_none").ask_again()
    left = spoken_rest(reply.guide, _left_s(timer, reply.now_s))
    return reply.line("timer_left" if timer.held_s is None else "timer_held", duration=left).ask_again()


def left_words(reply: Reply) -> str | None:
    """How much time is left as words; None without a timer."""
    timer = reply.state.timer
    return spoken_rest(reply.guide, _left_s(timer, reply.now_s)) if timer else None


def _left_s(timer: Timer, now_s: float) -> float:
    return timer.held_s if timer.held_s is not None else max(0.0, timer.ends_s - now_s)


def _cancel(reply: Reply) -> Reply:
    reply = _no_longer_asking(reply)
    if reply.rang:
        return reply.line("timer_off").ask_again()
    occasion = "timer_cancelled" if reply.state.timer else "timer_none"
    return reply.change(timer=None).line(occasion).ask_again()


def _hold(reply: Reply) -> Reply:
    timer = reply.state.timer
    if timer is None:
        return tell_left(reply)
    return tell_left(reply.change(timer=replace(timer, held_s=_left_s(timer, reply.now_s))))


def _release(reply: Reply) -> Reply:
    timer = reply.state.timer
    if timer is None or timer.held_s is None:
        return tell_left(reply)
    left = timer.held_s
    running = replace(timer, held_s=None, ends_s=reply.now_s + left)
    return reply.change(timer=running).line("timer_resumed", duration=spoken_rest(reply.guide, left)).ask_again()


def silence_ringing(reply: Reply) -> Reply:
    """Any words acknowledge a timer that rings."""
    timer = reply.state.timer
    if timer is None or not timer.announced:
        return reply
    return replace(reply.change(timer=None), rang=True)


def is_due(state: DialogueState, settings: DialogueSettings, now_s: float) -> bool:
    """Whether the end of the timer is to be announced now."""
    timer = state.timer
    if timer is None or timer.held_s is not None:
        return False
    return now_s >= timer.ends_s + timer.announced * settings.timer_repeat_s


def announce(reply: Reply) -> Reply:
    """Says that the time is up, and asks again what was being asked. After the last time the timer is gone."""
    timer = reply.state.timer
    if timer is None:
        return reply
    turn = timer.announced + 1
    length = spoken_duration(reply.guide, timer.length_s)
    reply = reply.at(NODE).line(f"timer_ended_{min(turn, 3)}", duration=length)
    # Announcements are spaced from when the first was really made, which may be later than the end.
    rung = replace(timer, announced=turn, ends_s=reply.now_s - timer.announced * reply.settings.timer_repeat_s)
    last = turn >= reply.settings.timer_announcements
    return reply.change(timer=None if last else rung).ask_again()
