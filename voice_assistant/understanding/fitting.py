"""Learns the thresholds from the guide's own phrases: every phrase is scored by a matcher that has not seen it.

Reproducible: the same dialogs give the same numbers. Run by `voice-assistant dialogs fit`, which prints the trade-off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_assistant.types import Guide
from voice_assistant.understanding.classifier import softmax
from voice_assistant.understanding.compiled import CompiledGuide
from voice_assistant.understanding.concepts import ConceptFinder
from voice_assistant.understanding.embedding import Embedder
from voice_assistant.understanding.interpreter import URGENT
from voice_assistant.understanding.red_flags import red_flag
from voice_assistant.understanding.repair import TermRepair
from voice_assistant.understanding.text import normalise
from voice_assistant.understanding.thresholds import Thresholds
from voice_assistant.understanding.training import Prepared, Progress, prepare, train

FOLDS = 4
FALSE_URGENT_SHARE = 0.005
"""Of what is no warning sign, so much may be taken for one by likeness alone. The rules catch 99.5 % of the known
warning signs by themselves; at twice this share talk of sore ankles and stomachs was called urgent, and no further
sign was caught."""
ASKED_SHARE = 0.03
"""Of what was understood right, so much may be asked about all the same."""
REFUSED_SHARE = 0.005
"""Of what was understood right, so much may be refused as too unsure."""
_SHARPNESSES = np.arange(1.0, 9.01, 0.25)
_LIMITS = np.arange(0.0, 0.61, 0.02)

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The thresholds and the reasons for them."""

    thresholds: Thresholds
    why: dict[str, object]


def fit(
    guide: Guide,
    embedder: Embedder | None,
    on_progress: Progress = lambda *_: None,
    earlier: CompiledGuide | None = None,
) -> Fitted:
    """Cross-validate the matcher on the guide's phrases and choose all thresholds. Takes a few minutes."""
    finder, repair = ConceptFinder(guide.concepts), TermRepair(guide.terms)
    prepared = prepare([phrase.text for phrase in guide.phrases], finder, repair, embedder, on_progress, earlier)
    truth = np.array([phrase.node_id for phrase in guide.phrases])
    labels, margins = _held_out_margins(prepared, truth, on_progress)
    sharpness = _sharpness(margins, labels, truth)
    scores = np.array([softmax(row, sharpness) for row in margins])
    order = np.argsort(-scores, axis=1)
    best, second = np.take_along_axis(scores, order[:, :2], axis=1).T
    right = labels[order[:, 0]] == truth
    findings = [finder.find(repair.repair(normalise(phrase.text))) for phrase in guide.phrases]
    flagged = np.array([red_flag(one, guide.rules) is not None for one in findings])
    elsewhere = np.array([not one.has("leg", "pain") for one in findings])
    likeness = scores[:, list(labels).index(URGENT)]
    thresholds = Thresholds(
        sharpness=float(sharpness),
        least_score=_rounded(np.quantile(best[right], REFUSED_SHARE)),
        close_call=_rounded(np.quantile((second / best)[right], 1 - ASKED_SHARE)),
        urgent_score=_rounded(np.quantile(likeness[(truth != URGENT) & ~flagged], 1 - FALSE_URGENT_SHARE)),
        in_scope_score=_rounded(_in_scope_score(best[elsewhere], labels[order[elsewhere, 0]], truth[elsewhere])),
    )
    warnings = truth == URGENT
    caught = flagged | (likeness >= thresholds.urgent_score)
    why: dict[str, object] = {
        "phrases": len(truth),
        "folds": FOLDS,
        "right_of_held_out": round(float(right.mean()), 4),
        "warnings_caught_by_rules": round(float(flagged[warnings].mean()), 4),
        "warnings_caught_with_likeness": round(float(caught[warnings].mean()), 4),
        "urgent_without_warning": round(float(caught[~warnings & (truth != "cause.deep_vein_thrombosis")].mean()), 4),
        "calibration": _calibration(best, right),
    }
    return Fitted(thresholds, why)


def _held_out_margins(
    prepared: Prepared, truth: npt.NDArray[np.str_], on_progress: Progress
) -> tuple[npt.NDArray[np.str_], Scores]:
    """Margins of every phrase by a matcher trained on the other folds: (labels, (phrases, labels))."""
    fold_of = np.random.default_rng(0).permutation(len(truth)) % FOLDS
    labels = np.unique(truth)
    margins = np.full((len(truth), len(labels)), -1.0, dtype=np.float32)
    for fold in range(FOLDS):
        on_progress("trying", fold, FOLDS)
        seen, held_out = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        weights = train(prepared, truth[seen].tolist(), seen.tolist())
        columns = np.searchsorted(labels, weights.labels)
        matrix = prepared.matrix(held_out.tolist())
        margins[np.ix_(held_out, columns)] = matrix @ np.vstack([weights.dense, weights.hashed]) + weights.bias
    on_progress("trying", FOLDS, FOLDS)
    return labels, margins


def _in_scope_score(best: Scores, understood: npt.NDArray[np.str_], truth: npt.NDArray[np.str_]) -> float:
    """The score below which an utterance without leg or pain is likelier to be about something else than what was
    understood.
    """
    believed = ~np.char.startswith(understood, "fallback.")
    gains = [
        ((believed & (best < limit) & (truth == "fallback.out_of_scope")).sum())
        - ((believed & (best < limit) & (truth == understood)).sum())
        for limit in _LIMITS
    ]
    return float(_LIMITS[int(np.argmax(gains))])


def _sharpness(margins: Scores, labels: npt.NDArray[np.str_], truth: npt.NDArray[np.str_]) -> float:
    """The temperature under which the truth is likeliest."""
    position = np.searchsorted(labels, truth)
    rows = np.arange(len(truth))

    def surprise(sharpness: float) -> float:
        raised = margins * sharpness
        peak = raised.max(axis=1)
        return float((peak + np.log(np.exp(raised - peak[:, None]).sum(axis=1)) - raised[rows, position]).mean())

    return float(min(_SHARPNESSES, key=surprise))


def _calibration(best: Scores, right: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Of what was said to be so sure, how much was right."""
    table = {}
    for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        chosen = (best >= low) & (best < high)
        if chosen.any():
            table[f"{low:.1f}-{min(high, 1.0):.1f}"] = round(float(right[chosen].mean()), 3)
    return table


def _rounded(value: float) -> float:
    return round(float(value), 3)
