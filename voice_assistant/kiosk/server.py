"""The page and its WebSocket, on the loopback interface and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
import time
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from voice_assistant.kiosk.allowance import Allowance
from voice_assistant.kiosk.guard import Guard
from voice_assistant.kiosk.impatient import Impatient
from voice_assistant.kiosk.kiosk import Kiosk
from voice_assistant.kiosk.messages import MOST_BYTES, BadMessage, read_message
from voice_assistant.kiosk.watchdog import notify
from voice_assistant.types import SettingsError

ADDRESS = "127.0.0.1"
MOST_PAGES = 8
"""More pages at once are turned away."""
RATE_PER_S, BURST = 15.0, 30.0
"""Messages of one page: more than fingers can do; what is more is dropped, as of a key that is held."""
FLOOD_PER_S, FLOOD_BURST = 100.0, 200.0
"""More than keys can do; who sends more is disconnected."""
TICK_S = 0.5
"""Between the moments at which the kiosk looks whether a visit is over."""
_POLICY, _TRY_LATER = 1008, 1013
"""Why a page is disconnected, as WebSocket status codes (RFC 6455, 7.4.1, and its IANA registry)."""
_STATIC = Path(__file__).parent / "static"
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/kiosk.css": ("kiosk.css", "text/css; charset=utf-8"),
    "/views.js": ("views.js", "text/javascript; charset=utf-8"),
    "/telling.js": ("telling.js", "text/javascript; charset=utf-8"),
    "/touching.js": ("touching.js", "text/javascript; charset=utf-8"),
    "/kiosk.js": ("kiosk.js", "text/javascript; charset=utf-8"),
}
_LOGGER = logging.getLogger(__name__)


def bind(port: int) -> socket.socket:
    """A socket on the loopback interface; port 0 takes a free one.

    Raises:
        SettingsError: the port cannot be had.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((ADDRESS, port))
        bound.listen(64)
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"The kiosk cannot use port {port} ({reason}); end the program that uses it, or choose another with --port."
        ) from error
    return bound


class KioskServer:
    """Serves one kiosk from a thread of its own."""

    def __init__(self, kiosk: Kiosk, bound: socket.socket) -> None:
        self._kiosk = kiosk
        self._socket = bound
        self.port: int = bound.getsockname()[1]
        self._pages = 0
        self._files = {path: (_STATIC / name).read_bytes() for path, (name, _) in _FILES.items()}
        config = uvicorn.Config(
            Guard(self._app(), self.port),
            log_config=None,
            access_log=False,
            server_header=False,
            http=Impatient,
            ws="websockets-sansio",
            ws_max_size=4 * MOST_BYTES,
            ws_per_message_deflate=False,
            loop="asyncio",
            lifespan="off",
            limit_concurrency=64,
            timeout_keep_alive=5,
            h11_max_incomplete_event_size=16_384,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="kiosk-server", daemon=True)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{ADDRESS}:{self.port}/"

    def start(self) -> None:
        """Begin to serve; returns when the page can be opened."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)

    def stop(self) -> None:
        """End; open pages are disconnected and try again by themselves."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        ticking = asyncio.create_task(self._tick())
        await self._server.serve(sockets=[self._socket])
        ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticking
        notify("STOPPING=1")

    async def _tick(self) -> None:
        notify("READY=1")
        while True:
            try:
                self._kiosk.tick()
            except Exception as error:  # noqa: BLE001 - the page has to live on; what is shown must not reach the log
                place = traceback.extract_tb(error.__traceback__)[-1]
                _LOGGER.error("A tick of the kiosk failed: %s, line %s.", type(error).__name__, place.lineno)
            if self._kiosk.is_alive:
                notify("WATCHDOG=1")
            await asyncio.sleep(TICK_S)

    # --- answering --------------------------------------------------------------------------------

    def _app(self) -> Starlette:
        routes: list[Any] = [Route(path, self._file) for path in _FILES]
        return Starlette(routes=[*routes, Route("/words.json", self._words), WebSocketRoute("/live", self._live)])

    async def _file(self, request: Request) -> Response:
        # Only the routes' own paths come here: no part of an address is ever made into a path of a file.
        path = request.url.path
        return Response(self._files[path], media_type=_FILES[path][1])

    async def _words(self, _request: Request) -> Response:
        return Response(json.dumps(self._kiosk.page_words), media_type="application/json")

    async def _live(self, page: WebSocket) -> None:
        if self._pages >= MOST_PAGES:
            await page.close(_TRY_LATER)
            return
        self._pages += 1
        try:
            await page.accept()
            await self._talk_with(page)
        finally:
            self._pages -= 1

    async def _talk_with(self, page: WebSocket) -> None:
        news = asyncio.Event()
        loop = asyncio.get_running_loop()
        unwatch = self._kiosk.watch(lambda: _wake(loop, news))
        sending = asyncio.create_task(self._send(page, news))
        try:
            await self._receive(page)
        except WebSocketDisconnect:
            pass
        finally:
            unwatch()
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending

    async def _send(self, page: WebSocket, news: asyncio.Event) -> None:
        """What has changed since the last message; a slow page misses steps between, never the newest."""
        sent: dict[str, Any] = {}
        while True:
            async for changed in self._changes(sent):
                await page.send_text(json.dumps(changed))
            await news.wait()
            news.clear()

    async def _changes(self, sent: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        shown = self._kiosk.shown()
        changed = {name: value for name, value in shown.items() if name not in sent or sent[name] != value}
        if changed:
            sent.update(changed)
            yield changed

    async def _receive(self, page: WebSocket) -> None:
        allowance, patience = Allowance(RATE_PER_S, BURST), Allowance(FLOOD_PER_S, FLOOD_BURST)
        while True:
            message = await page.receive()
            if message["type"] == "websocket.disconnect":
                return
            now_s = time.monotonic()
            if not patience.grants(now_s):
                await page.close(_POLICY)
                return
            if not allowance.grants(now_s):
                continue
            try:
                wanted = read_message(message.get("text"), self._kiosk.guide)
            except BadMessage:
                await page.close(_POLICY)
                return
            self._kiosk.take(wanted)


def _wake(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the server has just ended
        loop.call_soon_threadsafe(news.set)
