"""Tells systemd that the service is up and alive, where it was started by systemd (NOTIFY_SOCKET)."""

from __future__ import annotations

import contextlib
import os
import socket


def notify(message: str) -> None:
    """`READY=1` when it is up, `WATCHDOG=1` while it lives, `STOPPING=1` at the end. Does nothing without systemd."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or not hasattr(socket, "AF_UNIX"):
        return
    path = f"\0{address[1:]}" if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.sendto(message.encode(), path)
