"""Numbers that decide when to believe, to ask and to refuse. Learned by `voice-assistant dialogs fit`, kept in
dialogs/fitted.json.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from voice_assistant.types import GuideError

FILE_NAME = "fitted.json"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All between 0 and 1 but `sharpness`."""

    sharpness: float = 3.5
    """Margins times this, then softmax, give probabilities (temperature scaling, Guo et al. 2017)."""
    least_score: float = 0.12
    """Below it nothing is believed."""
    close_call: float = 0.6
    """When the runner-up has at least this share of the best one's score, the person is asked which was meant."""
    urgent_score: float = 0.35
    """Likeness to known warning signs from which an utterance counts as one although no rule fired."""
    in_scope_score: float = 0.35
    """Below it an utterance that names neither leg nor pain is taken for talk about something else."""


def load_thresholds(folder: Path) -> Thresholds:
    """Read dialogs/fitted.json; defaults when there is none.

    Raises:
        GuideError: the file is not what `dialogs fit` writes.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return Thresholds()
    try:
        values = json.loads(path.read_text(encoding="utf-8"))["thresholds"]
        return Thresholds(**{field.name: float(values[field.name]) for field in fields(Thresholds)})
    except (ValueError, KeyError, TypeError) as error:
        raise GuideError(f"{path} is damaged ({error}): run `voice-assistant dialogs fit`.") from error


def save_thresholds(folder: Path, thresholds: Thresholds, why: dict[str, object]) -> Path:
    """Write dialogs/fitted.json with the reasons for what was chosen."""
    path = folder / FILE_NAME
    path.write_text(json.dumps({"thresholds": asdict(thresholds), "why": why}, indent=2) + "\n", encoding="utf-8")
    return path
