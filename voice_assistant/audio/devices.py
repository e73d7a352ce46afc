"""What sound devices there are, and choosing one by its number or a part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from voice_assistant.types import AudioError

Direction = Literal["input", "output"]

KIND: dict[Direction, str] = {"input": "microphone", "output": "loudspeaker"}
_NOTHING: dict[Direction, str] = {
    "input": "No microphone was found; plug one in, or give recordings instead.",
    "output": "No loudspeaker was found; plug one in, or go on without sound.",
}


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device of this machine, as PortAudio lists it."""

    index: int
    """Its number in this list; it can change when a device is plugged in."""
    name: str
    host: str
    """The sound system it belongs to, such as ALSA, Core Audio or Windows WASAPI."""
    input_channels: int
    """0 when it cannot record."""
    output_channels: int
    """0 when it cannot play."""
    rate_hz: int
    """Its own sample rate."""
    is_default_input: bool
    is_default_output: bool

    def channels(self, direction: Direction) -> int:
        """How many channels it has for recording or playing."""
        return self.input_channels if direction == "input" else self.output_channels

    def is_default(self, direction: Direction) -> bool:
        """Whether it is the one that is used when none is named."""
        return self.is_default_input if direction == "input" else self.is_default_output


def find_device(devices: Sequence[Device], direction: Direction, wanted: int | str | None = None) -> Device:
    """The wanted device, or the default one, or, when there is no default, the first that will do.

    `wanted` is an index or a part of a name, in any case; a string of digits is an index. Of several that fit, the one
    whose name is just that is taken, else the default one, else the first.
    Raises AudioError with the list of those that would do.
    """
    usable = [device for device in devices if device.channels(direction) > 0]
    if not usable:
        raise AudioError(_NOTHING[direction])
    usable.sort(key=lambda device: not device.is_default(direction))
    if wanted is None:
        return usable[0]
    fitting = [device for device in usable if _fits(device, wanted)]
    if not fitting:
        choices = "; ".join(f"{device.index}: {device.name}" for device in sorted(usable, key=lambda each: each.index))
        raise AudioError(f"There is no {KIND[direction]} {wanted!r}; choose one of these: {choices}.")
    exact = [device for device in fitting if device.name.casefold() == str(wanted).casefold()]
    return (exact or fitting)[0]


def _fits(device: Device, wanted: int | str) -> bool:
    if isinstance(wanted, int) or wanted.strip().isdecimal():
        return device.index == int(wanted)
    return wanted.strip().casefold() in device.name.casefold()
