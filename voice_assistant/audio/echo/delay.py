"""How late the echo comes: the peak of the cross-correlation of what was played and what is heard.

The spectrum is whitened in part, so that the pitch of a voice does not make a row of peaks (C. H. Knapp, G. C. Carter:
The Generalized Correlation Method for Estimation of Time Delay, IEEE Trans. ASSP 24, 1976: the phase transform).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_assistant.audio.samples import Floats

_SPAN = 1 << 14
"""Samples that are compared at once: one second at 16 kHz."""
_EVERY = _SPAN // 4
LONGEST = 10_400
"""Samples: an echo may come 0.65 s late."""
_WHITENED = 0.85
"""How far each band is brought to the same power; 1 is the phase transform."""
_STAYS = 0.6
"""Of the correlation of the moments before."""
_CLEAR, _VERY_CLEAR = 12.0, 32.0
"""Height of a peak over the root mean square of the rest. Speech that is no echo stays below 9 and, while little
has been heard, below 26."""
_AGREE = 64
"""Samples by which two estimates may differ that are the same."""
_LOUD = 1e-3
"""Root mean square of what was played below which nothing can be told."""
_LOW, _HIGH = 200 * 2 * _SPAN // 16_000, 5000 * 2 * _SPAN // 16_000
"""Bands in which loudspeakers and voices have something to say: 200 to 5000 Hz."""


class DelayFinder:
    """Takes both sounds at the same pace; knows the delay after a second or less of echo."""

    def __init__(self) -> None:
        self._played = np.zeros(_SPAN, np.float32)
        self._heard = np.zeros(_SPAN, np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.silence()
        self._candidate: int | None = None

    def silence(self) -> None:
        """Nothing was played for a while; the room is the same."""
        self._played[:] = 0
        self._heard[:] = 0
        self._new = 0
        self._cross: npt.NDArray[np.complex128] = np.zeros(_HIGH - _LOW, np.complex128)

    def find(self, heard: Floats, played: Floats) -> int | None:
        """The next block of each; the delay in samples, whenever it has been found anew."""
        for kept, new in ((self._heard, heard), (self._played, played)):
            kept[: -len(new)] = kept[len(new) :]
            kept[-len(new) :] = new
        self._new += len(heard)
        if self._new < _EVERY or float(np.sqrt(np.mean(self._played**2))) < _LOUD:
            return None
        self._new = 0
        return self._agreed(self._correlate())

    def _correlate(self) -> int | None:
        across = (
            np.fft.rfft(self._heard, 2 * _SPAN)[_LOW:_HIGH] * np.conj(np.fft.rfft(self._played, 2 * _SPAN))[_LOW:_HIGH]
        )
        self._cross = _STAYS * self._cross + across / (np.abs(across) ** _WHITENED + 1e-12)
        spectrum = np.zeros(_SPAN + 1, np.complex128)
        spectrum[_LOW:_HIGH] = self._cross
        likeness = np.abs(np.fft.irfft(spectrum)[:LONGEST])
        peak = int(np.argmax(likeness))
        rest = np.concatenate((likeness[: max(peak - 400, 0)], likeness[peak + 400 :]))
        self.height = float(likeness[peak] / (np.sqrt(np.mean(rest**2)) + 1e-12))
        return peak if self.height >= _CLEAR else None

    def _agreed(self, found: int | None) -> int | None:
        before, self._candidate = self._candidate, found
        if found is None:
            return None
        agrees = before is not None and abs(before - found) <= _AGREE
        return found if agrees or self.height >= _VERY_CLEAR else None
