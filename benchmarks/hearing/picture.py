"""The word error rates as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.hearing.scoring import Score
from benchmarks.hearing.systems import SYSTEMS


def draw(scores: Mapping[tuple[str, str], Score], path: Path) -> None:
    """Bars of word errors and of right nodes: a group for each condition, a bar for each recogniser."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    conditions = list(dict.fromkeys(condition for _, condition in scores if " dB, " not in condition))
    systems = [system for system in SYSTEMS if any(name == system for name, _ in scores)]
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(10, 8), sharex=True)
    width = 0.8 / max(1, len(systems))
    for place, system in enumerate(systems):
        here = [
            (at, scores[system, condition]) for at, condition in enumerate(conditions) if (system, condition) in scores
        ]
        at = [position + width * place for position, _ in here]
        above.bar(at, [100 * score.word_error_rate for _, score in here], width, label=system)
        below.bar(at, [100 * score.right / max(1, score.labelled) for _, score in here], width, label=system)
    above.set_ylabel("words wrong, %")
    below.set_ylabel("right node, %")
    below.set_xticks([position + 0.3 for position in range(len(conditions))], conditions)
    above.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
