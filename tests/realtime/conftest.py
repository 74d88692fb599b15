"""Commands that exist only here, and topics."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from superapp.realtime import registry
from superapp.realtime.registry import Caller, Command, RequestSchema


class Nothing(RequestSchema):
    pass


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Register a command for this test: ``offer("test.add", add, shape=AddIn)``."""

    def add(
        name: str,
        handler: Callable[[Caller, Any], Any] | None = None,
        *,
        schema: type[RequestSchema] = Nothing,
        loop_handler: Any = None,
        rest: str | None = None,
        cost: int = 1,
        in_order: bool = False,
    ) -> None:
        decoder = msgspec.json.Decoder(schema)
        command = Command(name, schema, handler, loop_handler, rest, cost, None, decoder, in_order=in_order)
        monkeypatch.setitem(registry.commands, name, command)

    return add


class Gate:
    """Holds everybody who passes until it is opened."""

    def __init__(self) -> None:
        self._opened = threading.Event()

    def __call__(self, _caller: Caller, _fields: Any) -> dict[str, bool]:
        assert self._opened.wait(10)
        return {"passed": True}

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The names of the warnings and errors that were written down so far, but for a slow machine's."""
    return lambda: [
        record.msg["event"]
        for record in caplog.records
        if isinstance(record.msg, dict) and record.levelno >= logging.WARNING and record.msg["event"] != "loop_stalled"
    ]
