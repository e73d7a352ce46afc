"""Draws the topics and how answers lead on, as SVG, without a drawing program."""

from __future__ import annotations

from html import escape

from voice_assistant.guide.graph_layout import (
    BOX_HEIGHT,
    BOX_WIDTH,
    COLUMN_GAP,
    MARGIN,
    Arrow,
    Box,
    Layout,
    lay_out,
)
from voice_assistant.types import Guide

_GROUPS = {
    "overview": ("In general", "#4a5568"),
    "check": ("Guided check", "#4a5568"),
    "symptom": ("Symptoms", "#8a5a00"),
    "cause": ("Causes", "#0b4f9e"),
    "treatment": ("Treatment", "#226a37"),
    "care": ("Care", "#a01d1d"),
    "relief": ("Quick relief", "#226a37"),
    "police": ("The POLICE method", "#0f6674"),
    "harm": ("The HARM principle", "#8a2d6b"),
    "control": ("Commands", "#4a5568"),
    "fallback": ("Refusals", "#4a5568"),
}
"""Group → title and colour; every colour has a contrast of at least 5 to 1 on white."""
_OTHER = ("Other", "#4a5568")
_NOTE = "An arrow goes from an answer to a topic that is worth offering next."
_NAME_LENGTH = 26
"""Characters of a name that fit into a box at this font size."""

_STYLE = """
text { font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1b1f24; }
.title { font-size: 22px; font-weight: 600; } .note { font-size: 13px; fill: #4b5563; }
.group { font-size: 13px; font-weight: 600; } .name { font-size: 12.5px; font-weight: 600; }
.id { font-size: 10px; fill: #4b5563; font-family: ui-monospace, Consolas, monospace; }
.arrow { fill: none; stroke-width: 1.3; stroke-opacity: .75; }
.arrow:hover { stroke-width: 4; stroke-opacity: 1; }
"""


def graph_svg(guide: Guide) -> str:
    """An SVG picture: a box for each node in columns by group, an arrow for each `leads_to` in its box's colour."""
    layout = lay_out(guide.nodes)
    description = f"{len(layout.boxes)} nodes and {len(layout.arrows)} ways to lead on."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:g} {layout.height:g}" '
        f'width="{layout.width:g}" height="{layout.height:g}" role="img" aria-labelledby="title description">\n',
        f'<title id="title">How the answers lead on</title>\n<desc id="description">{description}</desc>\n',
        f"<style>{_STYLE}</style>\n<defs>{''.join(_marker(colour) for colour in _colours())}</defs>\n",
        f'<rect width="{layout.width:g}" height="{layout.height:g}" fill="#ffffff"/>\n',
        f'<text class="title" x="{MARGIN:g}" y="38">How the answers lead on</text>\n',
        f'<text class="note" x="{MARGIN:g}" y="58">{_NOTE}</text>\n',
        *(_arrow(arrow, layout) for arrow in layout.arrows),
        *_titles(layout),
        *(_box(box) for box in layout.boxes.values()),
        "</svg>\n",
    ]
    return "".join(parts)


def _colours() -> list[str]:
    return sorted({colour for _, colour in _GROUPS.values()})


def _colour(group: str) -> str:
    return _GROUPS.get(group, _OTHER)[1]


def _marker(colour: str) -> str:
    return (
        f'<marker id="tip-{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 L8 4 L0 7.5 z" fill="{colour}"/></marker>'
    )


def _titles(layout: Layout) -> list[str]:
    firsts: dict[tuple[int, str], Box] = {}
    for box in layout.boxes.values():
        key = (box.column, box.group)
        if key not in firsts or box.y < firsts[key].y:
            firsts[key] = box
    return [
        f'<text class="group" x="{box.x:g}" y="{box.y - 9:g}" style="fill:{_colour(group)};'
        f'paint-order:stroke;stroke:#ffffff;stroke-width:4px">{escape(_GROUPS.get(group, _OTHER)[0])}</text>\n'
        for (_, group), box in firsts.items()
    ]


def _box(box: Box) -> str:
    colour = _colour(box.group)
    name = box.node.name[:1].upper() + box.node.name[1:]
    shown = name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1].rstrip() + "…"
    return (
        f"<g><title>{escape(name)} ({escape(box.node.node_id)})</title>"
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{BOX_WIDTH:g}" height="{BOX_HEIGHT:g}" rx="6" fill="#ffffff" '
        f'stroke="{colour}" stroke-width="1.6"/>'
        f'<text class="name" x="{box.x + 10:g}" y="{box.y + 17:g}">{escape(shown)}</text>'
        f'<text class="id" x="{box.x + 10:g}" y="{box.y + 31:g}">{escape(box.node.node_id)}</text></g>\n'
    )


def _arrow(arrow: Arrow, layout: Layout) -> str:
    start, end = layout.boxes[arrow.start], layout.boxes[arrow.end]
    colour = _colour(start.group)
    return (
        f'<path class="arrow" d="{_path(arrow, start, end)}" stroke="{colour}" marker-end="url(#tip-{colour[1:]})">'
        f"<title>{escape(arrow.start)} → {escape(arrow.end)}</title></path>\n"
    )


def _path(arrow: Arrow, start: Box, end: Box) -> str:
    points = arrow.points
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    if arrow.straight_down:
        return f"{path} L{points[1][0]:.1f} {points[1][1]:.1f}"
    if start.column == end.column:
        # Out to the right and back into the same side; far ones bend further out, so that they stay apart.
        reach = min(COLUMN_GAP * 0.6, 26 + abs(points[1][1] - points[0][1]) * 0.12)
        (x, y), (to_x, to_y) = points
        return f"{path} C{x + reach:.1f} {y:.1f} {to_x + reach:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
    for index in range(1, len(points)):
        (x, y), (to_x, to_y) = points[index - 1], points[index]
        if index % 2 == 0:
            path += f" L{to_x:.1f} {to_y:.1f}"  # level, past the boxes of a column
        else:
            bend = (to_x - x) / 2
            path += f" C{x + bend:.1f} {y:.1f} {to_x - bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
    return path
