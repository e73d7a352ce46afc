"""Takes trees apart by their expected shape and notes what does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from voice_assistant.guide.draft import Finding, Place
from voice_assistant.guide.tree import Fields, Flag, Items, Nothing, Other, Text, Tree


class FileReader:
    """One file of dialogs/, asked for fields, lists and words.

    A part of the wrong shape becomes a finding and reads as empty.
    """

    def __init__(self, file: str, findings: list[Finding]) -> None:
        self.file = file
        self._findings = findings

    def place(self, line: int, node: str | None) -> Place:
        """A line of this file."""
        return Place(self.file, line, node)

    def fault(self, line: int, node: str | None, message: str) -> None:
        """Notes a finding in this file."""
        self._findings.append(Finding(self.file, line, node, message))

    def entries(
        self, tree: Tree, node: str | None, what: str, *, keys_are_nodes: bool = False
    ) -> Iterator[tuple[Text, Tree]]:
        """Each key with its value; the keys may be anything. `keys_are_nodes`: a doubled key is about that node."""
        if not isinstance(tree, Fields):
            self.fault(tree.line, node, f"{what}: expected `key: value` lines, found {_kind(tree)}")
            return
        seen: dict[str, int] = {}
        for key, value in tree.entries:
            if not isinstance(key, Text):
                self.fault(key.line, node, f"{what}: a key must be a word; put it in quotes")
            elif key.value in seen:
                about = key.value if keys_are_nodes else node
                self.fault(key.line, about, f"`{key.value}` stands here twice, first on line {seen[key.value]}")
            else:
                seen[key.value] = key.line
                yield key, value

    def fields(
        self, tree: Tree, node: str | None, what: str, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
    ) -> dict[str, Tree]:
        """The values of known keys. An unknown or missing key is a finding."""
        found: dict[str, Tree] = {}
        for key, value in self.entries(tree, node, what):
            if key.value in required or key.value in optional:
                found[key.value] = value
            else:
                self.fault(
                    key.line, node, f"{what}: unknown key `{key.value}` (known: {', '.join(required + optional)})"
                )
        if isinstance(tree, Fields):
            for key_name in required:
                if key_name not in found:
                    self.fault(tree.line, node, f"{what}: `{key_name}` is missing")
        return found

    def items(self, tree: Tree | None, node: str | None, what: str) -> tuple[Tree, ...]:
        """The members of a list; an absent tree has none."""
        if tree is None:
            return ()
        if not isinstance(tree, Items):
            self.fault(tree.line, node, f"{what}: expected a list, found {_kind(tree)}")
            return ()
        return tree.items

    def text(self, tree: Tree | None, node: str | None, what: str) -> str:
        """Words without spare space; empty (and a finding) when there are none. An absent tree is no finding."""
        if tree is None:
            return ""
        if isinstance(tree, Text) and tree.value.strip():
            return " ".join(tree.value.split())
        hint = "; put it in quotes" if isinstance(tree, (Flag, Nothing, Other)) else ""
        self.fault(tree.line, node, f"{what}: expected words, found {_kind(tree)}{hint}")
        return ""

    def texts(self, tree: Tree | None, node: str | None, what: str) -> list[tuple[str, int]]:
        """A list of words, each with its line."""
        found = ((self.text(item, node, what), item.line) for item in self.items(tree, node, what))
        return [(text, line) for text, line in found if text]

    def flag(self, tree: Tree | None, node: str | None, what: str) -> bool:
        """True or false; false when absent."""
        if tree is None:
            return False
        if isinstance(tree, Flag):
            return tree.value
        self.fault(tree.line, node, f"{what}: expected true or false, found {_kind(tree)}")
        return False


def _kind(tree: Tree) -> str:
    if isinstance(tree, Fields):
        return "`key: value` lines"
    if isinstance(tree, Items):
        return "a list"
    if isinstance(tree, Nothing):
        return "nothing"
    if isinstance(tree, Text):
        return "words" if tree.value.strip() else "nothing"
    return f"`{str(tree.value).lower()}`"
