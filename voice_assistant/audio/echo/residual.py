"""Lowers what the adaptive filter has left of the echo, and leaves a person's voice.

What is left is taken to be a share of the echo itself. How large a share is measured by how the one rises and falls
with the other, which sounds that are no echo do not (J.-M. Valin: On Adjusting the Learning Rate in Frequency Domain
Echo Cancellation with Double-Talk, IEEE Trans. ASLP 15, 2007). The gain of each band is Wiener's, with the
decision-directed estimate of the voice of Y. Ephraim and D. Malah (1984).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_assistant.audio.echo.linear import BLOCK
from voice_assistant.audio.samples import Floats

Power = npt.NDArray[np.float64]

_WINDOW: npt.NDArray[np.float64] = np.sqrt(np.hanning(2 * BLOCK + 1)[: 2 * BLOCK])
_BANDS = BLOCK + 1
_EDGES = np.array([0, 6, 12, 20, 32, 48, 72, 108, 160])
"""First frequency bins of the ranges for which the share is measured: a loudspeaker does worst in the lowest."""
_RANGE = np.repeat(np.arange(len(_EDGES)), np.diff(np.append(_EDGES, _BANDS)))
_MEAN_STAYS = 0.95
"""Of the mean power, from one block to the next: what rises and falls differs from the last third of a second."""
_SHARE_STAYS = 0.98
"""Of the measured share, from one block to the next: 0.8 s of memory."""
_LEAST_SHARE, _MOST_SHARE = 1e-4, 1.0
_OVER = 8.0
"""The share is taken so many times: it is a mean, and what is left of an echo comes in bursts."""
_FADES = 0.6
"""Of what is left of the echo, in the next block: the room goes on longer than the filter is."""
_TRUST = 0.9
"""Weight of the preceding block in the decision-directed estimate."""
_FLOOR_DB = -20.0
"""No band is lowered further by its own gain."""
_OPEN = 2.5
"""Power over that of the residual echo at which somebody speaks."""
_HELD_BLOCKS = 12
"""Somebody who spoke is listened to for 0.2 s more."""
_CLOSED_DB = -25.0
"""By which all is lowered while nobody speaks."""
_LEAST = 1e-9


class ResidualSuppressor:
    """Takes blocks of what the filter left and of the echo that it took away; gives each block back one later."""

    def __init__(self) -> None:
        self._covariance = np.full(len(_EDGES), 1e-3)
        self._variance = np.full(len(_EDGES), 1e-3)
        self.reset()

    def reset(self) -> None:
        """Forget the sound, not the room."""
        self._last_left = np.zeros(BLOCK, np.float32)
        self._last_echo = np.zeros(BLOCK, np.float32)
        self._tail = np.zeros(BLOCK)
        self._mean_left = np.zeros(_BANDS)
        self._mean_echo = np.zeros(_BANDS)
        self._remains = np.zeros(_BANDS)
        self._voice = np.zeros(_BANDS)
        self._held = 0
        self._gate = 1.0

    @property
    def share(self) -> Power:
        """How much of the echo's power is left, in each range of frequencies: 0 to 1."""
        share: Power = np.clip(self._covariance / (self._variance + 1e-12), _LEAST_SHARE, _MOST_SHARE)
        return share

    @property
    def whole_share(self) -> float:
        """As `share`, over all frequencies."""
        return float(self._covariance.sum() / (self._variance.sum() + 1e-12))

    def process(self, left: Floats, echo: Floats) -> Floats:
        """The next block of both; the block before, with less echo."""
        spectrum = np.fft.rfft(_WINDOW * np.concatenate((self._last_left, left)))
        echoed = np.abs(np.fft.rfft(_WINDOW * np.concatenate((self._last_echo, echo)))) ** 2
        self._last_left, self._last_echo = left, echo
        power = np.abs(spectrum) ** 2
        self._measure(power, echoed)
        self._remains = np.maximum(_FADES * self._remains, _OVER * self.share[_RANGE] * echoed)
        gain = self._gain(power) * self._gated(power)
        whole = _WINDOW * np.fft.irfft(gain * spectrum)
        done = self._tail + whole[:BLOCK]
        self._tail = whole[BLOCK:]
        result: Floats = done.astype(np.float32)
        return result

    def _measure(self, power: Power, echoed: Power) -> None:
        left, echo = power - self._mean_left, echoed - self._mean_echo
        self._mean_left += (1 - _MEAN_STAYS) * left
        self._mean_echo += (1 - _MEAN_STAYS) * echo
        for sums, values in ((self._covariance, left * echo), (self._variance, echo * echo)):
            sums *= _SHARE_STAYS
            sums += np.add.reduceat(values, _EDGES)
        np.maximum(self._covariance, 0, out=self._covariance)

    def _gain(self, power: Power) -> Power:
        remains = self._remains + _LEAST
        now = np.maximum(power / remains - 1, 0)
        prior = _TRUST * self._voice / remains + (1 - _TRUST) * now
        gain = np.maximum(prior / (1 + prior), 10 ** (_FLOOR_DB / 20))
        self._voice = gain**2 * power
        return gain

    def _gated(self, power: Power) -> float:
        """The loudness of everything: little while there is nothing but what is left of the echo."""
        remains = float(self._remains.sum())
        if float(power.sum()) > _OPEN * remains:
            self._held = _HELD_BLOCKS
        else:
            self._held = max(0, self._held - 1)
        target = 1.0 if self._held else 10 ** (_CLOSED_DB / 20)
        self._gate = target if target > self._gate else max(target, 0.7 * self._gate)
        return self._gate
