"""Whatever happens, in whatever order: nothing breaks, and what must always hold of a response holds."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dialogue_script import assert_well_said, flag
from voice_assistant.dialogue import IGNORED, Dialogue, DialogueSettings, DialogueState
from voice_assistant.dialogue.dialogue import NEVER_IGNORED
from voice_assistant.guide import default_folder, load_guide, load_headings
from voice_assistant.types import Candidate, Guide, Match, NoMatch, Response, Sign, Slots, Understood


@cache
def guide() -> Guide:
    return load_guide(default_folder())


@cache
def headings() -> tuple[str, ...]:
    return load_headings(default_folder())


FACETS = [None, "summary", "symptoms", "causes", "treatment", "diagnosis", "prevention", "outlook", "description"]


def details(beginning: str) -> list[str]:
    """What the entries of dialogs/signs.yaml with such names say of a command."""
    return [name.removeprefix(beginning) for name in guide().concepts if name.startswith(beginning)]


ACTIONS = [None, "set", "unheard of", *details("action_")]
NODES = st.sampled_from([*guide().nodes, "cause.unknown", "control.unknown", ""])
SIGNS = st.lists(
    st.builds(Sign, st.sampled_from([*guide().concepts, "unknown_sign"]), st.booleans(), st.just("words")), max_size=3
).map(tuple)
SLOTS = st.builds(
    Slots,
    duration_s=st.none() | st.floats(allow_nan=True) | st.integers(0, 20000).map(float),
    ordinal=st.none() | st.integers(-3, 9),
    action=st.sampled_from(ACTIONS),
    rate_wpm=st.none() | st.integers(0, 9_999),
    also=st.lists(st.sampled_from(details("also_")), max_size=2, unique=True).map(tuple),
    spelled=st.lists(st.sampled_from(["baker's", "cyst", "thrombosis", "nowhere"]), max_size=2).map(tuple),
)
NO_SLOTS = st.just(Slots())
FLAGS = st.sampled_from([None, None, None, None, *(flag(guide(), rule.name) for rule in guide().rules)])
MATCHES = st.builds(
    Match,
    node_id=NODES | st.sampled_from(["control.yes", "control.no", "control.more", "control.next", "check.start"]),
    facet=st.sampled_from(FACETS),
    score=st.floats(0, 1),
    red_flag=FLAGS,
    signs=SIGNS,
    slots=NO_SLOTS | SLOTS,
    choices=st.just(()) | st.lists(NODES, max_size=4).map(tuple),
)
NO_MATCHES = st.builds(
    NoMatch,
    reason=st.sampled_from(["not_in_guide", "out_of_scope", "not_heard"]),
    score=st.floats(0, 1),
    best=st.none() | st.builds(Candidate, NODES, st.none(), st.floats(0, 1)),
    signs=SIGNS,
    slots=NO_SLOTS | SLOTS,
)
EVENTS = st.one_of(
    st.tuples(st.just("hear"), MATCHES, st.floats(0, 60)),
    st.tuples(st.just("hear"), NO_MATCHES, st.floats(0, 60)),
    st.tuples(st.just("tick"), st.booleans(), st.floats(0, 700)),
    st.tuples(st.just("cut"), st.integers(-1, 6), st.just(0.0)),
)
RISKY = ("police.compression", "harm.massage", "relief.strengthening", "harm.heat", "harm.running", "police.load")


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(events=st.lists(EVENTS, max_size=25), ignoring=st.booleans())
def test_random_conversations_keep_the_invariants(events: list[tuple[str, Any, float]], ignoring: bool) -> None:
    dialogue = Dialogue(guide(), settings=DialogueSettings(ignore_out_of_scope=ignoring))
    now_s = 0.0
    state, _ = dialogue.begin(now_s)
    for kind, value, seconds in events:
        now_s += seconds
        before = state
        if kind == "cut":
            state = dialogue.interrupted(state, value)
            continue
        if kind == "tick":
            state, said = dialogue.tick(state, now_s, speaking=value)
            assert said is None or (said.sentences and not value)
        else:
            state, said = dialogue.respond(state, value, now_s)
            assert dialogue.respond(before, value, now_s) == (state, said) or value != value
            check_answer(before, value, said, ignoring)
        check_state(state)
        if said is not None:
            assert_well_said(guide(), headings(), said)
            assert not before.urgent_cut or not said.sentences or said.urgent
        assert dialogue.context(state).expects in (None, "yes_no", "choice", "duration", "more")


def check_answer(before: DialogueState, heard: Understood, said: Response, ignoring: bool) -> None:
    if isinstance(heard, Match) and heard.red_flag:
        assert said.urgent
        assert said.sentences
        return
    is_other_talk = isinstance(heard, NoMatch) and heard.reason == "out_of_scope"
    if ignoring and is_other_talk and heard.slots.action not in NEVER_IGNORED:
        assert said.actions == (IGNORED,)
        return
    assert said.sentences or set(said.actions) & {"stop", "pause"}
    if before.urgent_told and said.node_id in RISKY and said.facet is None and tells_of(said):
        assert said.urgent


def tells_of(said: Response) -> bool:
    """Whether the response holds the advice of its node, not only where one is or what comes next."""
    return set(guide().nodes[said.node_id].answers["summary"].first) <= set(said.sentences)


def check_state(state: DialogueState) -> None:
    assert hash(state) is not None
    assert 120 <= state.rate_wpm <= 300
    assert 0 <= state.volume <= 1
    assert len(state.history) <= 8
    assert state.topic is None or guide().nodes[state.topic].answers
    assert state.check is None or len(state.check.asked) <= 8
    assert state.timer is None or 10 <= state.timer.length_s <= 3 * 3600
    assert all(node in guide().nodes for node in state.choices)
    assert state.latest is None or 0 <= state.heard <= len(state.latest.sentences)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(reasons=st.lists(st.sampled_from(["not_in_guide", "out_of_scope", "not_heard"]), min_size=2, max_size=12))
def test_no_refusal_says_the_same_twice_in_a_row(reasons: list[Any]) -> None:
    dialogue = Dialogue(guide())
    state, said = dialogue.begin(0.0)
    for reason in reasons:
        before = said
        state, said = dialogue.respond(state, NoMatch(reason, 0.1), 0.0)
        assert not set(before.sentences) & set(said.sentences)
