"""A page for a clinician: what the assistant says and what it listens for, heading by heading of the guide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from voice_assistant.guide.review_style import STYLE
from voice_assistant.types import Answer, Guide, Node, Phrase, Sentence

SHOWN_PHRASES = 6
"""Phrases in sight for each facet; the rest unfold."""

_FACETS = {
    "summary": "What it is",
    "symptoms": "How it feels",
    "causes": "Where it comes from",
    "treatment": "What helps",
    "diagnosis": "How it is found",
    "prevention": "How to prevent it",
    "outlook": "How it goes on",
    "description": "Told without naming it",
    "emergency": "Emergency",
    "short": "In one line",
}
_WHOLE_TOPIC = "The whole topic"
_PATTERN_HELP = (
    "* stands for any ending, ... for up to three words in between, (a|b) for one of several, "
    "[a] for a word that may be left out, &lt;name&gt; for the words of another sign; ! begins an exception."
)


def review_page(guide: Guide, headings: Sequence[str]) -> str:
    """One self-contained HTML page (no script, nothing fetched). `headings` as `load_headings` returns them."""
    listened = _phrases_by_node(guide)
    by_heading = {heading: [n for n in guide.nodes.values() if n.heading == heading] for heading in headings}
    talk = [node for node in guide.nodes.values() if node.heading is None]
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"<title>Review of the spoken guide</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        '<a class="skip" href="#content">Skip to the content</a>\n',
        _header(guide),
        _contents(by_heading),
        '<main id="content">\n',
        *(_heading_section(guide, heading, nodes, listened) for heading, nodes in by_heading.items()),
        _warning_signs(guide),
        _guided_check(guide),
        _conversation(talk, guide, listened),
        _omissions(guide),
        "</main>\n</body>\n</html>\n",
    ]
    return "".join(parts)


def _phrases_by_node(guide: Guide) -> dict[str, dict[str | None, list[Phrase]]]:
    listened: dict[str, dict[str | None, list[Phrase]]] = {}
    for phrase in guide.phrases:
        listened.setdefault(phrase.node_id, {}).setdefault(phrase.facet, []).append(phrase)
    return listened


def _all_sentences(guide: Guide) -> Iterator[Sentence]:
    for node in guide.nodes.values():
        for answer in node.answers.values():
            yield from answer.first + answer.more


def _header(guide: Guide) -> str:
    topics = sum(1 for node in guide.nodes.values() if node.answers)
    sentences = sum(1 for _ in _all_sentences(guide))
    return (
        "<header>\n<h1>Review of the spoken guide</h1>\n"
        "<p>This is everything that the voice assistant says about pain behind the knee, and what it listens for. "
        "Please check that each sentence says what the guide says: nothing added, nothing changed, nothing sharpened. "
        "A sentence rests on the part of the guide that it stands under, unless another is named behind it.</p>\n"
        f"<p>{topics} topics · {sentences} sentences · {len(guide.phrases)} phrases that are listened for · "
        f"{len(guide.rules)} rules for warning signs</p>\n"
        '<p class="sign"><span>Reviewed by</span><span>Date</span></p>\n</header>\n'
    )


def _contents(by_heading: dict[str, list[Node]]) -> str:
    rows = [f'<li><a href="#{_anchor(heading)}">{escape(heading)}</a></li>' for heading in by_heading]
    rows += [
        f'<li><a href="#{anchor}">{title}</a></li>'
        for anchor, title in (
            ("warning-signs", "Warning signs"),
            ("guided-check", "Guided check"),
            ("conversation", "Conversation"),
            ("left-out", "Left out on purpose"),
        )
    ]
    return f'<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n<ol>{"".join(rows)}</ol>\n</nav>\n'


def _anchor(name: str) -> str:
    return "h-" + "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _heading_section(
    guide: Guide, heading: str, nodes: list[Node], listened: dict[str, dict[str | None, list[Phrase]]]
) -> str:
    own = {node.node_id for node in nodes}
    elsewhere = [
        f"<li>{escape(sentence.text)} {_node_link(node)}</li>"
        for node in guide.nodes.values()
        if node.node_id not in own
        for answer in node.answers.values()
        for sentence in answer.first + answer.more
        if sentence.source == heading
    ]
    body = "".join(_node_article(guide, node, listened.get(node.node_id, {})) for node in nodes)
    if elsewhere:
        rows = "".join(dict.fromkeys(elsewhere))
        body += f'<section class="elsewhere"><h3>Said from this part in other topics</h3><ul>{rows}</ul></section>\n'
    if not body:
        body = "<p>Nothing is said from this part.</p>\n"
    anchor = _anchor(heading)
    return f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{escape(heading)}</h2>\n{body}</section>\n'


def _node_link(node: Node) -> str:
    return f'<a href="#{escape(node.node_id)}">{escape(node.name)}</a>'


def _node_article(guide: Guide, node: Node, phrases: dict[str | None, list[Phrase]]) -> str:
    facets = list(node.answers) + [facet for facet in phrases if facet is not None and facet not in node.answers]
    rows = "".join(_facet_row(node, facet, phrases) for facet in facets)
    leads_to = ", ".join(_node_link(guide.nodes[name]) for name in node.leads_to)
    after = f'<p class="next">Offered next: {leads_to}</p>\n' if leads_to else ""
    node_id = escape(node.node_id)
    return (
        f'<article id="{node_id}" aria-labelledby="t-{node_id}">\n'
        f'<h3 id="t-{node_id}">{escape(_capital(node.name))} <code>{node_id}</code></h3>\n'
        "<table>\n<thead><tr><th scope=col>Asked for</th><th scope=col>Said</th>"
        f"<th scope=col>Listened for</th></tr></thead>\n<tbody>{rows}</tbody>\n</table>\n{after}</article>\n"
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _facet_row(node: Node, facet: str, phrases: dict[str | None, list[Phrase]]) -> str:
    heard = phrases.get(facet, [])
    # Topics with a single answer keep their phrases without a facet.
    label = _FACETS.get(facet, facet)
    if facet == "summary" and None in phrases:
        heard = heard + phrases[None]
        label = _WHOLE_TOPIC
    answer = node.answers.get(facet)
    said = (
        _answer_html(answer, node.heading)
        if answer
        else '<p class="none">The guide does not say; the assistant tells so.</p>'
    )
    if facet == "description":
        said = '<p class="none">The topic is named as something that the guide connects with this.</p>'
    return f"<tr><th scope=row>{escape(label)}</th><td>{said}</td><td>{_phrases_html(heard)}</td></tr>\n"


def _answer_html(answer: Answer, heading: str | None) -> str:
    html = _sentences_html(answer.first, heading)
    if answer.more:
        html += f'<p class="label">If more is wanted</p>{_sentences_html(answer.more, heading)}'
    return html


def _sentences_html(sentences: Iterable[Sentence], heading: str | None = None) -> str:
    """A list of sentences; each with its source, unless that is the heading they stand under."""
    rows = (
        f"<li>{escape(sentence.text)}</li>"
        if sentence.source == heading
        else f'<li>{escape(sentence.text)} <cite class="{_css(sentence)}">{escape(sentence.source)}</cite></li>'
        for sentence in sentences
    )
    return f"<ul>{''.join(rows)}</ul>"


def _css(sentence: Sentence) -> str:
    return sentence.source if sentence.source in ("safety", "assistant") else "guide"


def _phrases_html(phrases: Sequence[Phrase]) -> str:
    if not phrases:
        return '<p class="none">Nothing of its own.</p>'
    texts = [f"<li>{escape(phrase.text)}</li>" for phrase in phrases]
    html = f'<ul class="heard">{"".join(texts[:SHOWN_PHRASES])}</ul>'
    if rest := texts[SHOWN_PHRASES:]:
        html += f'<details><summary>{len(rest)} more</summary><ul class="heard">{"".join(rest)}</ul></details>'
    return html


def _section(anchor: str, title: str, intro: str, body: str) -> str:
    return f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{title}</h2>\n<p>{intro}</p>\n{body}</section>\n'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th scope=col>{text}</th>" for text in heads)
    body = "".join(
        f"<tr><th scope=row>{row[0]}</th>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>\n" for row in rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>\n</table>\n"


def _warning_signs(guide: Guide) -> str:
    def label(name: str) -> str:
        return escape(guide.concepts[name].label)

    rules = (
        (
            escape(rule.name.replace("_", " ")),
            f"<strong>{escape(rule.level)}</strong>",
            " <em>and</em> ".join(" <em>or</em> ".join(label(name) for name in group) for group in rule.all_of),
            ", ".join([*map(label, rule.none_of), *(["not knowing whether"] if rule.only_sure else [])]) or "–",
            escape(rule.source),
        )
        for rule in guide.rules
    )
    signs = (
        (escape(concept.label), f"<code>{escape(concept.name)}</code>", _patterns_html(concept.patterns))
        for concept in sorted(guide.concepts.values(), key=lambda concept: concept.label)
    )
    intro = (
        "They are looked for first, in everything that is said, and win over every other topic. "
        "A sign that is denied does not count. "
        "“Emergency” says first to call the emergency number; “urgent” says to get medical care right away."
    )
    body = _table(("Rule", "Level", "Fires when told of", "Not when there is", "Source"), rules)
    body += f"<h3>Words for each sign</h3>\n<p>{_PATTERN_HELP}</p>\n"
    return _section("warning-signs", "Warning signs", intro, body + _table(("Sign", "Name", "Words"), signs))


def _patterns_html(patterns: Sequence[str]) -> str:
    shown = ", ".join(f"<q>{escape(pattern)}</q>" for pattern in patterns[:SHOWN_PHRASES])
    if rest := patterns[SHOWN_PHRASES:]:
        shown += (
            f"<details><summary>{len(rest)} more</summary>{', '.join(f'<q>{escape(p)}</q>' for p in rest)}</details>"
        )
    return shown


def _guided_check(guide: Guide) -> str:
    questions = (
        (str(number), escape(q.sentence.text), "urgent" if q.urgent else "–", escape(q.sentence.source))
        for number, q in enumerate(guide.questions, start=1)
    )
    evidence = (
        (_node_link(guide.nodes[e.node_id]), escape(guide.concepts[e.sign].label), escape(e.heading))
        for e in guide.evidence
    )
    intro = "It asks one question at a time and names what the guide connects with the answers. It gives no diagnosis."
    body = _table(("No.", "Question", "A yes is", "Source"), questions)
    body += "<h3>What the guide connects</h3>\n" + _table(("Cause", "Sign", "Where the guide says so"), evidence)
    return _section("guided-check", "Guided check", intro, body)


def _conversation(talk: list[Node], guide: Guide, listened: dict[str, dict[str | None, list[Phrase]]]) -> str:
    heard = (
        (
            f'<span id="{escape(node.node_id)}">{escape(_capital(node.name))}</span>',
            f"<code>{escape(node.node_id)}</code>",
            _phrases_html([p for group in listened.get(node.node_id, {}).values() for p in group]),
        )
        for node in talk
    )
    said = (
        (escape(occasion.replace("_", " ")), _sentences_html(variants)) for occasion, variants in guide.lines.items()
    )
    body = (
        _table(("Meant", "Node", "Listened for"), heard)
        + "<h3>The assistant's own talk</h3>\n"
        + _table(("Occasion", "Said"), said)
    )
    return _section(
        "conversation", "Conversation", "Commands, refusals, and what the assistant says about itself.", body
    )


def _omissions(guide: Guide) -> str:
    rows = ((escape(omission.statement), escape(omission.reason)) for omission in guide.omissions)
    intro = "What the guide says and the assistant does not, with the reason."
    return _section("left-out", "Left out on purpose", intro, _table(("Statement", "Reason"), rows))
