"""`models fetch | verify | list`: getting the models and checking that they are whole."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from voice_assistant.cli.console import Console
from voice_assistant.cli.parsing import Commands, Parser, add_command, add_json, add_settings, settings_of

_MEGABYTE = 1_000_000


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = add_command(commands, "models", "get, check and list the speech and language models")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    fetch = add_command(actions, "fetch", "download what is missing or damaged; no other command uses the network")
    add_settings(fetch, "models")
    fetch.set_defaults(command=_fetch)
    verify = add_command(actions, "verify", "read every byte and say what is missing or damaged")
    add_json(verify, "each problem")
    add_settings(verify, "models")
    verify.set_defaults(command=_verify)
    listing = add_command(actions, "list", "list the models, their licences and sources, and whether they are here")
    add_json(listing, "each model")
    add_settings(listing, "models")
    listing.set_defaults(command=_list)


def _folder(options: argparse.Namespace) -> Path:
    from voice_assistant.models import default_folder

    return settings_of(options).models or default_folder()


def _fetch(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.models import fetch

    folder = _folder(options)
    with console.progress() as progress:
        fetched = fetch(folder, lambda done, of, name: progress(f"fetching {name}", done, of))
    for name in fetched:
        console.item("Fetched", name)
    console.item("Models", f"all are in {folder}")
    return 0


def _verify(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.models import verify

    folder = _folder(options)
    problems = verify(folder)
    for problem in problems:
        if options.json:
            console.json({"model": problem.model, "file": problem.path, "problem": problem.what})
        else:
            console.line(f"{folder / problem.model / problem.path} is {problem.what}")
    if problems:
        console.note("Run `voice-assistant models fetch` to get what is missing or damaged.")
        return 1
    if not options.json:
        console.item("Models", f"all in {folder} are whole")
    return 0


def _list(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.models import listing, verify

    folder = _folder(options)
    faults = Counter(problem.model for problem in verify(folder))
    for model in listing():
        size = sum(file.size for file in model.files)
        if options.json:
            console.json(
                {
                    "name": model.name,
                    "purpose": model.purpose,
                    "licence": model.licence,
                    "author": model.author,
                    "homepage": model.homepage,
                    "size": size,
                    "folder": str(folder / model.name),
                    "whole": faults[model.name] == 0,
                    "sources": [source.place for source in model.sources],
                    "files": [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in model.files],
                }
            )
            continue
        console.line(model.name, "bold")
        console.item("  For", model.purpose)
        console.item("  Licence", f"{model.licence}, {model.author}")
        console.item("  Size", f"{size / _MEGABYTE:.1f} MB in {len(model.files)} files")
        console.item("  Sources", ", ".join(source.place for source in model.sources))
        missing = faults[model.name]
        state = f"{missing} of its files missing or damaged" if missing else "whole"
        console.item("  Here", f"{folder / model.name}: {state}", "yellow" if missing else "green")
    return 0
