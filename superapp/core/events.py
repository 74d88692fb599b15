"""Domain events (facts): published in the transaction that makes them true, and handled at least once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import ClassVar, TypeVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """A domain event. Its fields are ``int | str | bool | None``, so that it can be stored as JSON."""

    name: ClassVar[str]

    @property
    def key(self) -> str:
        raise NotImplementedError

    def payload(self) -> dict[str, int | str | bool | None]:
        return asdict(self)


E = TypeVar("E", bound=Event)
Handler = Callable[[E], None]

_types: dict[str, type[Event]] = {}
_handlers: dict[str, list[Handler[Event]]] = defaultdict(list)


def register_fact(event_type: type[E]) -> type[E]:
    """
    Register a type of event under its name, so that it can be read back from the outbox.

    :raises ValueError: if the name is taken
    """
    if _types.setdefault(event_type.name, event_type) is not event_type:
        raise ValueError(f"two facts are called {event_type.name}")
    return event_type


def subscribe(event_type: type[E]) -> Callable[[Handler[E]], Handler[E]]:
    """
    Decorate a function as a handler of this type of event.

    It is called at least once for each event, in a savepoint of its own, and must be idempotent.
    """

    def register(handler: Handler[E]) -> Handler[E]:
        _handlers[event_type.name].append(handler)  # type: ignore[arg-type]  # Looked up by the same name.
        return handler

    return register


def from_payload(name: str, payload: dict[str, int | str | bool | None]) -> Event:
    """Return the event that was stored under this name."""
    return _types[name](**payload)


def registered_types() -> list[type[Event]]:
    """List all registered types of events."""
    return list(_types.values())


def handlers_of(name: str) -> list[Handler[Event]]:
    return _handlers[name]
