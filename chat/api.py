"""The door of chat: ask or tell, now."""

from chat.actions import (
    Side,
    add_member,
    compose,
    edit_message,
    keep_side,
    leave,
    mark_delivered,
    open_direct,
    open_group,
    post_card,
    post_message,
    react,
    read_up_to,
    recall_message,
)
from chat.reading import history, list_page, summary

__all__ = [
    "Side",
    "add_member",
    "compose",
    "edit_message",
    "history",
    "keep_side",
    "leave",
    "list_page",
    "mark_delivered",
    "open_direct",
    "open_group",
    "post_card",
    "post_message",
    "react",
    "read_up_to",
    "recall_message",
    "summary",
]
