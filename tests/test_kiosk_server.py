"""The server is closed to everything but its own page, and the page is small."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.kiosk_parts import Recorder, guide_and_words
from voice_assistant.cli import main
from voice_assistant.kiosk import Clinic, Kiosk, KioskServer, Look, bind
from voice_assistant.kiosk.guard import Guard


class Served:
    def __init__(self) -> None:
        guide, words = guide_and_words()
        self.steering = Recorder()
        self.kiosk = Kiosk(guide, words, Clinic(), self.steering, lambda: Look(170, 0.8))
        self.server = KioskServer(self.kiosk, bind(0))
        self.port = self.server.port

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.putrequest(method, path, skip_host=True)
        for name, value in ({"Host": f"127.0.0.1:{self.port}"} | headers).items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        try:
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def open(self, origin: str | None = "", host: str = "") -> ClientConnection:
        own = f"http://127.0.0.1:{self.port}"
        return connect(
            f"ws://{host or '127.0.0.1'}:{self.port}/live",
            origin=(own if origin == "" else origin),  # type: ignore[arg-type]
            compression=None,
            proxy=None,
            open_timeout=5,
        )


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    one = Served()
    one.server.start()
    yield one
    one.server.stop()


def test_the_page_comes_with_the_strictest_rules(served: Served) -> None:
    status, headers, body = served.get("/")
    assert status == 200 and b"<main" in body
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_the_whole_page_is_small_and_needs_nothing_from_outside(served: Served) -> None:
    bodies = [
        served.get(path)[2]
        for path in ("/", "/kiosk.css", "/views.js", "/telling.js", "/touching.js", "/kiosk.js", "/words.json")
    ]
    assert sum(map(len, bodies)) <= 200_000
    for body in bodies[:6]:
        text = body.decode().replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text and "style=" not in text
    assert b"onclick" not in bodies[0] and b"<script>" not in bodies[0]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}", ""])
def test_another_host_is_refused(served: Served, host: str) -> None:
    assert served.get("/", Host=host.format(port=served.port))[0] in (400, 421)


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_another_origin_is_refused(served: Served, headers: dict[str, str]) -> None:
    assert served.get("/words.json", **headers)[0] == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(served: Served, method: str) -> None:
    assert served.get("/", method=method)[0] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/kiosk.py",
        "/static/kiosk.js",
        "//etc/passwd",
        "/kiosk.js/../../kiosk.py",
        "/kiosk.js%00.txt",
        "/.env",
        "/words.json/",
        "/live",
    ],
)
def test_no_path_leads_to_a_file(served: Served, path: str) -> None:
    status, _, body = served.get(path)
    assert status in (400, 404, 307) and b"root:" not in body and b"import" not in body


def test_it_listens_on_this_machine_only(served: Served) -> None:
    assert served.server._socket.getsockname()[0] == "127.0.0.1"
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in (str(one) for one in own if not str(one).startswith("127.")):
        with socket.socket() as stranger:
            stranger.settimeout(2)
            assert stranger.connect_ex((address, served.port)) != 0


def test_a_page_is_told_everything_and_may_touch(served: Served) -> None:
    with served.open() as page:
        shown = json.loads(page.recv(timeout=5))
        assert {"visit", "answer", "caption", "timer", "voice", "trouble", "listening"} <= shown.keys()
        page.send('{"type": "touch", "node": "cause.bakers_cyst", "facet": "symptoms"}')
        wait_until(lambda: bool(served.steering.touched))
    match = served.steering.touched[-1]
    assert (match.node_id, match.facet, match.score) == ("cause.bakers_cyst", "symptoms", 1.0)  # type: ignore[union-attr]


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "https://127.0.0.1:1"])
def test_a_page_of_another_origin_cannot_connect(served: Served, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, served.open(origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_page_under_another_name_of_this_machine_cannot_connect(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as raw:
        raw.sendall(
            b"GET /live HTTP/1.1\r\nHost: rebind.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + f"Origin: http://127.0.0.1:{served.port}\r\n\r\n".encode()
        )
        assert b"403" in raw.recv(1000).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "message",
    ["nonsense", '{"type": "open"}', b"\x00\x01", '{"type": "touch", "node": "../etc"}', "x" * 5000, "x" * 300_000],
)
def test_malformed_and_oversized_messages_end_the_connection(served: Served, message: str | bytes) -> None:
    before = len(served.steering.touched)
    with served.open() as page:
        page.recv(timeout=5)
        with pytest.raises(ConnectionClosed):  # noqa: PT012 - either may be the one that notices
            page.send(message)
            while True:
                page.recv(timeout=5)
    assert len(served.steering.touched) == before


def test_flooding_ends_the_connection_and_the_server_goes_on(served: Served) -> None:
    before = len(served.steering.touched)
    with served.open() as page, pytest.raises(ConnectionClosed):  # noqa: PT012 - either may be the one that notices
        for _ in range(500):
            page.send('{"type": "touch", "node": "control.louder"}')
        while True:
            page.recv(timeout=5)
    assert len(served.steering.touched) - before <= 45
    assert served.get("/")[0] == 200


def test_a_key_that_is_held_does_not_lose_the_page(served: Served) -> None:
    before = len(served.steering.touched)
    with served.open() as page:
        for _ in range(90):  # for three seconds
            page.send('{"type": "touch", "node": "control.louder"}')
        page.send('{"type": "touch", "node": "control.louder"}')
        wait_until(lambda: len(served.steering.touched) > before)
        time.sleep(1.0)
        page.send('{"type": "touch", "node": "control.stop"}')
        wait_until(lambda: served.steering.touched[-1].node_id == "control.stop")
    assert len(served.steering.touched) - before < 50


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: 127"])
def test_connections_that_ask_for_nothing_do_not_keep_visitors_out(served: Served, sent: bytes) -> None:
    with contextlib.ExitStack() as silent, served.open() as page:
        for _ in range(70):
            one = silent.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            one.sendall(sent)
        assert served.get("/")[0] == 503
        wait_until(lambda: served.get("/")[0] == 200, timeout_s=15.0)
        page.ping().wait(5)


@pytest.mark.parametrize(
    ("port", "host", "refused"),
    [(80, "127.0.0.1", None), (80, "localhost", None), (80, "evil", 421), (8437, "127.0.0.1", 421)],
)
def test_only_on_port_80_browsers_leave_the_port_away(port: int, host: str, refused: int | None) -> None:
    scope = {"type": "http", "method": "GET", "headers": [(b"host", host.encode())]}
    assert Guard(None, port)._refusal(scope) == refused  # type: ignore[arg-type]


def test_only_so_many_pages_at_once(served: Served) -> None:
    with contextlib.ExitStack() as pages:
        for _ in range(8):
            pages.enter_context(served.open())
        with pytest.raises((InvalidStatus, ConnectionClosed)), served.open() as ninth:
            ninth.recv(timeout=5)
    wait_until(lambda: served.server._pages == 0)
    with served.open() as page:
        assert page.recv(timeout=5)


def test_a_page_that_does_not_read_does_not_hold_up_the_others(served: Served) -> None:
    with served.open() as slow, served.open() as quick:
        quick.recv(timeout=5)
        for number in range(200):
            served.kiosk.trouble("turn_failed", over=number % 2 == 0)
        wait_until(lambda: "trouble" in json.loads(quick.recv(timeout=5)))
        assert slow.recv(timeout=5)


def test_a_port_in_use_is_one_sentence_and_exit_code_2(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kiosk", "--port", str(served.port)]) == 2
    told = capsys.readouterr().err.strip()
    assert str(served.port) in told and "--port" in told and "\n" not in told


def test_a_mistake_in_the_clinics_file_is_one_sentence_and_exit_code_2(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text("idle_s = 1\n")
    assert main(["kiosk", "--port", "0", "--config", str(file)]) == 2
    assert "line 1" in capsys.readouterr().err


def wait_until(true: Any, timeout_s: float = 5.0) -> None:
    give_up = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)


def test_a_fault_in_a_tick_leaves_the_page_alive_and_no_words_in_the_log(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise ValueError("my secret words")

    monkeypatch.setattr(served.kiosk, "tick", fails)
    wait_until(lambda: "A tick of the kiosk failed: ValueError" in caplog.text)
    assert "secret" not in caplog.text
    assert served.get("/")[0] == 200
