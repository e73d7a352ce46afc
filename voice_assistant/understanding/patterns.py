"""The small pattern language of dialogs/signs.yaml.

    pain knee       words in order
    swell*          a word with any ending; `*` alone is any word
    not ... hot     up to three words in between, none of which denies
    (red|pink hue)  one of several
    [very] hot      what may be left out
    <leg>           any pattern of the entry `leg`, its exceptions left aside
    leg & cold      both, in either order, up to three words apart
    !cold feet      an exception: where it fits, its words do not count for the entry

"can't" is found without its apostrophe too, and "knee's" is two words, "knee" and "'s". A pattern is a tree of
nodes. A node says
at which words it can end when it begins at a given word, every end once and the preferred one first (the first
alternative,
the fewest words in a gap, optional words rather than none). So nothing is tried twice, and time grows with the
length of the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voice_assistant.types import Concept, GuideError

_TOKEN = re.compile(r"\s*(\.\.\.|[()\[\]|&]|<[a-z_]+>|[\w'%]+\*?|\*)")
_POSSESSIVE = re.compile(
    r"(?<=\w)(?<!\bit)(?<!\bhe)(?<!\bshe)(?<!\bthat)(?<!\bwhat)(?<!\bthere)(?<!\bwho)(?<!\bhow)'s\b"
)
_GAP_WORDS = 3


def split_possessives(text: str) -> str:
    """Make "knee's" two words, "knee" and "'s"; leave "it's", "he's" and their like as they are."""
    return _POSSESSIVE.sub(" 's", text)


@dataclass(frozen=True, slots=True)
class Text:
    """The words of an utterance, ready to be looked through."""

    words: tuple[str, ...]
    denying: frozenset[int] = frozenset()
    """Positions at which a denial begins: a gap does not reach over them."""
    known_ends: dict[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)
    """Where an entry ends that begins at a word, as far as it has been asked for."""


@dataclass(frozen=True, slots=True)
class Openings:
    """The words with which something can begin."""

    words: frozenset[str] = frozenset()
    beginnings: frozenset[str] = frozenset()
    """Beginnings of words; the empty one stands for every word."""
    may_be_empty: bool = False

    def __or__(self, other: Openings) -> Openings:
        return Openings(
            self.words | other.words, self.beginnings | other.beginnings, self.may_be_empty or other.may_be_empty
        )


class Node(Protocol):
    """A part of a pattern."""

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        """The positions behind the last word when it begins at word `at`; none when it does not fit there."""

    def openings(self) -> Openings:
        """What it can begin with."""


@dataclass(frozen=True, slots=True)
class _Word:
    """One word out of several."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        if at < len(text.words) and (text.words[at] in self.words or text.words[at].startswith(self.beginnings)):
            return (at + 1,)
        return ()

    def openings(self) -> Openings:
        return Openings(self.words, frozenset(self.beginnings))


@dataclass(frozen=True, slots=True)
class _Gap:
    """No word up to three words, none of which denies, so that "leg isn't numb" does not hold "leg ... numb"."""

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        last = min(at + _GAP_WORDS, len(text.words))
        barrier = next((position for position in range(at, last) if position in text.denying), last)
        return tuple(range(at, barrier + 1))

    def openings(self) -> Openings:
        return Openings(beginnings=frozenset({""}), may_be_empty=True)


@dataclass(frozen=True, slots=True)
class _Sequence:
    """One after the other."""

    parts: tuple[Node, ...]

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        ends: tuple[int, ...] = (at,)
        for part in self.parts:
            if len(ends) == 1:
                ends = part.ends(text, ends[0])
            else:
                ends = tuple(dict.fromkeys(end for start in ends for end in part.ends(text, start)))
            if not ends:
                break
        return ends

    def openings(self) -> Openings:
        found = Openings(may_be_empty=True)
        for part in self.parts:
            if not found.may_be_empty:
                break
            following = part.openings()
            found = Openings(
                found.words | following.words, found.beginnings | following.beginnings, following.may_be_empty
            )
        return found


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several."""

    options: tuple[Node, ...]

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(end for option in self.options for end in option.ends(text, at)))

    def openings(self) -> Openings:
        found = Openings()
        for option in self.options:
            found |= option.openings()
        return found


@dataclass(frozen=True, slots=True)
class _Entry:
    """Any pattern of another entry."""

    name: str
    node: Node

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        key = (self.name, at)
        if key not in text.known_ends:
            text.known_ends[key] = self.node.ends(text, at)
        return text.known_ends[key]

    def openings(self) -> Openings:
        return self.node.openings()


_NOTHING = _Sequence(())


class PatternError(ValueError):
    """A pattern is not well formed; the text says why."""


class Patterns:
    """Reads the patterns of all entries; each entry is read once."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self._concepts = concepts
        self._entries: dict[str, _Entry | None] = {}

    def found(self, name: str) -> list[Node]:
        """The patterns by which an entry is found.

        Raises:
            GuideError: a pattern is not well formed, names an unknown entry or goes in circles; the text names the
            entry.
        """
        return self._read(name, [pattern for pattern in self._concepts[name].patterns if not pattern.startswith("!")])

    def excepted(self, name: str) -> list[Node]:
        """The exceptions of an entry. Raises as `found` does."""
        return self._read(name, [pattern[1:] for pattern in self._concepts[name].patterns if pattern.startswith("!")])

    def _read(self, name: str, patterns: Iterable[str]) -> list[Node]:
        nodes = []
        for pattern in patterns:
            try:
                node = _Reader(pattern, self.entry).whole()
                if "" in node.openings().beginnings or node.openings().may_be_empty:
                    raise PatternError("it has to begin with a word")
            except PatternError as error:
                reason = f"the pattern “{pattern}” cannot be read, {error}; see the top of the file"
                raise GuideError(f"signs.yaml, {name}: {reason}.") from error
            nodes.append(node)
        return nodes

    def entry(self, name: str) -> Node:
        """Any pattern of an entry but its exceptions. Raises as `found` does."""
        if name not in self._concepts:
            raise PatternError(f"there is no entry {name}")
        if name not in self._entries:
            self._entries[name] = None
            self._entries[name] = _Entry(name, _choice(self.found(name)))
        entry = self._entries[name]
        if entry is None:
            raise PatternError(f"{name} refers to itself")
        return entry


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, entry: Callable[[str], Node]) -> None:
        self._tokens = _tokens(split_possessives(pattern))
        self._entry = entry
        self._next = 0

    def whole(self) -> Node:
        """The pattern as a node."""
        parts = [self._sequence()]
        while self._take("&"):
            parts.append(self._sequence())
        if self._next < len(self._tokens):
            raise PatternError(f"there is a {self._tokens[self._next]} too many")
        if len(parts) > 2:
            raise PatternError("& joins two things only")
        if len(parts) == 1:
            return parts[0]
        first, second = parts
        return _choice([_Sequence((first, _Gap(), second)), _Sequence((second, _Gap(), first))])

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._next < len(self._tokens) and self._tokens[self._next] not in "&|)]":
            parts.append(self._part())
        if not parts:
            raise PatternError("something is empty")
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def _part(self) -> Node:
        token = self._tokens[self._next]
        self._next += 1
        if token == "...":
            return _Gap()
        if token == "(":
            return self._alternatives(")")
        if token == "[":
            return _choice([self._alternatives("]"), _NOTHING])
        if token.startswith("<"):
            return self._entry(token[1:-1])
        return _word(token)

    def _alternatives(self, closing: str) -> Node:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        if not self._take(closing):
            raise PatternError(f"a {closing} is missing")
        return _choice(options)

    def _take(self, token: str) -> bool:
        taken = self._next < len(self._tokens) and self._tokens[self._next] == token
        self._next += taken
        return taken


def _tokens(pattern: str) -> list[str]:
    tokens = []
    position = 0
    while pattern[position:].strip():
        match = _TOKEN.match(pattern, position)
        if match is None:
            raise PatternError(f"“{pattern[position:].strip()}” is none of its signs")
        tokens.append(match.group(1))
        position = match.end()
    return tokens


def _word(token: str) -> _Word:
    if token.endswith("*"):
        return _Word(frozenset(), (token[:-1],))
    plain = {token, token.replace("'", "")} if token.endswith("n't") else {token}
    return _Word(frozenset(plain), ())


def _choice(options: Iterable[Node]) -> Node:
    """One of several; neighbouring single words become one look-up."""
    joined: list[Node] = []
    for option in options:
        last = joined[-1] if joined else None
        if isinstance(option, _Word) and isinstance(last, _Word):
            joined[-1] = _Word(last.words | option.words, last.beginnings + option.beginnings)
        elif isinstance(option, _Choice):
            joined.extend(option.options)
        else:
            joined.append(option)
    return joined[0] if len(joined) == 1 else _Choice(tuple(joined))


class PatternIndex:
    """Finds which of many patterns can begin with a word, so that only these are tried."""

    def __init__(self, owned: Iterable[tuple[str, Node]]) -> None:
        """Take pairs of an owner's name and a pattern; the order within an owner is that of preference."""
        self._patterns = tuple(owned)
        self._by_word: dict[str, list[int]] = {}
        self._by_beginning: dict[str, list[int]] = {}
        for number, (_, pattern) in enumerate(self._patterns):
            openings = pattern.openings()
            for word in openings.words:
                self._by_word.setdefault(word, []).append(number)
            for beginning in openings.beginnings:
                self._by_beginning.setdefault(beginning, []).append(number)

    def matches(self, text: Text, only: str | None = None) -> dict[str, list[tuple[int, int]]]:
        """Owner → spans of words in the order of the text that fit one of its patterns and do not overlap."""
        found: dict[str, list[tuple[int, int]]] = {}
        for at, word in enumerate(text.words):
            for number in self._candidates(word):
                owner, pattern = self._patterns[number]
                spans = found.setdefault(owner, [])
                if (only and owner != only) or (spans and spans[-1][1] > at):
                    continue
                ends = pattern.ends(text, at)
                if ends:
                    spans.append((at, ends[0]))
        return {owner: spans for owner, spans in found.items() if spans}

    def _candidates(self, word: str) -> list[int]:
        numbers = set(self._by_word.get(word, ()))
        for length in range(1, len(word) + 1):
            numbers.update(self._by_beginning.get(word[:length], ()))
        return sorted(numbers)
