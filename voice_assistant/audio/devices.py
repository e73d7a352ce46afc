"""Choosing a sound device by its number or a part of its name."""

from __future__ import annotations

from collections.abc import Sequence

from voice_assistant.audio.sound_system import Device, Direction, SoundSystem, shared_sound_system
from voice_assistant.types import AudioError

_NOTHING = {
    "input": "No microphone was found; plug one in, or give recordings instead.",
    "output": "No loudspeaker was found; plug one in, or go on without sound.",
}
_KIND = {"input": "microphone", "output": "loudspeaker"}


def list_devices(system: SoundSystem | None = None) -> tuple[Device, ...]:
    """All devices that can record or play. Raises AudioError when the sound library is missing."""
    return (system or shared_sound_system()).devices()


def find_device(devices: Sequence[Device], direction: Direction, wanted: int | str | None = None) -> Device:
    """The wanted device, or the default one, or, when there is no default, the first that will do.

    `wanted` is an index or a part of a name, in any case; a string of digits is an index. Of several that fit, the one
    whose name is just that is taken, else the default one, else the first.
    Raises AudioError with the list of those that would do.
    """
    usable = [device for device in devices if device.channels(direction) > 0]
    if not usable:
        raise AudioError(_NOTHING[direction])
    usable.sort(key=lambda device: not _is_default(device, direction))
    if wanted is None:
        return usable[0]
    fitting = [device for device in usable if _fits(device, wanted)]
    if not fitting:
        choices = "; ".join(f"{device.index}: {device.name}" for device in sorted(usable, key=lambda each: each.index))
        raise AudioError(f"There is no {_KIND[direction]} {wanted!r}; choose one of these: {choices}.")
    exact = [device for device in fitting if device.name.casefold() == str(wanted).casefold()]
    return (exact or fitting)[0]


def _fits(device: Device, wanted: int | str) -> bool:
    if isinstance(wanted, int) or wanted.strip().isdecimal():
        return device.index == int(wanted)
    return wanted.strip().casefold() in device.name.casefold()


def _is_default(device: Device, direction: Direction) -> bool:
    return device.is_default_input if direction == "input" else device.is_default_output
