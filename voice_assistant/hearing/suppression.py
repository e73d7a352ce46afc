"""Lowers steady noise under a voice, frame by frame, as the sound comes.

A short-time spectrum is multiplied by the gain of the log-spectral amplitude estimator (Y. Ephraim, D. Malah: Speech
Enhancement Using a Minimum Mean-Square Error Log-Spectral Amplitude Estimator, IEEE Trans. ASSP 33, 1985, with the
"decision-directed" estimate of their 1984 paper). The noise is tracked in each frequency band by minima, and only where
no voice is likely (I. Cohen, B. Berdugo: Noise Estimation by Minima Controlled Recursive Averaging for Robust Speech
Enhancement, IEEE Signal Processing Letters 9, 2002).

It takes away little on purpose: a recogniser that learned on untouched sound is hurt more by holes in the speech than
by what noise is left, and clean speech comes back as it was.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_assistant.types import SAMPLE_RATE_HZ

_WINDOW = 512
_HOP = 128
DELAY_SAMPLES = _WINDOW - _HOP
"""How far what is given out lies behind what was taken in."""
DELAY_S = DELAY_SAMPLES / SAMPLE_RATE_HZ
_SINES: npt.NDArray[np.float64] = np.sqrt(np.hanning(_WINDOW + 1)[:_WINDOW])
_OVERLAP = 2.0
"""Sum of the squared windows that cover a sample (Hann windows a quarter apart)."""
_FADED = 0.92
"""Share of the old noise estimate that stays after a hop without voice: a time constant of about 0.1 s."""
_SMOOTH = 0.8
"""Share of the smoothed power that stays after a hop, 8 ms."""
_PRESENT = 4.0
"""A band whose smoothed power is this many times its recent minimum holds voice."""
_LINGERS = 0.2
"""What is left, a hop later, of the belief that a band holds voice."""
_MINIMUM_HOPS = 100
"""The minimum is searched over 0.8 to 1.6 s: longer than a drawn-out syllable."""
_FIRST_HOPS = 8
"""The sound of the first 64 ms is taken as noise: a stream begins before somebody speaks."""
_NOISY_DB, _CLEAN_DB = 20.0, 30.0
"""Loudest hop over noise: at or below the first the whole depth is used, at or above the second nothing is done. The
loudest hop of speech is 8 dB above its mean, so this is speech at 12 and at 22 dB over the noise."""
_FORGOTTEN = 0.9985
"""What is left, a hop later, of the power of the loudest hop: it falls by 1 dB in 1.2 s."""
_NEAR = (0.00107857, -0.00976004, 0.05519968, -0.24991055, 0.99999193, -0.57721566)
_FAR_ABOVE = (1.0, 8.5733287401, 18.0590169730, 8.6347608925, 0.2677737343)
_FAR_BELOW = (1.0, 9.5733223454, 25.6329561486, 21.0996530827, 3.9584969228)
"""Coefficients of `exponential_integral`, which names their source."""
_LEAST_PRIOR = 10**-1.8
"""Voice over noise of a band, -18 dB: keeps the gain from fluttering where there is no voice (O. Cappé: Elimination of
the Musical Noise Phenomenon, IEEE Trans. SAP 2, 1994)."""
_MOST_POSTERIOR = 200.0
"""Sound over noise of a band, 23 dB, beyond which the gain is 1 anyway."""


class NoiseSuppressor:
    """Takes frames of 16 kHz sound and gives each back later with less noise.

    deepest_db: how much a band without voice is lowered at most (0 or below), where it is noisy.
    trust: weight of the preceding hop in the estimate of the voice's power, 0 to below 1; higher is smoother.
    """

    def __init__(self, deepest_db: float = -6.0, trust: float = 0.95) -> None:
        if deepest_db > 0 or not 0 <= trust < 1:
            raise ValueError("deepest_db must be at most 0, and trust between 0 and 1")
        self._deepest_db = deepest_db
        self._trust = trust
        self.reset()

    def reset(self) -> None:
        """Forget the noise and the sound, for another stream."""
        bands = _WINDOW // 2 + 1
        self._input = np.zeros(DELAY_SAMPLES)
        self._output = np.zeros(DELAY_SAMPLES)
        self._noise = np.zeros(bands)
        self._smoothed = np.zeros(bands)
        self._minimum = np.zeros(bands)
        self._next_minimum = np.zeros(bands)
        self._present = np.zeros(bands)
        self._voice = np.ones(bands)
        self._loudest = 0.0
        self._hops = 0

    def process(self, frame: bytes) -> bytes:
        """The next samples (signed 16-bit, a whole number of 8 ms); gives as many, DELAY_SAMPLES late."""
        samples = np.frombuffer(frame, dtype="<i2").astype(np.float64)
        if len(samples) % _HOP:
            raise ValueError(f"a frame must hold a multiple of {_HOP} samples")
        self._input = np.concatenate((self._input, samples))
        self._output = np.concatenate((self._output, np.zeros(len(samples))))
        if self._input.any():
            self._suppress(len(samples))
        done, self._output = self._output[: len(samples)], self._output[len(samples) :]
        self._input = self._input[len(samples) :]
        return np.clip(np.rint(done), -32768, 32767).astype("<i2").tobytes()

    def _suppress(self, count: int) -> None:
        windows = np.lib.stride_tricks.sliding_window_view(self._input, _WINDOW)[:count:_HOP]
        spectra = np.fft.rfft(windows * _SINES)
        powers = spectra.real**2 + spectra.imag**2
        gains = np.array([self._gain(power) for power in powers])
        for index, part in enumerate(np.fft.irfft(spectra * gains) * (_SINES / _OVERLAP)):
            self._output[index * _HOP : index * _HOP + _WINDOW] += part

    def _gain(self, power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Of each band, from `deepest_db` to 1."""
        self._track_noise(power)
        posterior = np.minimum(power / np.maximum(self._noise, 1e-3), _MOST_POSTERIOR)
        prior = self._trust * self._voice + (1 - self._trust) * np.maximum(posterior - 1, 0)
        prior = np.maximum(prior, _LEAST_PRIOR)
        wiener = prior / (1 + prior)
        gain = wiener * np.exp(0.5 * exponential_integral(np.maximum(wiener * posterior, 1e-6)))
        gain = np.clip(gain, self._least_gain(power), 1.0)
        self._voice = gain**2 * posterior
        return np.asarray(gain)

    def _least_gain(self, power: npt.NDArray[np.float64]) -> float:
        """Of a band without voice: less is taken away the further the loudest sound of late is above the noise."""
        self._loudest = max(_FORGOTTEN * self._loudest, float(power.sum()), 1e-3)
        above_db = 10 * np.log10(self._loudest / max(float(self._noise.sum()), 1e-3))
        share = float(np.interp(above_db, (_NOISY_DB, _CLEAN_DB), (1.0, 0.0)))
        return float(10 ** (share * self._deepest_db / 20))

    def _track_noise(self, power: npt.NDArray[np.float64]) -> None:
        self._hops += 1
        near = power.copy()
        near[1:-1] = 0.25 * power[:-2] + 0.5 * power[1:-1] + 0.25 * power[2:]
        if self._hops <= _FIRST_HOPS:
            self._noise += (power - self._noise) / self._hops
            self._smoothed += (near - self._smoothed) / self._hops
            self._minimum = self._next_minimum = self._smoothed
            return
        self._smoothed = _SMOOTH * self._smoothed + (1 - _SMOOTH) * near
        self._minimum = np.minimum(self._minimum, self._smoothed)
        self._next_minimum = np.minimum(self._next_minimum, self._smoothed)
        if self._hops % _MINIMUM_HOPS == 0:
            self._minimum, self._next_minimum = self._next_minimum, self._smoothed
        self._present = np.maximum(_LINGERS * self._present, self._smoothed > _PRESENT * self._minimum)
        stays = _FADED + (1 - _FADED) * self._present
        self._noise = stays * self._noise + (1 - stays) * power


def exponential_integral(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """E1 of values above 0, right to 1e-6: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions (1964),
    5.1.53 up to 1 and 5.1.56 beyond. SciPy has it, but brings tens of megabytes into a program that needs no more.
    """
    near = np.polyval(_NEAR, x) - np.log(x)
    far = np.exp(-x) / x * np.polyval(_FAR_ABOVE, x) / np.polyval(_FAR_BELOW, x)
    return np.asarray(np.where(x <= 1, near, far))
