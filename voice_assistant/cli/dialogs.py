"""`dialogs list | check | review | graph | fit`: the guide as data, for people and tools."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console, reason
from voice_assistant.cli.ending import interruptible
from voice_assistant.cli.parsing import Commands, Parser, add_command, add_json, add_settings, settings_of
from voice_assistant.types import ModelError, SettingsError

if TYPE_CHECKING:
    from voice_assistant.resources import Folders


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = add_command(commands, "dialogs", "look at, check and draw what is said and listened for")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    listing = add_command(actions, "list", "print every sentence that can be said, with where its facts come from")
    add_json(listing, "each sentence (node, facet, text, source)")
    check = add_command(actions, "check", "check everything in dialogs/; prints file, line and node of what is wrong")
    add_json(check, "each finding")
    review = add_command(actions, "review", "write a page on which a clinician can review the guide")
    review.add_argument(
        "--output", default="dialogs-review.html", metavar="FILE.html", help="default: %(default)s; - to print"
    )
    graph = add_command(actions, "graph", "draw the nodes and how their answers lead on")
    graph.add_argument(
        "--output", default="dialogs-graph.svg", metavar="FILE.svg", help="default: %(default)s; - to print"
    )
    fit = add_command(actions, "fit", "learn when to believe, ask and refuse from the phrases; takes minutes")
    fit.add_argument("--dry-run", action="store_true", help="print what would be chosen, write nothing")
    for action, command in ((listing, _list), (check, _check), (review, _review), (graph, _graph), (fit, _fit)):
        add_settings(
            action, "dialogs", *(("models", "model") if action is check else ("models",) if action is fit else ())
        )
        action.set_defaults(command=command)


def _folders(options: argparse.Namespace) -> Folders:
    from voice_assistant.resources import Folders

    settings = settings_of(options)
    return Folders.default(settings.dialogs, settings.models, settings.model)


def _dialogs(options: argparse.Namespace) -> Path:
    from voice_assistant.guide import default_folder

    return settings_of(options).dialogs or default_folder()


def _list(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.guide import load_guide, sentence_rows

    for row in sentence_rows(load_guide(_dialogs(options))):
        if options.json:
            console.json(row)
        else:
            console.line(f"{row['node']} · {row['facet'] or '-'} · {row['text']}  [{row['source']}]")
    return 0


def _check(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.guide import check_guide, load_guide
    from voice_assistant.hearing.tuning import Vocabulary

    folders = _folders(options)
    vocabulary, fault = None, None
    try:
        vocabulary = Vocabulary.from_model(folders.base_speech_model)
    except ModelError as error:
        fault = error
    findings = check_guide(folders.dialogs, knows=lambda word: vocabulary is None or word in vocabulary)
    for finding in findings:
        if options.json:
            console.json({"file": finding.file, "line": finding.line, "node": finding.node, "message": finding.message})
        else:
            console.line(str(finding))
    if fault is not None:
        console.note("Whether the speech model knows every word could not be checked.")
        raise fault
    if findings:
        return 1
    if not options.json:
        guide = load_guide(folders.dialogs)
        console.line(
            f"{folders.dialogs}: {len(guide.nodes)} nodes and {len(guide.phrases)} phrases, nothing to object to."
        )
    return 0


def _review(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.guide import load_guide, load_headings, review_page

    folder = _dialogs(options)
    _write(options.output, review_page(load_guide(folder), load_headings(folder)), console)
    return 0


def _graph(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.guide import graph_svg, load_guide

    _write(options.output, graph_svg(load_guide(_dialogs(options))), console)
    return 0


def _write(name: str, text: str, console: Console) -> None:
    if name == "-":
        sys.stdout.write(text)
        return
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{name} cannot be written ({reason(error)}).") from error
    console.item("Written", name)


def _fit(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.guide import load_guide
    from voice_assistant.models import MEANING_MODEL
    from voice_assistant.resources import made_earlier
    from voice_assistant.understanding import Embedder, save_thresholds
    from voice_assistant.understanding.fitting import fit

    folders = _folders(options)
    guide = load_guide(folders.dialogs)
    embedder = Embedder(folders.models / MEANING_MODEL)
    with console.progress() as progress:
        fitted = interruptible(lambda: fit(guide, embedder, progress, made_earlier(folders)))
    for name, chosen in asdict(fitted.thresholds).items():
        console.item("Chosen", f"{name.replace('_', ' ')} {chosen:g}")
    for name, reached in fitted.why.items():
        console.item("Reached", f"{name.replace('_', ' ')} {reached}")
    if options.dry_run:
        return 0
    try:
        written = save_thresholds(folders.dialogs, fitted.thresholds, fitted.why)
    except OSError as error:
        raise SettingsError(f"{folders.dialogs} cannot be written ({reason(error)}).") from error
    console.item("Written", str(written))
    return 0
