"""The part of the microphone's sound that is a filtered copy of what was played, learned while it is heard.

A partitioned-block adaptive filter in the frequency domain (J.-S. Soo, K. K. Pang: Multidelay Block Frequency Domain
Adaptive Filter, IEEE Trans. ASSP 38, 1990) whose step is that of a Kalman filter (G. Enzner, P. Vary: Frequency-Domain
Adaptive Kalman Filter for Acoustic Echo Control in Hands-Free Telephones, Signal Processing 86, 2006; in partitions: F.
Kuech, E. Mabande, G. Enzner, State-Space Architecture of the Partitioned-Block-Based Acoustic Echo Controller, ICASSP
2014). It knows how unsure each of its coefficients is, and how loud whatever else is heard: while somebody speaks over
the echo its step falls by itself, so that no detector of such moments is needed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_assistant.audio.samples import Floats

Spectrum = npt.NDArray[np.complex64]
Power = npt.NDArray[np.float32]

BLOCK = 256
"""Samples that are taken at once: 16 ms at 16 kHz."""
BANDS = BLOCK + 1
_KEPT = 0.9999
"""Of a coefficient from one block to the next: how steady a room is taken to be. What is lost is the room that people
change by walking through it, and the drift between the clocks of two devices."""
_UNSURE = 1.0
"""Power of a coefficient of which nothing is known."""
_FADES_DB = 2.0
"""By which a coefficient is likely smaller than that of the partition before it."""
_NEAR_STAYS = 0.8
"""Of the estimate of whatever else is heard, from one block to the next."""
_SURPRISE = 6.0
"""An error of so many times the power that the filter's doubt explains is somebody's voice, not the echo."""
_NOTHING = np.zeros(BLOCK, np.float32)
_LEAST = 1e-9
"""Power that stands for none: below the rounding of 16-bit samples."""


class EchoFilter:
    """Learns the way from loudspeaker to microphone and tells the echo from it.

    partitions: length of the echo that it models, in blocks.
    """

    def __init__(self, partitions: int = 16) -> None:
        self._partitions = partitions
        self.reset()

    def reset(self) -> None:
        """Forget the room."""
        size = (self._partitions, BANDS)
        self._played = np.zeros(size, np.complex64)
        self._path = np.zeros(size, np.complex64)
        self._doubt = np.repeat(self._unsure(), BANDS, axis=1)
        self._last = np.zeros(BLOCK, np.float32)
        self._near = np.zeros(BANDS, np.float32)

    def silence(self) -> None:
        """Forget what was played, not the room: nothing was for as long as the filter is."""
        self._played[:] = 0
        self._last[:] = 0

    def move(self, blocks: int) -> None:
        """The echo comes so much later (or earlier, below 0) after what is given as `played` than it did."""
        if abs(blocks) >= self._partitions:
            self.reset()
            return
        self._path = np.roll(self._path, blocks, axis=0)
        self._doubt = np.roll(self._doubt, blocks, axis=0)
        new = slice(0, blocks) if blocks > 0 else slice(self._partitions + blocks, None)
        self._path[new] = 0
        self._doubt[new] = self._unsure()[new]

    def _unsure(self) -> Power:
        """The doubt about each partition before anything is known, shape (partitions, 1)."""
        late = np.maximum(np.arange(self._partitions) - 2, 0)
        return (_UNSURE * 10 ** (-_FADES_DB / 10 * late)).astype(np.float32)[:, None]

    @property
    def path(self) -> Power:
        """Power of each partition of the way: how much of the echo comes how late."""
        power: Power = (np.abs(self._path) ** 2).mean(axis=1)
        return power

    def process(self, heard: Floats, played: Floats) -> tuple[Floats, Floats]:
        """The next BLOCK of both: what was heard without the echo, and the echo."""
        self._played = np.roll(self._played, 1, axis=0)
        self._played[0] = np.fft.rfft(np.concatenate((self._last, played)))
        self._last = played
        estimate = (self._played * self._path).sum(axis=0)
        echo = np.fft.irfft(estimate)[BLOCK:]
        left = (heard - echo).astype(np.float32)
        self._learn(np.fft.rfft(np.concatenate((_NOTHING, left))).astype(np.complex64))
        return left, echo.astype(np.float32)

    def _learn(self, error: Spectrum) -> None:
        power = np.abs(self._played) ** 2
        # Half of the transformed block is filled with zeros: the error has half the power of an endless one.
        doubted = 0.5 * (power * self._doubt).sum(axis=0)
        near = self._near
        share = doubted / (doubted + near + _LEAST)
        posterior = np.abs((1 - share) * error) ** 2 + share * near
        # What the doubt cannot explain came from elsewhere: believed at once, forgotten slowly.
        posterior = np.maximum(posterior, np.abs(error) ** 2 - _SURPRISE * doubted)
        self._near = np.maximum(_NEAR_STAYS * near + (1 - _NEAR_STAYS) * posterior, posterior).astype(np.float32)
        gain = 0.5 * self._doubt / (doubted + self._near + _LEAST)
        step = np.fft.irfft(gain * np.conj(self._played) * error, axis=1)
        step[:, BLOCK:] = 0
        self._path += np.fft.rfft(step, axis=1).astype(np.complex64)
        kept = _KEPT**2
        self._doubt = kept * (1 - 0.5 * gain * power) * self._doubt + (1 - kept) * np.abs(self._path) ** 2
        self._path *= _KEPT
