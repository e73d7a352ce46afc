"""What the network looks at: the features of sound and the i-vector, as Vosk makes them of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.teaching import kaldi
from voice_assistant.types import SAMPLE_RATE_HZ

Features = npt.NDArray[np.float32]
"""Shape (frames of 10 ms, 40)."""

FEATURES, IVECTOR = 40, 30
PERIOD = 10
"""A new i-vector every so many frames (`ivector_period` in Kaldi's online-ivector-feature.h)."""
_AROUND = 3
_GAUSSIANS, _LEAST_POSTERIOR, _POSTERIOR_SCALE = 5, 0.025, 0.1
"""`num_gselect`, `min_post` and `posterior_scale` there."""
_MOST_COUNT = 100.0
"""`max_count`, as Vosk sets it."""
_WINDOW, _GLOBAL = 600, 200
"""`cmn_window` and `global_frames` of Kaldi's OnlineCmvnOptions."""


def features(pcm: npt.NDArray[np.int16], seed: int) -> Features:
    """High resolution MFCC with the options of the model's conf/mfcc.conf, and Kaldi's dither of one step."""
    import kaldi_native_fbank as fbank

    options = fbank.MfccOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = SAMPLE_RATE_HZ
    options.use_energy = False
    options.num_ceps = options.mel_opts.num_bins = FEATURES
    options.mel_opts.low_freq, options.mel_opts.high_freq = 20, 7600
    online = fbank.OnlineMfcc(options)
    online.accept_waveform(SAMPLE_RATE_HZ, pcm + np.random.default_rng(seed).standard_normal(len(pcm), np.float32))
    online.input_finished()
    frames = [online.get_frame(index) for index in range(online.num_frames_ready)]
    return np.array(frames, np.float32).reshape(-1, FEATURES)


class IVectors:
    """Who speaks, and through what: online i-vectors (online-ivector-feature.cc, ivector-extractor.cc)."""

    def __init__(self, model_folder: Path) -> None:
        folder = model_folder / "ivector"
        self._lda = kaldi.numbers((folder / "final.mat").read_bytes(), 2)[0]
        stats = (folder / "global_cmvn.stats").read_text(encoding="ascii").strip(" []\n").split()
        self._global = np.array(stats, np.float64).reshape(2, -1)[0]
        mixture = (folder / "final.dubm").read_bytes()
        self._constants = kaldi.field(mixture, "GCONSTS")
        self._means = kaldi.field(mixture, "MEANS_INVVARS")
        self._variances = kaldi.field(mixture, "INV_VARS")
        extractor = (folder / "final.ie").read_bytes()
        projections = kaldi.several(extractor, "M")
        precisions = kaldi.several(extractor, "SigmaInv", len(projections))
        self._linear = np.einsum("gij,gjk->gik", precisions, projections)
        self._quadratic = np.einsum("gji,gjk->gik", projections, self._linear)
        self._offset = kaldi.value(extractor, "IvectorOffset")

    def __call__(self, sound: Features) -> Features:
        """After every PERIOD frames, of all that came before: shape (periods, 30)."""
        chosen, weights = self._posteriors(self._spliced(sound - self._mean(sound)))
        raw = self._spliced(sound)
        linear, quadratic = np.zeros(IVECTOR), np.eye(IVECTOR)
        linear[0], prior, count = self._offset, 1.0, 0.0
        found = []
        for begin in range(0, len(sound), PERIOD):
            here = slice(begin, begin + PERIOD)
            used = weights[here] > 0
            gaussians, weight = chosen[here][used], weights[here][used]
            frames = raw[begin + np.nonzero(used)[0]]
            quadratic = quadratic + np.einsum("n,nij->ij", weight, self._quadratic[gaussians])
            linear = linear + np.einsum("n,nij,ni->j", weight, self._linear[gaussians], frames)
            count += float(weight.sum())
            heavier = max(prior, count / _MOST_COUNT)
            linear[0] += self._offset * (heavier - prior)
            quadratic = quadratic + np.eye(IVECTOR) * (heavier - prior)
            prior = heavier
            solved = np.linalg.solve(quadratic, linear)
            solved[0] -= self._offset
            found.append(solved)
        return np.array(found, np.float32)

    def _spliced(self, sound: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        around = np.clip(np.arange(len(sound))[:, None] + np.arange(-_AROUND, _AROUND + 1), 0, len(sound) - 1)
        return np.asarray(sound[around].reshape(len(sound), -1) @ self._lda[:, :-1].T + self._lda[:, -1])

    def _mean(self, sound: Features) -> npt.NDArray[np.float64]:
        """Over the last six seconds, with the global mean where there is less."""
        sums = np.concatenate((np.zeros((1, FEATURES)), np.cumsum(sound, axis=0, dtype=np.float64)))
        ends = np.arange(1, len(sound) + 1)
        begins = np.maximum(0, ends - _WINDOW)
        seen = ends - begins
        added = np.clip(_WINDOW - seen, 0, _GLOBAL)
        total = sums[ends] - sums[begins] + added[:, None] * (self._global[:-1] / self._global[-1])
        return np.asarray(total / (seen + added)[:, None])

    def _posteriors(self, sound: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        likelihoods = self._constants + sound @ self._means.T - 0.5 * sound**2 @ self._variances.T
        chosen = np.argpartition(-likelihoods, _GAUSSIANS, axis=1)[:, :_GAUSSIANS]
        best = np.take_along_axis(likelihoods, chosen, 1)
        weights = np.exp(best - best.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        weights[weights < _LEAST_POSTERIOR] = 0
        return chosen, weights / weights.sum(axis=1, keepdims=True) * _POSTERIOR_SCALE
