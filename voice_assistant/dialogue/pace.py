"""How fast and how loud the voice is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voice_assistant.dialogue.numbers import spoken_number
from voice_assistant.dialogue.recall import repeat, say_the_rest
from voice_assistant.dialogue.reply import Reply


def change_pace(reply: Reply, names: tuple[str, ...], again: bool = False) -> Reply:
    """One step for each of the names of PACES ("slower", "louder"), said so, also when a limit is reached; `again` says
    the last answer again.
    """
    for name in names:
        reply = PACES[name](reply)
    return repeat(reply) if again and reply.state.last else say_the_rest(reply)


def _change_rate(reply: Reply, direction: int) -> Reply:
    settings = reply.settings
    wanted = reply.state.rate_wpm + direction * settings.rate_step_wpm
    rate = max(settings.rate_min_wpm, min(settings.rate_max_wpm, wanted))
    name, limit = ("faster", settings.rate_max_wpm) if direction > 0 else ("slower", settings.rate_min_wpm)
    return _acknowledge(reply.change(rate_wpm=rate), name, at_limit=rate == limit, action="rate")


def set_rate(reply: Reply, wanted_wpm: int) -> Reply:
    """The speed that was named, or the limit that is nearest to it."""
    settings, before = reply.settings, reply.state.rate_wpm
    rate = max(settings.rate_min_wpm, min(settings.rate_max_wpm, wanted_wpm))
    name = "slower" if rate < before else "faster"
    occasion = "rate_set" if rate == wanted_wpm else "rate_lowest" if wanted_wpm < rate else "rate_highest"
    reply = reply.change(rate_wpm=rate).at(f"control.{name}").aside().act("rate")
    return say_the_rest(reply.line(occasion, number=spoken_number(rate)))


def _change_volume(reply: Reply, direction: int) -> Reply:
    settings = reply.settings
    wanted = round(reply.state.volume + direction * settings.volume_step, 3)
    volume = max(settings.volume_min, min(settings.volume_max, wanted))
    name, limit = ("louder", settings.volume_max) if direction > 0 else ("quieter", settings.volume_min)
    return _acknowledge(reply.change(volume=volume), name, at_limit=volume == limit, action="volume")


def _acknowledge(reply: Reply, name: str, *, at_limit: bool, action: str) -> Reply:
    return reply.at(f"control.{name}").aside().act(action).line(f"{name}_limit" if at_limit else name)


PACES: Mapping[str, Callable[[Reply], Reply]] = {
    "slower": lambda reply: _change_rate(reply, -1),
    "faster": lambda reply: _change_rate(reply, 1),
    "louder": lambda reply: _change_volume(reply, 1),
    "quieter": lambda reply: _change_volume(reply, -1),
}
"""One step of the pace or the volume, by its name."""
OPPOSITES = {"slower": "faster", "faster": "slower", "louder": "quieter", "quieter": "louder"}
