"""`python -m benchmarks.understanding FILE.tsv… [--peers] [--wrong] [--picture docs/confusion.png]`"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.understanding import peers
from benchmarks.understanding.labelled import Answered, Labelled, Tally, read
from voice_assistant import Assistant
from voice_assistant.types import Guide, Match, Transcript

ROWS = (
    "all",
    "causes",
    "symptoms",
    "relief",
    "care",
    "overviews",
    "check",
    "control",
    "refusals",
    "facet",
    "only refusals accepted",
    "out of scope refused",
    "nothing but out of scope",
    "urgent said",
    "urgent wrongly said",
)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.tsv", help="labelled utterances")
    parser.add_argument("--peers", action="store_true", help="measure the other ways in the same run")
    parser.add_argument("--wrong", action="store_true", help="print what was not understood")
    parser.add_argument(
        "--lines", type=int, help="measure only so many lines of each file, evenly spread: peers are slow"
    )
    parser.add_argument("--picture", type=Path, help="draw the confusions of the first file into this file")
    given = parser.parse_args()
    with Assistant.load() as assistant:
        guide = assistant.guide
        systems: dict[str, Callable[[str], Answered]] = {"this assistant": ours(assistant)}
        if given.peers:
            systems |= {"nearest phrase": peers.nearest_phrase(guide), "hassil": peers.exact_templates(guide)}
            systems["padacioso"] = peers.patterns(guide)
        for path in given.files:
            measure(path, spread(read(path), given.lines), systems, show_wrong=given.wrong)
        if given.picture:
            draw(given.files[0], systems["this assistant"], given.picture, guide)
    return 0


def ours(assistant: Assistant) -> Callable[[str], Answered]:
    """The assistant itself, each utterance in a fresh conversation."""

    def ask(text: str) -> Answered:
        turn = assistant.new_conversation().hear(Transcript.typed(text))
        facet = turn.understood.facet if isinstance(turn.understood, Match) else None
        return Answered(turn.understood.node_id, facet, turn.response.urgent)

    return ask


def spread(labelled: list[Labelled], most: int | None) -> list[Labelled]:
    """So many lines, evenly spread over the file; all without a number."""
    return labelled[:: -(-len(labelled) // most)] if most else labelled


def measure(
    path: Path, labelled: list[Labelled], systems: dict[str, Callable[[str], Answered]], *, show_wrong: bool
) -> None:
    """Print one table for a file."""
    print(f"\n{path.name}: {len(labelled)} utterances")
    results = {name: run(ask, labelled) for name, ask in systems.items()}
    print(f"{'':24}" + "".join(f"{name:>18}" for name in results))
    first = next(iter(results.values()))[0]
    for row in ROWS:
        if first.seen[row]:
            cells = "".join(f"{100 * tally.share(row):17.1f}%" for tally, _ in results.values())
            print(f"{row:<24}{cells}   (n = {first.seen[row]})")
    missed = first.seen["urgent said"] - first.right["urgent said"]
    if first.seen["urgent said"]:
        bound = upper_bound(missed, first.seen["urgent said"])
        print(f"warning signs missed: {missed} of {first.seen['urgent said']}, 95 % bound {100 * bound:.2f} %")
    for name, (_, milliseconds) in results.items():
        ranked = sorted(milliseconds)
        print(
            f"{name}: median {statistics.median(ranked):.1f} ms, 99th percentile {ranked[int(0.99 * len(ranked))]:.1f} ms"
        )
    confusions = Counter((label.accepted[0], answer.node_id) for label, answer in first.wrong)
    print("most confused: " + "; ".join(f"{a} → {b} ×{n}" for (a, b), n in confusions.most_common(8)))
    if show_wrong:
        for label, answer in first.wrong:
            print(f"  {label.text} | {'|'.join(label.accepted)} → {answer.node_id}")


def run(ask: Callable[[str], Answered], labelled: list[Labelled]) -> tuple[Tally, list[float]]:
    """Ask everything; count, and time each in milliseconds."""
    tally, milliseconds = Tally(), []
    for label in labelled:
        began = time.perf_counter()
        answer = ask(label.text)
        milliseconds.append(1000 * (time.perf_counter() - began))
        tally.count(label, answer)
    return tally, milliseconds


def upper_bound(misses: int, trials: int, level: float = 0.95) -> float:
    """One-sided Clopper-Pearson bound of a rate (Clopper & Pearson 1934), by bisection of the binomial tail."""
    low, high = misses / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        tail = sum(math.comb(trials, k) * middle**k * (1 - middle) ** (trials - k) for k in range(misses + 1))
        low, high = (middle, high) if tail > 1 - level else (low, middle)
    return high


def draw(path: Path, ask: Callable[[str], Answered], picture: Path, guide: Guide) -> None:
    """Draw the confusion matrix: rows what was meant, columns what was understood."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = [name for name in guide.nodes if not name.startswith("care.urgent")] + ["care.urgent"]
    names += [
        name for name in ("fallback.not_in_guide", "fallback.out_of_scope", "fallback.not_heard") if name not in names
    ]
    position = {name: index for index, name in enumerate(names)}
    grid = [[0.0] * len(names) for _ in names]
    for label in read(path):
        node_id = ask(label.text).node_id
        meant = node_id if node_id in label.accepted else label.accepted[0]
        grid[position[meant]][position[node_id]] += 1
    for row in grid:
        total = sum(row) or 1.0
        row[:] = [value / total for value in row]
    figure, axes = pyplot.subplots(figsize=(15, 14))
    axes.imshow(grid, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel("understood")
    axes.set_ylabel("meant")
    figure.tight_layout()
    figure.savefig(picture, dpi=110)


if __name__ == "__main__":
    raise SystemExit(main())
