"""Nothing of a conversation is left behind or told to anybody: shown by what the program asks of the system."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command_line import DEMO, ROOT
from voice_assistant import Assistant

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="traces system calls of Linux")

QUESTIONS = (DEMO / "1_what_is_it.wav", DEMO / "4_warning.wav")
WORDS = ("cyst", "calf", "swollen")
"""Said in the questions."""
WATCHED = "file,network,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,ftruncate,execve"
NOT_FILES = re.compile(r"(pipe|socket|anon_inode|eventfd|TCP|UDP|UNIX|NETLINK)[:<\[]|/dev/(null|tty|pts/|snd/|dsp)")
SOUND_LIBRARY = re.compile(r"/dev/shm/(jack|pulse-shm)")
"""PortAudio asks JACK and PulseAudio for devices; their libraries keep a registry there, in memory, without sound."""
CHANGES = re.compile(r"^(mkdir|mkdirat|rename|renameat2?|link|linkat|symlink|symlinkat|mknod|mknodat|truncate)\(")
LOOPBACK = re.compile(r'"(::1|127\.0\.0\.1)"')


@dataclass(frozen=True)
class Trace:
    """A conversation and every system call that it made with a file or the network, one a line, by thread."""

    calls: tuple[str, ...]
    turns: tuple[dict, ...]
    log: str
    home: Path
    cache: Path

    def done(self, *names: str) -> Iterator[str]:
        """The calls of these names that succeeded."""
        for call in self.calls:
            if call.split("(", 1)[0] in names and " = -1 " not in call:
                yield call


@pytest.fixture(scope="module")
def trace(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """`assistant` is asked for so that the caches are there: making them is not part of a conversation."""
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    folder = tmp_path_factory.mktemp("trace")
    home = folder / "home"
    (home / "tmp").mkdir(parents=True)
    command = ["strace", "-ff", "-qq", "-y", "-s", "0", "-e", f"trace={WATCHED}", "-o", str(folder / "calls")]
    spoken = ["run", "--fast", "--json", "--verbose", "--input", *map(str, QUESTIONS)]
    done = subprocess.run(
        [*command, sys.executable, "-m", "voice_assistant", *spoken],
        env={**os.environ, **_private(home), "PYTHONPATH": str(ROOT)},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=250,
    )
    if "ptrace" in done.stderr and not done.stdout:
        pytest.skip("may not trace here")
    assert done.returncode == 0, done.stderr
    calls = tuple(line for path in sorted(folder.glob("calls.*")) for line in path.read_text().splitlines())
    turns = tuple(json.loads(line) for line in done.stdout.splitlines())
    return Trace(calls, turns, done.stderr, home, assistant.folders.cache)


def _private(home: Path) -> dict[str, str]:
    """Wherever a library might leave something without being told, it does so in an empty folder."""
    folders = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), str(home))
    return {**folders, "TMPDIR": str(home / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}


def path_written(call: str) -> str:
    """The file that a call opened or wrote; `-y` shows it behind the descriptor."""
    opened = re.search(r" = \d+<([^>]*)>", call)
    written = re.match(r"\w+\(\d+<([^>]*)>", call)
    found = opened if call.startswith(("open", "creat")) else written
    return found.group(1) if found else ""


def leaves_something(path: str, cache: Path) -> bool:
    return not (NOT_FILES.match(path) or SOUND_LIBRARY.match(path) or Path(path).is_relative_to(cache))


def test_the_traced_conversation_took_place(trace: Trace) -> None:
    heard = " ".join(turn["heard"] for turn in trace.turns)
    assert all(word in heard for word in WORDS)
    assert all(turn["sentences"] for turn in trace.turns)
    assert any("speech.engine" in call or call.startswith("execve") for call in trace.calls)
    for question in QUESTIONS:
        assert any(call.startswith("openat") and question.name in call for call in trace.calls)


def test_no_file_outside_the_cache_is_opened_for_writing(trace: Trace) -> None:
    calls = trace.done("openat", "open", "creat")
    opened = [call for call in calls if re.search("O_WRONLY|O_RDWR|O_CREAT|creat", call)]
    assert [call for call in opened if leaves_something(path_written(call), trace.cache)] == []


def test_nothing_is_written_to_any_file_not_even_in_the_cache(trace: Trace) -> None:
    writes = list(trace.done("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range"))
    assert len(writes) > 10, "the trace shows writes at all: those to pipes"
    to_files = [call for call in writes if not NOT_FILES.match(path_written(call))]
    assert [call for call in to_files if not SOUND_LIBRARY.match(path_written(call))] == []


def test_no_file_is_made_renamed_or_cut_by_another_way(trace: Trace) -> None:
    made = [call for call in trace.calls if CHANGES.match(call) and " = -1 " not in call]
    # PulseAudio's library makes empty folders for its settings and its socket, and a link to the latter.
    unexpected = [call for call in made if not re.search(r"(mkdir|symlink)\(.*(/pulse[\"/-]|/dev/shm/jack)", call)]
    assert unexpected == []


def test_home_and_temporary_folder_stay_empty(trace: Trace) -> None:
    assert [path for path in trace.home.rglob("*") if not path.is_dir()] == []


def test_no_socket_leads_off_this_machine(trace: Trace) -> None:
    addressed = [call for call in trace.calls if re.match(r"(connect|bind|sendto|sendmsg|sendmmsg)\(", call)]
    assert [call for call in addressed if "AF_INET" in call and not LOOPBACK.search(call)] == []
    # urllib3, which Vosk's package imports, looks with a bind to ::1 whether there is IPv6; nothing is sent on it.
    assert [call for call in addressed if "AF_INET" in call and not call.startswith("bind(")] == []
    families = {family for call in trace.done("socket") for family in re.findall(r"socket\((AF_\w+)", call)}
    assert families <= {"AF_UNIX", "AF_INET6", "AF_NETLINK"}


def test_no_name_is_looked_up(trace: Trace) -> None:
    assert [call for call in trace.calls if re.search(r"/etc/resolv\.conf|/etc/hosts|nscd/socket", call)] == []


def test_the_log_does_not_hold_what_was_said_even_when_it_is_asked_for_everything(trace: Trace) -> None:
    assert [word for word in WORDS if word in trace.log.lower()] == []


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("ask", ["ask", "what is a baker's cyst", "--json"], "Baker's Cyst"),
        ("hear", ["hear", str(QUESTIONS[1]), "--json"], "care.urgent"),
        ("run", ["run", "--fast", "--json", "--input", str(QUESTIONS[0])], "cause.bakers_cyst"),
        ("verify", ["models", "verify"], "whole"),
        ("version", ["--version"], "voice-assistant"),
    ],
)
def test_a_command_works_without_any_network(
    assistant: Assistant, tmp_path: Path, name: str, arguments: Sequence[str], expected: str
) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    cut_off = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*cut_off, "true"], capture_output=True).returncode:
        pytest.skip("may not make a namespace without network here")
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        [*cut_off, sys.executable, "-m", "voice_assistant", *arguments],
        env={**os.environ, **_private(tmp_path), "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


def test_a_crash_leaves_no_image_of_its_memory(tmp_path: Path) -> None:
    program = (
        "import contextlib, resource\n"
        "from voice_assistant.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--version'])\n"
        "print('core', resource.getrlimit(resource.RLIMIT_CORE)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    # 1, not 0: Linux takes 0 for a file, but gives the image to a collecting program nevertheless; see core(5).
    assert done.stdout.splitlines()[-1] in ("core 1", "core 0")
