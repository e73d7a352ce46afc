"""What people see of the guide: rows, the review page, the picture."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.guide_folder import write_dialogs
from voice_assistant.guide import default_folder, graph_svg, load_guide, load_headings, review_page, sentence_rows
from voice_assistant.guide.graph_layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from voice_assistant.types import Guide

SVG = "{http://www.w3.org/2000/svg}"
VOID = {"meta", "br", "hr", "img", "input", "link"}


@pytest.fixture
def guide(tmp_path: Path) -> Guide:
    return load_guide(write_dialogs(tmp_path))


@pytest.fixture(scope="module")
def real() -> Guide:
    return load_guide(default_folder())


class Page(HTMLParser):
    """Holds a page to account: every tag closed, every link with a target, texts collected."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.fetched: list[str] = []
        self.texts: set[str] = set()
        """What stands between two tags, piece by piece."""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name == "href" and value]
        self.fetched += [tag] if tag in ("script", "link", "img") or values.get("src") else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.add(data.strip())


class TestRows:
    def test_tell_node_facet_text_and_source_of_every_sentence(self, guide: Guide) -> None:
        assert sentence_rows(guide) == [
            {"node": "cause.cramp", "facet": "summary", "text": "A cramp is a tight muscle.", "source": "Leg Cramps"},
            {"node": "cause.cramp", "facet": "summary", "text": "It comes at night.", "source": "Leg Cramps"},
            {"node": "cause.cramp", "facet": "symptoms", "text": "It hurts.", "source": "Leg Cramps"},
            {"node": "care.urgent", "facet": "summary", "text": "Please get help right away.", "source": "safety"},
            {"node": "check.start", "facet": "swelling", "text": "Is it swollen?", "source": "Blood Clots"},
            {"node": "assistant", "facet": "more", "text": "Shall I say more about {topic}?", "source": "assistant"},
        ]


class TestReviewPage:
    def test_shows_all_that_is_said_and_listened_for(self, real: Guide) -> None:
        page = Page(review_page(real, load_headings(default_folder())))
        shown = {row["text"] for row in sentence_rows(real)} | {phrase.text for phrase in real.phrases}
        shown |= {omission.reason for omission in real.omissions}
        assert shown
        missing = shown - page.texts
        assert missing == set()

    def test_is_well_formed_and_fetches_nothing(self, real: Guide) -> None:
        page = Page(review_page(real, load_headings(default_folder())))
        assert page.open == []
        assert page.fetched == []
        assert {link for link in page.links if not link.startswith("#")} == set()

    def test_every_link_has_its_target_and_every_id_is_used_once(self, real: Guide) -> None:
        page = Page(review_page(real, load_headings(default_folder())))
        assert {link[1:] for link in page.links} <= set(page.ids)
        assert len(page.ids) == len(set(page.ids))

    def test_headings_skip_no_level(self, real: Guide) -> None:
        levels = Page(review_page(real, load_headings(default_folder()))).headings
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_names_a_source_that_is_not_the_heading_above_it(self, guide: Guide) -> None:
        html = review_page(guide, ("Leg Cramps", "Blood Clots"))
        assert '<li>Please get help right away. <cite class="safety">safety</cite></li>' in html
        assert "<li>It hurts.</li>" in html

    def test_marks_up_nothing_that_the_data_says(self, tmp_path: Path) -> None:
        folder = write_dialogs(tmp_path, "nodes/causes.yaml", "It hurts.", "It <b>hurts</b> & aches.")
        assert "It &lt;b&gt;hurts&lt;/b&gt; &amp; aches." in review_page(load_guide(folder), load_headings(folder))


class TestGraph:
    def test_has_a_box_for_each_node_and_an_arrow_for_each_way_on(self, real: Guide) -> None:
        root = ElementTree.fromstring(graph_svg(real))
        names = {text.text for text in root.iter(f"{SVG}text")}
        arrows = {title.text for path in root.iter(f"{SVG}path") for title in path.iter(f"{SVG}title")}
        assert set(real.nodes) <= names
        assert arrows == {f"{node.node_id} → {name}" for node in real.nodes.values() for name in node.leads_to}

    def test_boxes_do_not_touch(self, real: Guide) -> None:
        boxes = sorted(lay_out(real.nodes).boxes.values(), key=lambda box: (box.x, box.y))
        below = pairwise(boxes)
        assert all(lower.y - upper.y > BOX_HEIGHT for upper, lower in below if upper.x == lower.x)

    def test_no_arrow_passes_behind_a_box(self, real: Guide) -> None:
        layout = lay_out(real.nodes)
        hidden = [
            (arrow.start, arrow.end, box.node.node_id)
            for arrow in layout.arrows
            if not arrow.straight_down
            for (x, y), (to_x, to_y) in zip(arrow.points[1:-1:2], arrow.points[2:-1:2], strict=True)
            for box in layout.boxes.values()
            if min(x, to_x) < box.x + BOX_WIDTH and max(x, to_x) > box.x and box.y <= y <= box.y + BOX_HEIGHT
        ]
        assert hidden == []

    def test_everything_lies_inside_the_picture(self, real: Guide) -> None:
        layout = lay_out(real.nodes)
        points = [point for arrow in layout.arrows for point in arrow.points]
        points += [(box.x + BOX_WIDTH, box.y + BOX_HEIGHT) for box in layout.boxes.values()]
        assert all(0 < x < layout.width and 0 < y < layout.height for x, y in points)

    def test_escapes_names(self, tmp_path: Path) -> None:
        folder = write_dialogs(tmp_path, "nodes/causes.yaml", "name: a cramp", "name: a <cramp>")
        assert ElementTree.fromstring(graph_svg(load_guide(folder))) is not None

    def test_an_empty_guide_draws_an_empty_picture(self) -> None:
        empty = Guide({}, (), {}, (), (), (), (), {})
        assert ElementTree.fromstring(graph_svg(empty)).tag == f"{SVG}svg"
