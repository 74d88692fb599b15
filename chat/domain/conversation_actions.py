"""
Registry of links that other parts of the product show in a conversation, such as "Send money".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAction:
    """
    A link in the header of a conversation or in the menu of its composer, according to ``place``.

    In direct conversations the other person's public id is appended to ``url_prefix``; with ``kind`` "group" the link
    is shown in groups, and the conversation's id is appended.
    """

    name: str
    label: str | Promise
    icon: str
    url_prefix: str
    place: Literal["header", "attach"] = "header"
    kind: Literal["direct", "group"] = "direct"


_conversation_actions: dict[str, ConversationAction] = {}


def register(action: ConversationAction) -> None:
    """
    Register a link.

    :raises ValueError: if the name is taken
    """
    if _conversation_actions.setdefault(action.name, action) is not action:
        raise ValueError(f"two conversation actions are called {action.name}")


def list_conversation_actions(place: Literal["header", "attach"]) -> list[ConversationAction]:
    """List the links of a place, in the order of their registration."""
    return [action for action in _conversation_actions.values() if action.place == place]
