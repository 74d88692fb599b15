"""The door of chat: ask or tell, now."""

from chat.actions import (
    Side,
    add_member,
    card_seq,
    change_card,
    compose,
    edit_message,
    keep_side,
    leave,
    mark_delivered,
    open_direct,
    open_group,
    post_card,
    post_line,
    post_message,
    put_face,
    react,
    read_up_to,
    recall_message,
)
from chat.cards import CardType
from chat.cards import register as register_card
from chat.doings import Doing
from chat.doings import register as register_doing
from chat.face_kinds import register as register_face_kind
from chat.lines import register as register_line
from chat.models import Face
from chat.queries import direct_conversation, face_of, unread_sides
from chat.reading import history, list_page, summary

__all__ = [
    "CardType",
    "Doing",
    "Face",
    "Side",
    "add_member",
    "card_seq",
    "change_card",
    "compose",
    "direct_conversation",
    "edit_message",
    "face_of",
    "history",
    "keep_side",
    "leave",
    "list_page",
    "mark_delivered",
    "open_direct",
    "open_group",
    "post_card",
    "post_line",
    "post_message",
    "put_face",
    "react",
    "read_up_to",
    "recall_message",
    "register_card",
    "register_doing",
    "register_face_kind",
    "register_line",
    "summary",
    "unread_sides",
]
