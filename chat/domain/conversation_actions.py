"""
Registry of links that other parts of the product show in the header of a direct conversation, such as "Send money".
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAction:
    """A link in the header of a direct conversation; the other person's public id is appended to its ``url_prefix``."""

    name: str
    label: str | Promise
    icon: str
    url_prefix: str


_conversation_actions: dict[str, ConversationAction] = {}


def register(action: ConversationAction) -> None:
    """
    Register a link for all direct conversations.

    :raises ValueError: if the name is taken
    """
    if _conversation_actions.setdefault(action.name, action) is not action:
        raise ValueError(f"two conversation actions are called {action.name}")


def list_conversation_actions() -> list[ConversationAction]:
    """List all links, in the order of their registration."""
    return list(_conversation_actions.values())
