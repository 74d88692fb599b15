"""What can happen in chat."""

from chat.actions.changing import edit_message, react, recall_message
from chat.actions.faces import put_face
from chat.actions.joining import add_member, leave, open_direct, open_direct_with, open_group
from chat.actions.keeping import Side, keep_side
from chat.actions.reading import announce_typing, mark_delivered, read_up_to
from chat.actions.sending import compose, post_message
from chat.actions.speaking import card_seq, change_card, post_card, post_line

__all__ = [
    "Side",
    "add_member",
    "announce_typing",
    "card_seq",
    "change_card",
    "compose",
    "edit_message",
    "keep_side",
    "leave",
    "mark_delivered",
    "open_direct",
    "open_direct_with",
    "open_group",
    "post_card",
    "post_line",
    "post_message",
    "put_face",
    "react",
    "read_up_to",
    "recall_message",
]
