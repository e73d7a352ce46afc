"""Fixtures that several rooms use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.virtual_devices import virtual_devices
from voice_assistant import Assistant

__all__ = ["virtual_devices"]


@pytest.fixture(scope="session")
def assistant() -> Iterator[Assistant]:
    """The assistant with the real guide and models; compiled once, before the tests, by script/test."""
    with Assistant.load() as loaded:
        yield loaded
