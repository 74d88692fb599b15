"""Registry of links that other parts of the product show at the head of a conversation of two, such as "Send money"."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAction:
    """A link at the head of a conversation; the other's public id goes at the end of its ``url_prefix``."""

    name: str
    label: str | Promise
    icon: str
    url_prefix: str


_conversation_actions: dict[str, ConversationAction] = {}


def register(action: ConversationAction) -> None:
    """Register a link for all conversations of two."""
    if _conversation_actions.setdefault(action.name, action) is not action:
        raise ValueError(f"two conversation actions are called {action.name}")


def list_conversation_actions() -> list[ConversationAction]:
    """Return all links, in the order in which they were registered."""
    return list(_conversation_actions.values())
