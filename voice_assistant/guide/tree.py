"""Reads YAML into small values that know their line.

The only file that touches PyYAML. It works on parser events instead of PyYAML's composed nodes for two reasons: every
value keeps its line, and depth is bounded here (the C composer of PyYAML 6.0 recurses without limit and crashes on deep
nesting). Anchors, aliases and tags are refused: the files do not need them, and without them a short file cannot expand
into a huge one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

MAXIMUM_DEPTH = 12
"""Levels of nesting; the deepest file of dialogs/ needs seven."""

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where the wheel has it: 20 times faster than the Python parser."""

_KEY = re.compile(r"([\w.]+):")
_TEXT_TAG = "tag:yaml.org,2002:str"
_FLAG_TAG = "tag:yaml.org,2002:bool"
_NOTHING_TAG = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    value: str
    line: int
    """Counted from 1, as editors do."""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    value: bool
    line: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """A key without a value, or `null`."""

    line: int


@dataclass(frozen=True, slots=True)
class Other:
    """A number, date or whatever else YAML sees in a word that is not quoted."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Tree, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fields:
    """Keys with values in the order of the file; a key may stand twice, which the reader of the fields reports."""

    entries: tuple[tuple[Tree, Tree], ...]
    line: int


Tree: TypeAlias = Text | Flag | Nothing | Other | Items | Fields


class TreeError(Exception):
    """A file is not YAML that this project uses."""

    def __init__(self, message: str, line: int, near: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        """Counted from 1."""
        self.near = near
        """The last key at the margin before the fault: mostly the node that it is in."""


class _Builder:
    """Turns parser events into a tree, without recursion."""

    def __init__(self) -> None:
        self._resolver: Any = yaml.resolver.Resolver()
        self._open: list[tuple[type[Items] | type[Fields], int, list[Tree]]] = []
        self._root: Tree | None = None
        self._documents = 0

    def add(self, event: Any) -> None:
        """Takes the next event. Raises TreeError for what the files do not need."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise TreeError("anchors and aliases are not used here", line)
        if getattr(event, "tag", None) not in (None, "!"):
            raise TreeError("tags are not used here", line)
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event, line))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(Items, line)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(Fields, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise TreeError("a file holds one document; remove the line `---`", line)

    def result(self) -> Tree:
        if self._root is None:
            raise TreeError("the file is empty", 1)
        return self._root

    def _begin(self, kind: type[Items] | type[Fields], line: int) -> None:
        if len(self._open) >= MAXIMUM_DEPTH:
            raise TreeError(f"nested more than {MAXIMUM_DEPTH} levels deep", line)
        self._open.append((kind, line, []))

    def _end(self) -> None:
        kind, line, parts = self._open.pop()
        if kind is Items:
            self._put(Items(tuple(parts), line))
        else:
            self._put(Fields(tuple(zip(parts[::2], parts[1::2], strict=True)), line))

    def _put(self, part: Tree) -> None:
        if self._open:
            self._open[-1][2].append(part)
        else:
            self._root = part

    def _scalar(self, event: Any, line: int) -> Tree:
        value = event.value
        if " " in value and value[0].isalpha():  # several words: no number, date or flag of YAML looks like that
            return Text(value, line)
        tag = self._resolver.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _TEXT_TAG:
            return Text(event.value, line)
        if tag == _NOTHING_TAG:
            return Nothing(line)
        if tag == _FLAG_TAG:
            return Flag(event.value.lower() in ("true", "yes", "on"), line)
        return Other(event.value, line)


def read_tree(path: Path) -> Tree:
    """Reads one YAML file. Raises TreeError with the line when it is unreadable, not UTF-8 or not YAML."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise TreeError("the file is missing", 1) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TreeError("the file is not UTF-8 text", line) from None
    except OSError as error:
        raise TreeError(f"the file cannot be read ({error.strerror})", 1) from None
    builder = _Builder()
    lines = text.splitlines()
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            builder.add(event)
    except TreeError as error:
        raise TreeError(error.message, error.line, _key_above(lines, error.line)) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, max(len(lines), 1)) if mark else 1
        raise TreeError(f"not valid YAML: {error.problem or error.context}", line, _key_above(lines, line)) from None
    except yaml.YAMLError as error:
        raise TreeError(f"not valid YAML: {' '.join(str(error).split())}", 1) from None
    return builder.result()


def _key_above(lines: Sequence[str], line: int) -> str | None:
    keys = (_KEY.match(text) for text in reversed(lines[:line]))
    return next((key.group(1) for key in keys if key), None)
