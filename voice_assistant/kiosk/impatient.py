"""Connections that ask for nothing do not take the page's places."""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

PATIENCE_S = 5.0
"""A request has to be complete so soon."""


class Impatient(H11Protocol):
    """uvicorn waits for the first request for ever; this closes a connection on which nothing is being answered."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of the request, or for the next one."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(PATIENCE_S, self._give_up)

    def _give_up(self) -> None:
        self._timer = None
        became_websocket = self.transport.get_protocol() is not self
        cycle: RequestResponseCycle | None = self.cycle
        answering = cycle is not None and not cycle.response_complete
        if not became_websocket and not answering:
            self.transport.close()
