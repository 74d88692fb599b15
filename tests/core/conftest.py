"""A fact of the tests' own, and whoever hears it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import transaction

from superapp.core import events, outbox


@events.register_fact
@dataclass(frozen=True, kw_only=True)
class Noted(events.Event):
    """A note that was written in a book: the fact of these tests."""

    name: ClassVar[str] = "tests.noted"
    book: str
    line: int

    @property
    def key(self) -> str:
        return f"book:{self.book}"


@pytest.fixture
def note() -> Callable[..., None]:
    """Publish, and commit: ``note("a1", "a2", "b1")`` notes two lines in book a and one in book b."""

    def publish(*notes: str) -> None:
        for text in notes:
            with transaction.atomic():
                outbox.publish(Noted(book=text[0], line=int(text[1:])))

    return publish


@pytest.fixture
def hear(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Subscribe to notes for the length of the test; the list grows with what was heard."""

    def subscribe(first: Callable[[str], None] | None = None) -> list[str]:
        heard: list[str] = []

        def handler(event: events.Event) -> None:
            assert isinstance(event, Noted)
            text = f"{event.book}{event.line}"
            if first is not None:
                first(text)
            heard.append(text)

        monkeypatch.setitem(events._handlers, Noted.name, [handler])
        return heard

    return subscribe
