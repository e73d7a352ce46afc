"""How often each node was answered, day by day: numbers only, never a word. Off unless clinic.toml names a file."""

from __future__ import annotations

import contextlib
import json
import logging
from collections import Counter
from datetime import date
from pathlib import Path

_KEPT_DAYS = 400
_LOGGER = logging.getLogger(__name__)


class Counts:
    """Node id → how often, for each day. Written only when a visit ends, so that no visit can be told by its time."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._new: Counter[str] = Counter()

    def add(self, node_id: str) -> None:
        """One more answer or refusal."""
        if self._file is not None:
            self._new[node_id] += 1

    def write(self, today: date) -> None:
        """Add what is new to the file. A file that cannot be written is told in the log; nothing else stops."""
        if self._file is None or not self._new:
            return
        try:
            days = self._read(self._file)
            day = days.setdefault(today.isoformat(), {})
            for node_id, count in self._new.items():
                day[node_id] = day.get(node_id, 0) + count
            kept = dict(sorted(days.items())[-_KEPT_DAYS:])
            new = self._file.with_suffix(".new")
            new.write_text(json.dumps(kept, indent=1, sort_keys=True), encoding="utf-8")
            new.replace(self._file)
        except Exception as error:  # noqa: BLE001 - a clinic's file may hold anything; the kiosk has to live on
            reason = getattr(error, "strerror", None) or type(error).__name__
            _LOGGER.warning("The counts cannot be written to %s (%s).", self._file, reason)
        self._new.clear()

    @staticmethod
    def _read(file: Path) -> dict[str, dict[str, int]]:
        with contextlib.suppress(FileNotFoundError):
            try:
                found = json.loads(file.read_text(encoding="utf-8"))
                return {day: _whole(counts) for day, counts in found.items() if isinstance(counts, dict)}
            except (ValueError, AttributeError):
                kept = file.replace(file.with_suffix(".damaged"))
                _LOGGER.warning("The counts in %s cannot be read; they are kept as %s.", file, kept)
        return {}


def _whole(counts: dict[str, object]) -> dict[str, int]:
    """What is no number is left out: the file may have been edited by hand."""
    return {node_id: count for node_id, count in counts.items() if type(count) is int}
