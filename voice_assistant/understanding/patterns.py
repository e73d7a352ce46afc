"""The small pattern language of dialogs/signs.yaml.

    pain knee       words in order
    swell*          a word with any ending; `*` alone is any word
    not ... hot     up to three words in between, none of which denies
    (red|pink hue)  one of several
    [very] hot      what may be left out
    <leg>           any pattern of the entry `leg`, its exceptions left aside
    leg & cold      both, in either order, up to three words apart
    !cold feet      an exception: where it fits, its words do not count for the entry

"can't" is found without its apostrophe too, and "knee's" is two words, "knee" and "'s".

A pattern is a tree of nodes. A node says at which words it can end when it begins at a given word: every end once, the
preferred one first (the first alternative, the fewest words in a gap, optional words rather than none). So nothing is
tried twice, and time grows with the length of the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voice_assistant.types import Concept, GuideError

PART = "_"
"""An entry whose name begins so only serves the patterns of other entries; it may be left out where it stands."""

_TOKEN = re.compile(r"\.\.\.|[()\[\]|&]|<[a-z_]+>|[\w'%]+\*?|\*")
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
class WordGroup:
    """Some words, whole or by their beginning."""

    words: frozenset[str] = frozenset()
    beginnings: frozenset[str] = frozenset()
    """Beginnings of words; the empty one stands for every word."""

    @property
    def size(self) -> int:
        """How many words and beginnings."""
        return len(self.words) + len(self.beginnings)


def _together(groups: Iterable[WordGroup]) -> WordGroup:
    groups = list(groups)
    return WordGroup(
        frozenset().union(*(group.words for group in groups)),
        frozenset().union(*(group.beginnings for group in groups)),
    )


_EVERY_WORD = WordGroup(beginnings=frozenset({""}))


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a node before there is a text."""

    opening: WordGroup = WordGroup()
    """The words that it can begin with."""
    needed: frozenset[WordGroup] = frozenset()
    """Groups of which each must have a word where it fits."""
    may_be_empty: bool = False
    longest: int = 0
    """The most words that it fits."""


class Node(Protocol):
    """A part of a pattern."""

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        """The positions behind the last word when it begins at word `at`; none when it does not fit there."""

    def traits(self) -> Traits:
        """What is known of it before there is a text."""


@dataclass(frozen=True, slots=True)
class _Word:
    """One word out of several."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        if at < len(text.words) and (text.words[at] in self.words or text.words[at].startswith(self.beginnings)):
            return (at + 1,)
        return ()

    def traits(self) -> Traits:
        group = WordGroup(self.words, frozenset(self.beginnings))
        return Traits(opening=group, needed=frozenset({group}), longest=1)


@dataclass(frozen=True, slots=True)
class _Gap:
    """No word up to three words, none of which denies, so that "leg isn't numb" does not hold "leg ... numb"."""

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        last = min(at + _GAP_WORDS, len(text.words))
        barrier = next((position for position in range(at, last) if position in text.denying), last)
        return tuple(range(at, barrier + 1))

    def traits(self) -> Traits:
        return Traits(opening=_EVERY_WORD, may_be_empty=True, longest=_GAP_WORDS)


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

    def traits(self) -> Traits:
        parts = [part.traits() for part in self.parts]
        first = next((number for number, part in enumerate(parts) if not part.may_be_empty), len(parts))
        return Traits(
            opening=_together(part.opening for part in parts[: first + 1]),
            needed=frozenset(group for part in parts for group in part.needed),
            may_be_empty=first == len(parts),
            longest=sum(part.longest for part in parts),
        )


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several."""

    options: tuple[Node, ...]

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(end for option in self.options for end in option.ends(text, at)))

    def traits(self) -> Traits:
        options = [option.traits() for option in self.options]
        telling = [min(option.needed, key=lambda group: group.size) for option in options if option.needed]
        return Traits(
            opening=_together(option.opening for option in options),
            needed=frozenset({_together(telling)} if len(telling) == len(options) else ()),
            may_be_empty=any(option.may_be_empty for option in options),
            longest=max(option.longest for option in options),
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """Any pattern of another entry."""

    name: str
    node: Node
    known_traits: Traits

    def ends(self, text: Text, at: int) -> tuple[int, ...]:
        key = (self.name, at)
        known = text.known_ends.get(key)
        if known is None:
            known = text.known_ends[key] = self.node.ends(text, at)
        return known

    def traits(self) -> Traits:
        return self.known_traits


_NOTHING = _Sequence(())


def alternatives(pattern: Node) -> Iterator[Node]:
    """The patterns of which a pattern is one, in order of preference: itself, or what it lets choose from."""
    if isinstance(pattern, _Entry):
        yield from alternatives(pattern.node)
    elif isinstance(pattern, _Choice):
        for option in pattern.options:
            yield from alternatives(option)
    else:
        yield pattern


class PatternError(ValueError):
    """A pattern is not well formed; the text says why."""


class Patterns:
    """Reads the patterns of all entries."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self._concepts = concepts
        self._entries: dict[str, _Entry | None] = {}

    def found(self, name: str) -> list[Node]:
        """The patterns by which an entry is found.

        Raises:
            GuideError: a pattern is not well formed, names an unknown entry or goes in circles; the text names it.
        """
        return self._read(name, [pattern for pattern in self._concepts[name].patterns if not pattern.startswith("!")])

    def excepted(self, name: str) -> list[Node]:
        """The exceptions of an entry. Raises as `found` does."""
        return self._read(name, [pattern[1:] for pattern in self._concepts[name].patterns if pattern.startswith("!")])

    def entry(self, name: str) -> Node:
        """Any pattern of an entry but its exceptions. Raises as `found` does."""
        if name not in self._concepts:
            raise PatternError(f"there is no entry {name}")
        if name not in self._entries:
            self._entries[name] = None
            node = _choice(self.found(name))
            self._entries[name] = _Entry(name, node, node.traits())
        entry = self._entries[name]
        if entry is None:
            raise PatternError(f"{name} refers to itself")
        return entry

    def _read(self, name: str, patterns: Iterable[str]) -> list[Node]:
        nodes = []
        for pattern in patterns:
            try:
                node = _Reader(pattern, self.entry).whole()
                if not name.startswith(PART) and "" in node.traits().opening.beginnings:
                    raise PatternError("it has to begin with a word")
            except PatternError as error:
                reason = f"the pattern “{pattern}” cannot be read, {error}; see the top of the file"
                raise GuideError(f"signs.yaml, {name}: {reason}.") from error
            nodes.append(node)
        return nodes


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, entry: Callable[[str], Node]) -> None:
        self._tokens = _tokens(split_possessives(pattern))
        self._entry = entry
        self._next = 0

    def whole(self) -> Node:
        """The pattern as a node."""
        first = self._sequence()
        if not self._take("&"):
            self._finish()
            return first
        second = self._sequence()
        self._finish()
        return _choice([_Sequence((first, _Gap(), second)), _Sequence((second, _Gap(), first))])

    def _finish(self) -> None:
        if self._next < len(self._tokens):
            raise PatternError(f"there is a {self._tokens[self._next]} too many")

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._next < len(self._tokens) and self._tokens[self._next] not in ("&", "|", ")", "]"):
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
    tokens = _TOKEN.findall(pattern)
    if "".join(tokens) != "".join(pattern.split()):
        raise PatternError("it holds a sign that is not known")
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
        for single in option.options if isinstance(option, _Choice) else (option,):
            last = joined[-1] if joined else None
            if isinstance(single, _Word) and isinstance(last, _Word):
                joined[-1] = _Word(last.words | single.words, last.beginnings + single.beginnings)
            else:
                joined.append(single)
    return joined[0] if len(joined) == 1 else _Choice(tuple(joined))
