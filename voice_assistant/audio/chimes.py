"""Short sounds that say at once how things stand, made and not recorded.

Rising means "your turn", a settled high note "got it", falling "not understood", and a repeated bell "time is up":
pattern and direction tell them apart, not pitch alone, so that people who hear high tones badly can tell them too. All
tones lie between 440 and 1,320 Hz, where age takes least, have a soft start and end (nothing clicks or startles), and
are short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voice_assistant.audio.samples import Floats, to_pcm
from voice_assistant.types import AudioChunk

_ATTACK_S = 0.008
_LOUDNESS = 0.25
"""-12 dB of full scale: below speech at the same volume."""
_SECOND_HARMONIC = 0.25
"""A little of the octave makes a sine sound like a struck bar, and audible on small loudspeakers."""


@dataclass(frozen=True, slots=True)
class _Note:
    pitch_hz: float
    """0 for a rest."""
    duration_s: float
    decay_s: float
    """Time in which it falls to a third."""


_LISTENING = (_Note(587.3, 0.09, 0.08), _Note(880.0, 0.12, 0.06))
_UNDERSTOOD = (_Note(880.0, 0.14, 0.05),)
_NOT_UNDERSTOOD = (_Note(659.3, 0.12, 0.08), _Note(440.0, 0.20, 0.09))
_STRIKE = (_Note(1046.5, 0.16, 0.09), _Note(1318.5, 0.28, 0.12))
_TIMER = (*_STRIKE, _Note(0, 0.15, 1), *_STRIKE, _Note(0, 0.15, 1), *_STRIKE)


def listening(rate_hz: int = 22_050) -> AudioChunk:
    """Two rising notes, 0.2 s: it hears you now."""
    return _tune(_LISTENING, rate_hz)


def understood(rate_hz: int = 22_050) -> AudioChunk:
    """One high note, 0.14 s: it has got it."""
    return _tune(_UNDERSTOOD, rate_hz)


def not_understood(rate_hz: int = 22_050) -> AudioChunk:
    """Two falling notes, 0.3 s: it has not got it."""
    return _tune(_NOT_UNDERSTOOD, rate_hz)


def timer(rate_hz: int = 22_050) -> AudioChunk:
    """A bell that strikes three times, 1.6 s: the time is up."""
    return _tune(_TIMER, rate_hz)


def _tune(notes: tuple[_Note, ...], rate_hz: int) -> AudioChunk:
    samples = np.concatenate([_sound(note, rate_hz) for note in notes])
    return AudioChunk(to_pcm(samples), rate_hz, 0.0)


def _sound(note: _Note, rate_hz: int) -> Floats:
    times = np.arange(int(note.duration_s * rate_hz)) / rate_hz
    if note.pitch_hz == 0:
        return np.zeros(len(times), np.float32)
    wave = np.sin(2 * np.pi * note.pitch_hz * times) + _SECOND_HARMONIC * np.sin(4 * np.pi * note.pitch_hz * times)
    envelope = np.exp(-times / note.decay_s)
    edge = np.minimum(times, note.duration_s - times) / _ATTACK_S
    envelope *= np.sin(np.pi / 2 * np.clip(edge, 0, 1)) ** 2
    sound: Floats = (_LOUDNESS / (1 + _SECOND_HARMONIC) * wave * envelope).astype(np.float32)
    return sound
