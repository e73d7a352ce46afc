"""How loud the microphone is, and whether something is wrong with it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from voice_assistant.audio.samples import Floats

SoundState = Literal["working", "silent", "clipping", "quiet"]

FLOOR_DB = -120.0
"""The level of no sound at all."""
SILENT_AFTER_S = 3.0
_SLOT_S = 0.1
_STEP = 1.5 / 32768
"""What varies by no more than one step of 16 bits is constant."""
_FULL_SCALE = 0.99
"""From here on a sample counts as clipped."""
_CLIPPED_SHARE = 0.005
_CLIPPING_WINDOW_S = 2.0
"""Loud speech just below full scale reaches it in fewer than one sample of ten thousand; when one of two hundred does,
over two seconds, the peaks are being cut off."""
_QUIET_WINDOW_S = 10.0
_QUIET_SPEECH_DB = -45.0
_SPEECH_CONTRAST_DB = 12.0
"""Somebody speaks when the loudest tenth of ten seconds stands out from the softer half by this much. Recognition
suffers when even that is below -45 dB of full scale: a normal voice at half a metre gives about -30."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """What a tenth of a second was like."""

    level_db: float
    peak: float
    lowest: float
    highest: float
    clipped_share: float


class LevelMeter:
    """Watches blocks of one channel at full scale ±1. Time is counted in samples; no clock is read."""

    def __init__(self, rate_hz: int) -> None:
        self._slot_size = max(int(rate_hz * _SLOT_S), 1)
        self._waiting = np.zeros(0, np.float32)
        self._slots: deque[_Slot] = deque(maxlen=round(_QUIET_WINDOW_S / _SLOT_S))
        self._constant_slots = 0
        self.state: SoundState = "working"
        """`silent`: the same value for three seconds, as from a muted or dead microphone (or one that gates noise).
        `clipping`: peaks are cut off. `quiet`: somebody speaks, very softly."""

    @property
    def level_db(self) -> float:
        """Root mean square of the last tenth of a second, in dB of full scale: -120 to 0."""
        return self._slots[-1].level_db if self._slots else FLOOR_DB

    @property
    def peak_db(self) -> float:
        """The highest sample of the last ten seconds, in dB of full scale: -120 to 0."""
        return _decibels(max((slot.peak for slot in self._slots), default=0.0))

    @property
    def constant_s(self) -> float:
        """For how long every sample has had the same value."""
        return self._constant_slots * _SLOT_S

    def observe(self, samples: Floats) -> None:
        """Takes the next block, shape (samples,)."""
        self._waiting = np.concatenate((self._waiting, samples)) if len(self._waiting) else samples
        while len(self._waiting) >= self._slot_size:
            self._add(_measured(self._waiting[: self._slot_size]))
            self._waiting = self._waiting[self._slot_size :]

    def _add(self, slot: _Slot) -> None:
        is_constant = slot.highest - slot.lowest <= _STEP
        goes_on = bool(self._slots) and abs(self._slots[-1].highest - slot.highest) <= _STEP
        self._constant_slots = (self._constant_slots if goes_on else 0) + 1 if is_constant else 0
        self._slots.append(slot)
        self.state = self._judge()

    def _judge(self) -> SoundState:
        if self.constant_s >= SILENT_AFTER_S:
            return "silent"
        recent = round(_CLIPPING_WINDOW_S / _SLOT_S)
        clipped = sum(slot.clipped_share for slot in list(self._slots)[-recent:]) / recent
        if clipped > _CLIPPED_SHARE:
            return "clipping"
        return "quiet" if self._speaks_quietly() else "working"

    def _speaks_quietly(self) -> bool:
        if len(self._slots) < (self._slots.maxlen or 0):
            return False
        levels = sorted(slot.level_db for slot in self._slots)
        loud, usual = levels[len(levels) * 9 // 10], levels[len(levels) // 2]
        return loud < _QUIET_SPEECH_DB and loud - usual >= _SPEECH_CONTRAST_DB and usual > FLOOR_DB


def _measured(samples: Floats) -> _Slot:
    lowest, highest = float(samples.min()), float(samples.max())
    peak = max(-lowest, highest)
    clipped = int(np.count_nonzero(np.abs(samples) >= _FULL_SCALE)) if peak >= _FULL_SCALE else 0
    power = float(np.dot(samples, samples)) / len(samples)
    return _Slot(_decibels(math.sqrt(power)), peak, lowest, highest, clipped / len(samples))


def _decibels(amplitude: float) -> float:
    return max(20 * math.log10(amplitude), FLOOR_DB) if amplitude > 0 else FLOOR_DB
