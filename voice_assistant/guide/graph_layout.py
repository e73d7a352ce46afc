"""Places the nodes in columns and leads arrows through the gaps between boxes, so that no line hides behind a box.

Columns and the order in them are fixed by the data, so that a changed answer moves little in the picture. An arrow
that passes a column takes the gap nearest to its straight way, and the gap grows with the number of arrows in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voice_assistant.types import Node, group_of

COLUMNS: tuple[tuple[str, ...], ...] = (
    ("overview", "check"),
    ("symptom",),
    ("cause",),
    ("treatment", "care"),
    ("relief", "police", "harm"),
    ("control", "fallback"),
)
"""Groups (the part of a node id before the dot) from left to right: from what is asked first to what is done."""

BOX_WIDTH = 208.0
BOX_HEIGHT = 40.0
COLUMN_GAP = 132.0
NODE_GAP = 14.0
GROUP_GAP = 46.0
_TITLE = 18.0
"""Room for the title of a group above its first box."""
LANE = 9.0
MARGIN = 28.0
TOP = 92.0
_ROUNDS = 4
"""Widening a gap moves what is below it; after four rounds of routing nothing moves any more with this data."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A node in the picture, in SVG user units."""

    node: Node
    group: str
    column: int
    x: float
    y: float

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return self.y + BOX_HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """An answer that leads on. The line runs through the points; pairs of points lie level where it passes a column."""

    start: str
    end: str
    points: tuple[Point, ...]
    straight_down: bool = False
    """Between neighbours in the same column."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything to draw, and how large it is."""

    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]
    width: float
    height: float


_Pair = tuple[str, str]
_Lanes = dict[tuple[int, int], list[tuple[float, _Pair]]]
"""(column, gap above the box of that number) → arrows that pass there, each with the height that it would choose."""


def lay_out(nodes: Mapping[str, Node]) -> Layout:
    """Places all nodes and arrows. Nodes of unknown groups stand in the last column."""
    columns = _columns(nodes)
    pairs = [(node.node_id, name) for node in nodes.values() for name in node.leads_to if name in nodes]
    lanes: _Lanes = {}
    for _ in range(_ROUNDS):
        boxes = _place(columns, lanes)
        lanes = _route(pairs, boxes, columns)
    boxes = _place(columns, lanes)
    heights = _lane_heights(columns, boxes, lanes)
    arrows = _arrows(pairs, boxes, heights, columns)
    bottom = max((box.y for box in boxes.values()), default=TOP) + BOX_HEIGHT
    width = 2 * MARGIN + len(columns) * BOX_WIDTH + (len(columns) - 1) * COLUMN_GAP
    lowest = max(bottom, *heights.values()) if heights else bottom
    return Layout(boxes, tuple(arrows), width, lowest + MARGIN)


def _columns(nodes: Mapping[str, Node]) -> list[list[Node]]:
    column_of = {group: (number, place) for number, groups in enumerate(COLUMNS) for place, group in enumerate(groups)}
    columns: list[list[Node]] = [[] for _ in COLUMNS]
    last = (len(COLUMNS) - 1, 99)
    for node in nodes.values():
        columns[column_of.get(group_of(node.node_id), last)[0]].append(node)
    for column in columns:
        column.sort(key=lambda node: column_of.get(group_of(node.node_id), last)[1])
    return columns


def _place(columns: Sequence[Sequence[Node]], lanes: _Lanes) -> dict[str, Box]:
    """Stacks each column, and centres all columns on the tallest."""
    stacks = [_stack(number, column, lanes) for number, column in enumerate(columns)]
    tallest = max((tops[-1] for tops in stacks if tops), default=0.0)
    boxes = {}
    for number, (column, tops) in enumerate(zip(columns, stacks, strict=True)):
        x = MARGIN + number * (BOX_WIDTH + COLUMN_GAP)
        for node, top in zip(column, tops, strict=True):
            y = TOP + top + (tallest - tops[-1]) / 2
            boxes[node.node_id] = Box(node, group_of(node.node_id), number, x, y)
    return boxes


def _stack(number: int, column: Sequence[Node], lanes: _Lanes) -> list[float]:
    """The tops of the boxes of one column, from 0."""
    tops: list[float] = []
    y = 0.0
    for index, node in enumerate(column):
        if index:
            same = group_of(node.node_id) == group_of(column[index - 1].node_id)
            y += BOX_HEIGHT + (NODE_GAP if same else GROUP_GAP)
        if passing := len(lanes.get((number, index), ())):
            y += (passing + 1) * LANE
        tops.append(y)
    return tops


def _passed(start: Box, end: Box) -> range:
    """The columns between two boxes, in the order in which the arrow passes them."""
    step = 1 if end.column > start.column else -1
    return range(start.column + step, end.column, step) if start.column != end.column else range(0)


def _route(pairs: Sequence[_Pair], boxes: Mapping[str, Box], columns: Sequence[Sequence[Node]]) -> _Lanes:
    lanes: _Lanes = defaultdict(list)
    for pair in pairs:
        start, end = boxes[pair[0]], boxes[pair[1]]
        for column in _passed(start, end):
            share = (column - start.column) / (end.column - start.column)
            wanted = start.middle + share * (end.middle - start.middle)
            stack = [boxes[node.node_id] for node in columns[column]]
            # Gap i lies above box i; the last one lies below the column and costs nothing.
            gaps = (
                [box.y - NODE_GAP / 2 for box in stack] + [stack[-1].y + BOX_HEIGHT + NODE_GAP] if stack else [wanted]
            )
            nearest = min(range(len(gaps)), key=lambda gap: abs(gaps[gap] - wanted))
            lanes[column, nearest].append((wanted, pair))
    for passing in lanes.values():
        passing.sort()
    return dict(lanes)


def _lane_heights(
    columns: Sequence[Sequence[Node]], boxes: Mapping[str, Box], lanes: _Lanes
) -> dict[tuple[int, _Pair], float]:
    heights = {}
    for (column, gap), passing in lanes.items():
        stack = columns[column]
        if gap < len(stack):
            begins = gap == 0 or group_of(stack[gap].node_id) != group_of(stack[gap - 1].node_id)
            lowest = boxes[stack[gap].node_id].y - NODE_GAP / 2 - LANE / 2 - (_TITLE if begins else 0)
            top = lowest - (len(passing) - 1) * LANE
        else:
            top = (boxes[stack[-1].node_id].y + BOX_HEIGHT if stack else TOP) + NODE_GAP
        for index, (_, pair) in enumerate(passing):
            heights[column, pair] = top + index * LANE
    return heights


def _arrows(
    pairs: Sequence[_Pair],
    boxes: Mapping[str, Box],
    heights: Mapping[tuple[int, _Pair], float],
    columns: Sequence[Sequence[Node]],
) -> list[Arrow]:
    neighbours = {
        (upper.node_id, lower.node_id)
        for number, column in enumerate(columns)
        for index, (upper, lower) in enumerate(pairwise(column), start=1)
        if group_of(upper.node_id) == group_of(lower.node_id)
        and not any(key == (number, index) for key in _gaps(heights, boxes))
    }
    ports = _ports(pairs, boxes, heights, neighbours)
    arrows = []
    for pair in pairs:
        start, end = boxes[pair[0]], boxes[pair[1]]
        if pair in neighbours:
            x = start.x + BOX_WIDTH / 2
            arrows.append(Arrow(*pair, ((x, start.y + BOX_HEIGHT), (x, end.y)), straight_down=True))
            continue
        rightwards = end.column >= start.column
        points = [(start.x + BOX_WIDTH if rightwards else start.x, ports[pair, "start"])]
        for column in _passed(start, end):
            left = MARGIN + column * (BOX_WIDTH + COLUMN_GAP)
            sides = (left, left + BOX_WIDTH) if rightwards else (left + BOX_WIDTH, left)
            points += [(side, heights[column, pair]) for side in sides]
        enters_right = end.column <= start.column
        points.append((end.x + BOX_WIDTH if enters_right else end.x, ports[pair, "end"]))
        arrows.append(Arrow(*pair, tuple(points)))
    return arrows


def _gaps(heights: Mapping[tuple[int, _Pair], float], boxes: Mapping[str, Box]) -> set[tuple[int, int]]:
    """Gaps that arrows pass, as (column, number of the box below)."""
    found = set()
    for (column, _), height in heights.items():
        stack = sorted((box for box in boxes.values() if box.column == column), key=lambda box: box.y)
        found.add((column, sum(1 for box in stack if box.y < height)))
    return found


def _ports(
    pairs: Sequence[_Pair],
    boxes: Mapping[str, Box],
    heights: Mapping[tuple[int, _Pair], float],
    neighbours: set[_Pair],
) -> dict[tuple[_Pair, str], float]:
    """Where each arrow leaves and enters: spread over the side of the box, in the order of where they go."""
    sides: dict[tuple[str, bool], list[tuple[float, _Pair, str]]] = defaultdict(list)
    for pair in pairs:
        if pair in neighbours:
            continue
        start, end = boxes[pair[0]], boxes[pair[1]]
        passed = list(_passed(start, end))
        first = heights[passed[0], pair] if passed else end.middle
        last = heights[passed[-1], pair] if passed else start.middle
        sides[pair[0], end.column >= start.column].append((first, pair, "start"))
        sides[pair[1], end.column <= start.column].append((last, pair, "end"))
    ports = {}
    for (node_id, _), ends in sides.items():
        ends.sort()
        step = (BOX_HEIGHT - 8) / (len(ends) + 1)
        for index, (_, pair, which) in enumerate(ends, start=1):
            ports[pair, which] = boxes[node_id].y + 4 + index * step
    return ports
