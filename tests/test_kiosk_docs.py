"""What docs/ says of the kiosk is true: units that systemd can read, flags that exist, tests that exist."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from voice_assistant.cli import _parser
from voice_assistant.settings import Settings
from voice_assistant.types import KIOSK_PORT

DOCS = Path(__file__).parent.parent / "docs"
FILES = DOCS / "kiosk-files"
UNITS = sorted(FILES.glob("*.service"))


def command_of(unit: Path) -> list[str]:
    text = unit.read_text().replace("\\\n", " ")
    return shlex.split(next(line for line in text.splitlines() if line.startswith("ExecStart=")).split("=", 1)[1])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    copy = tmp_path / unit.name
    # The programs and pages that a unit names are not on the machine that tests it.
    text = re.sub(r"ExecStart=(.*\\\n)*.*", "ExecStart=/bin/true", unit.read_text())
    copy.write_text(re.sub(r"Documentation=.*\n", "", text))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", str(copy)], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []


def test_the_service_starts_the_kiosk_with_flags_that_exist() -> None:
    program, *arguments = command_of(FILES / "knee-kiosk.service")
    assert program.endswith("/bin/voice-assistant")
    options = _parser().parse_args(arguments)
    assert options.port == KIOSK_PORT
    assert options.clinic == Path("/etc/knee-kiosk/clinic.toml")


def test_the_service_is_watched_and_started_again() -> None:
    lines = (FILES / "knee-kiosk.service").read_text().splitlines()
    assert {"Type=notify", "Restart=always", "WatchdogSec=30", "IPAddressDeny=any"} <= set(lines)


def test_the_screen_opens_the_page_and_its_rules_allow_nothing_else() -> None:
    address = f"http://127.0.0.1:{KIOSK_PORT}"
    command = command_of(FILES / "knee-screen.service")
    assert f"--app={address}/" in command and "--kiosk" in command
    assert any(part.startswith("--user-data-dir=/run/") for part in command)
    policy = json.loads((FILES / "chromium-policy.json").read_text())
    assert (policy["URLBlocklist"], policy["URLAllowlist"]) == (["*", "chrome://*"], [address])


def test_the_check_of_a_kiosk_looks_where_its_service_does() -> None:
    text = (DOCS / "kiosk.md").read_text()
    check = text[text.index("3. Check:") : text.index("voice-assistant doctor")]
    service = (FILES / "knee-kiosk.service").read_text()
    for setting in re.findall(r"^Environment=(\S+)$", service, re.MULTILINE):
        assert setting in check


def test_every_test_that_the_accessibility_table_names_exists() -> None:
    text = (DOCS / "accessibility.md").read_text()
    tests = Path(__file__).parent
    functions = "".join(file.read_text() for file in tests.glob("test_*.py"))
    named = set(re.findall(r"`(?:tests/\w+\.py::)?(test_\w+)`", text))
    assert len(named) > 15
    assert [name for name in sorted(named) if f"def {name}(" not in functions] == []
    assert [file for file in re.findall(r"`tests/(\w+\.py)", text) if not (tests / file).exists()] == []


def test_every_criterion_of_the_table_names_its_test() -> None:
    rows = [line for line in (DOCS / "accessibility.md").read_text().splitlines() if re.match(r"\| (\d)", line)]
    assert len(rows) > 40
    assert [row for row in rows if not re.search(r"test_\w+|axe", row.split("|")[3])] == []


def test_every_clause_of_the_two_standards_for_closed_screens_stands_in_the_table() -> None:
    text = (DOCS / "accessibility.md").read_text()
    for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16):
        assert f"| 5.1.3.{number}" in text
    for clause in ("402.2.1", "402.2.2", "402.2.3", "402.2.4", "402.2.5", "402.3", "402.4", "402.5"):
        assert f"| {clause} " in text


def test_the_label_beside_the_screen_says_how_to_begin_and_how_to_be_heard() -> None:
    label = " ".join(line[5:] for line in (DOCS / "kiosk.md").read_text().splitlines() if line.startswith("   > "))
    for words in (
        Settings().wake_phrases[0],
        "louder",
        "slower",
        "repeat",
        "stop",
        "goodbye",
        "Tab",
        "not a diagnosis",
    ):
        assert words in label


def test_the_pictures_show_every_state_and_are_small() -> None:
    states = re.findall(r'^    "(\w+)": ', (Path(__file__).parent / "kiosk_states.py").read_text(), re.MULTILINE)
    shown = re.findall(r"\(screenshots/(\w+)\.png\)", (DOCS / "kiosk.md").read_text())
    assert len(states) >= 18
    assert sorted(shown) == sorted(states) == sorted(file.stem for file in DOCS.glob("screenshots/*.png"))
    assert sum(file.stat().st_size for file in DOCS.glob("screenshots/*.png")) < 1_500_000
