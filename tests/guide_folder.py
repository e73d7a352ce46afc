"""A small dialogs folder that keeps every rule, for tests that break one."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "contract.yaml": """\
facets:
  cause: [summary, symptoms]
  care: [summary]
  control: []
phrase_keys:
  cause: [summary, symptoms, description]
nodes:
  - cause.cramp
  - care.urgent
  - control.yes
urgent_nodes: [care.urgent]
urgent_advice: [help right away]
""",
    "headings.yaml": """\
- Leg Cramps
- Blood Clots
""",
    "nodes/causes.yaml": """\
cause.cramp:
  heading: Leg Cramps
  name: a cramp
  leads_to: [care.urgent]
  answers:
    summary:
      first:
        - say: A cramp is a tight muscle.
          source: Leg Cramps
      more:
        - say: It comes at night.
          source: Leg Cramps
    symptoms:
      first:
        - say: It hurts.
          source: Leg Cramps
""",
    "nodes/other.yaml": """\
care.urgent:
  heading: Blood Clots
  name: urgent care
  answers:
    summary:
      first:
        - say: Please get help right away.
          source: safety
control.yes:
  heading: null
  name: a yes
""",
    "phrases/causes.yaml": """\
cause.cramp:
  summary:
    - what is a cramp
    - cramps
  description:
    - my muscle went tight
""",
    "phrases/other.yaml": """\
care.urgent:
  any:
    - is it urgent
control.yes:
  any:
    - "yes"
""",
    "signs.yaml": """\
swelling:
  label: swelling
  patterns: [swell*, swollen]
pain:
  label: pain
  patterns: [pain*, "<swelling> hurts"]
""",
    "red_flags.yaml": """\
swelling_with_pain:
  level: urgent
  source: Blood Clots
  all_of: [[swelling], [pain]]
""",
    "terms.yaml": """\
popliteal:
  sounds_like: [pop lit eel]
  misheard: [pop little]
""",
    "check.yaml": """\
questions:
  - sign: swelling
    say: Is it swollen?
    source: Blood Clots
    urgent: true
evidence:
  cause.cramp:
    - sign: pain
      heading: Leg Cramps
""",
    "assistant.yaml": """\
lines:
  more:
    - say: Shall I say more about {topic}?
      source: assistant
""",
    "omitted.yaml": """\
- statement: We are the best.
  reason: Advertising.
""",
    "listening.yaml": """\
unfinished: [the, behind]
points_back: [it]
closing_questions: [what is]
asks: [can, how]
follow_on: [care.urgent]
stands_alone: [doctor]
addressed: [robot]
names:
  cause.cramp: [cramp]
over_speech: [stop]
commands: [stop it]
general_topics: [care.urgent]
expected:
  yes_no: [control.yes]
""",
}


def write_dialogs(folder: Path, file: str = "", old: str = "", new: str = "") -> Path:
    """Writes the small folder; in `file`, the one place that says `old` then says `new`."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if file:
        text = FILES[file]
        if text.count(old) != 1:
            raise ValueError(f"{file} holds {old!r} {text.count(old)} times")
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def line_of(folder: Path, file: str, words: str) -> int:
    """The number of the last line that holds the words, counted from 1."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return max(number for number, line in enumerate(lines, start=1) if words in line)
