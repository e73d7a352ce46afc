"""`licences`: under which terms everything that the program consists of is used."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from voice_assistant.cli.console import Console
from voice_assistant.cli.parsing import DISTRIBUTION, Commands, add_command, add_json

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CLASSIFIER = "License :: "
_UNKNOWN = "not stated; see its own files"
_LONGEST = 80
"""Letters: some packages put the whole text of the licence where its name belongs."""
_MORE = """The program itself, the packages that it is installed with, and the models of models/manifest.toml.
What belongs to the operating system, such as a sound server or its own espeak-ng, is not listed."""
_WHOLE_SPEECH_ENGINE = "GPL-3.0-or-later (espeak-ng, which it contains)"
_CONTAINED = {"espeakng-loader": _WHOLE_SPEECH_ENGINE}
"""What a package's own statement leaves out: espeak-ng's COPYING."""
_LESSONS = "noise lessons"
"""Changed weights of the speech model, shipped with the program (hearing/tuning/noise_lessons.py)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is shipped."""

    kind: str
    """`program`, `package` or `model`."""
    name: str
    version: str
    licence: str
    homepage: str = ""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "licences", "list the licences of everything that it consists of", _MORE)
    add_json(parser, "each part")
    parser.set_defaults(command=_licences)


def _licences(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.models import SPEECH_MODEL, listing

    models = [Part("model", one.name, "", one.licence, one.homepage) for one in listing()]
    models += [replace(one, name=f"{_LESSONS} for {one.name}") for one in models if one.name == SPEECH_MODEL]
    for part in [*packages(), *models]:
        if options.json:
            console.json(
                {
                    "kind": part.kind,
                    "name": part.name,
                    "version": part.version,
                    "licence": part.licence,
                    "homepage": part.homepage,
                }
            )
        else:
            console.line(f"{part.name} {part.version}".strip(), "bold")
            console.item("  Licence", part.licence, "yellow" if part.licence == _UNKNOWN else "")
    return 0


def packages(root: str = DISTRIBUTION) -> Iterator[Part]:
    """The program and every installed package that it needs, also by way of others, by name."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [root]
    while waiting:
        name = _key(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # for another system, an extra that was not asked for, or a checkout
            waiting += _needed_in_checkout() if name == _key(root) else ()
            continue
        waiting += _needed(found[name].requires or (), extras=name == _key(root))
    for name, package in sorted(found.items(), key=lambda pair: (pair[0] != _key(root), pair[0])):
        kind = "program" if name == _key(root) else "package"
        yield Part(
            kind, package.metadata["Name"], package.version, licence_of(package, name), _field(package, "Home-page")
        )


def licence_of(package: metadata.Distribution, name: str = "") -> str:
    """What the package says of itself: an SPDX expression, else classifiers, else the first line of free text."""
    classifiers = package.metadata.get_all("Classifier") or ()
    classified = [one.rsplit(" :: ", 1)[-1] for one in classifiers if one.startswith(_CLASSIFIER)]
    free = _field(package, "License").strip().splitlines()
    stated = _field(package, "License-Expression") or ", ".join(one for one in classified if one != "OSI Approved")
    stated = stated or (free[0].strip()[:_LONGEST] if free else "") or _UNKNOWN
    if name in _CONTAINED:
        return _CONTAINED[name] if stated == _UNKNOWN else f"{stated}; {_CONTAINED[name]}"
    return stated


def _field(package: metadata.Distribution, name: str) -> str:
    """A field of the package's description; empty when it is missing."""
    return str(package.metadata[name]) if name in package.metadata else ""


def _needed(requirements: Sequence[str], *, extras: bool) -> Iterator[str]:
    """Names of the requirements; those of extras only where they count. What a marker rules out is not installed."""
    for requirement in requirements:
        found = _NAME.match(requirement)
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)", requirement)
        if found and (extra is None or (extras and extra.group(1) == "kiosk")):
            yield found.group()


def _needed_in_checkout() -> list[str]:
    """The requirements of a program that runs without having been installed."""
    file = Path(__file__).resolve().parents[2] / "pyproject.toml"
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return []
    return list(_needed([*project["dependencies"], *project["optional-dependencies"]["kiosk"]], extras=False))


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
