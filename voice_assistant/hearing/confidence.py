"""How sure to be of a transcript: a number that means something.

A confidence of 0.9 says that nine of ten such transcripts are right. It is a logistic regression on what the recogniser
gives: scores, guesses and words. `fit` learns its weights from transcripts that are known to be right or wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from voice_assistant.types import Alternative, Word

_WIDEST_GAP = 10.0
"""Natural-log gaps beyond this say no more: the other guess is 20,000 times less likely."""

_COMPARED = 20
"""Guesses that agreement is measured among: as many as there were when the weights were fitted."""


@dataclass(frozen=True, slots=True)
class Features:
    """The evidence; every number lies between 0 and 1, higher is surer except for `brevity`."""

    gap: float
    """Score distance from the best to the second guess, as a share of 10 natural-log units; 1 without a second."""
    agreement: float
    """Mean share of the best guess's words that each of the likeliest others also has; 1 when there is no other."""
    weakest: float
    """Confidence of the least sure word."""
    mean: float
    """Mean confidence of the words."""
    brevity: float
    """1 for one word, 1/2 for two, 1/n for n: little context makes mistakes likelier."""
    pace: float
    """How far the words fill the time from the first to the last one; holes are sounds that made no words."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic regression: one for each of Features, and a constant.

    The defaults were fitted on 144 utterances of ten synthetic voices, clean and with noise at 12 and 6 dB, heard by
    the tuned model; right meant that the words led to the right node (`python -m benchmarks.hearing --fit`). Another
    model, or another meaning of right, needs another fit.
    """

    bias: float = -2.3
    gap: float = 0.42
    agreement: float = 0.84
    weakest: float = 1.03
    mean: float = 1.49
    brevity: float = -0.16
    pace: float = 1.35


def features(alternatives: Sequence[Alternative], words: Sequence[Word]) -> Features:
    """The evidence of a transcript with at least one word."""
    if not words:
        raise ValueError("a transcript without words has no features")
    confidences = [word.confidence for word in words]
    return Features(
        gap=_gap(alternatives),
        agreement=_agreement(alternatives),
        weakest=min(confidences),
        mean=sum(confidences) / len(confidences),
        brevity=1 / len(words),
        pace=_pace(words),
    )


def confidence(evidence: Features, calibration: Calibration) -> float:
    """The probability, 0 to 1, that a transcript with this evidence is right."""
    weights = astuple(calibration)
    return _logistic(
        weights[0] + sum(weight * value for weight, value in zip(weights[1:], astuple(evidence), strict=True))
    )


def fit(samples: Iterable[tuple[Features, bool]], *, ridge: float = 1.0, rounds: int = 50) -> Calibration:
    """Learn the weights from evidence and whether the transcript was right.

    Newton's method (iteratively reweighted least squares) on the log likelihood less `ridge`/2 times the squared
    weights without the constant, which keeps them finite when the samples can be told apart perfectly.
    Raises ValueError unless there are both right and wrong ones.
    """
    pairs = list(samples)
    truth = np.array([right for _, right in pairs], dtype=float)
    if not pairs or truth.min() == truth.max():
        raise ValueError("to calibrate, both right and wrong transcripts are needed")
    evidence = np.array([(1.0, *astuple(sample)) for sample, _ in pairs])
    penalty = ridge * np.eye(evidence.shape[1])
    penalty[0, 0] = 1e-6
    weights = np.zeros(evidence.shape[1])
    for _ in range(rounds):
        likely = 1 / (1 + np.exp(-np.clip(evidence @ weights, -30, 30)))
        gradient = evidence.T @ (truth - likely) - penalty @ weights
        curvature = (evidence * (likely * (1 - likely))[:, None]).T @ evidence + penalty
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    names = [field.name for field in fields(Calibration)]
    return Calibration(**{name: float(weight) for name, weight in zip(names, weights, strict=True)})


def _gap(alternatives: Sequence[Alternative]) -> float:
    if len(alternatives) < 2:
        return 1.0
    return min(1.0, max(0.0, -alternatives[1].score / _WIDEST_GAP))


def _agreement(alternatives: Sequence[Alternative]) -> float:
    if len(alternatives) < 2:
        return 1.0
    best = set(alternatives[0].text.split())
    shares = [len(best & set(other.text.split())) / max(1, len(best)) for other in alternatives[1:_COMPARED]]
    return sum(shares) / len(shares)


def _pace(words: Sequence[Word]) -> float:
    span = words[-1].end_s - words[0].start_s
    return min(1.0, sum(word.end_s - word.start_s for word in words) / span) if span > 0 else 1.0


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
