"""Loads dialogs/ into a Guide, or refuses with the first thing that is wrong."""

from __future__ import annotations

from pathlib import Path

from voice_assistant.guide.checks import structure_findings
from voice_assistant.guide.draft import Finding
from voice_assistant.guide.reading import CONTRACT, read_draft, read_headings
from voice_assistant.types import Guide, GuideError


def default_folder() -> Path:
    """The dialogs that came with the program: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "dialogs"
    return installed if installed.is_dir() else package.parent / "dialogs"


def load_guide(folder: Path) -> Guide:
    """Reads a dialogs folder.

    Raises GuideError naming file, line and node when a file is missing or broken, a key is unknown, a name leads
    nowhere, a node of the contract is missing or a sentence has no provenance. Rules of style do not stop loading;
    `check_guide` finds those.
    """
    if not folder.is_dir():
        raise GuideError(f"There is no dialogs folder at {folder}; install the program again or name another folder.")
    if not (folder / CONTRACT).is_file():
        raise GuideError(f"{folder} is no dialogs folder ({CONTRACT} is missing); name another one with --dialogs.")
    draft, findings = read_draft(folder)
    findings = findings or structure_findings(draft)
    if findings:
        raise GuideError(_sentence(folder, findings))
    return Guide(
        nodes=draft.nodes,
        phrases=tuple(phrase for phrase, _ in draft.phrases),
        concepts=draft.concepts,
        rules=tuple(draft.rules),
        terms=tuple(draft.terms),
        evidence=tuple(evidence for evidence, _ in draft.evidence),
        questions=tuple(question for question, _ in draft.questions),
        lines=draft.lines,
        omissions=tuple(draft.omissions),
        listening=draft.listening,
    )


def load_headings(folder: Path) -> tuple[str, ...]:
    """The headings of the guide in its order. Raises GuideError."""
    headings, findings = read_headings(folder)
    if findings:
        raise GuideError(_sentence(folder, findings))
    return headings


def _sentence(folder: Path, findings: list[Finding]) -> str:
    first = findings[0]
    about = f", {first.node}" if first.node else ""
    others = f" (and {len(findings) - 1} more; `voice-assistant dialogs check` lists all)" if len(findings) > 1 else ""
    return f"{folder / first.file}, line {first.line}{about}: {first.message}{others}."
