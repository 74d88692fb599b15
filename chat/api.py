"""Facade of chat: the functions that other parts of the product may call."""

from chat.actions.cards import post_card, update_card
from chat.actions.conversations import open_direct_conversation, open_notes
from chat.actions.faces import upsert_face
from chat.actions.group_members import add_member, add_people, leave_group, remove_member, set_role, set_silenced
from chat.actions.groups import (
    GroupChanges,
    change_group,
    create_group,
    create_group_by_request,
    set_picture,
    store_picture,
)
from chat.actions.marks import mark_message
from chat.actions.messages import compose_message, edit_message, post_message, recall_message
from chat.actions.polls import vote
from chat.actions.preferences import update_preferences
from chat.actions.reactions import set_reaction
from chat.actions.receipts import mark_delivered, mark_read
from chat.actions.sending import send_with_extras
from chat.actions.system_events import post_system_event
from chat.domain.attachments import PhotosInput
from chat.domain.card_types import CardType, short_id
from chat.domain.card_types import register as register_card
from chat.domain.conversation_actions import ConversationAction
from chat.domain.conversation_actions import register as register_conversation_action
from chat.domain.face_kinds import register as register_face_kind
from chat.domain.polls import PollInput
from chat.domain.system_events import register as register_system_event
from chat.models import Face
from chat.queries.conversations import find_direct_conversation
from chat.queries.faces import find_face
from chat.queries.history import fetch_history
from chat.queries.members import unread_memberships
from chat.queries.messages import fetch_card_seq
from chat.queries.rosters import Roster, fetch_roster, filter_current_members, list_groups_to_post_in
from chat.queries.summaries import fetch_summary, list_summaries

__all__ = [
    "CardType",
    "ConversationAction",
    "Face",
    "GroupChanges",
    "PhotosInput",
    "PollInput",
    "Roster",
    "add_member",
    "add_people",
    "change_group",
    "compose_message",
    "create_group",
    "create_group_by_request",
    "edit_message",
    "fetch_card_seq",
    "fetch_history",
    "fetch_roster",
    "fetch_summary",
    "filter_current_members",
    "find_direct_conversation",
    "find_face",
    "leave_group",
    "list_groups_to_post_in",
    "list_summaries",
    "mark_delivered",
    "mark_message",
    "mark_read",
    "open_direct_conversation",
    "open_notes",
    "post_card",
    "post_message",
    "post_system_event",
    "recall_message",
    "register_card",
    "register_conversation_action",
    "register_face_kind",
    "register_system_event",
    "remove_member",
    "send_with_extras",
    "set_picture",
    "set_reaction",
    "set_role",
    "set_silenced",
    "short_id",
    "store_picture",
    "unread_memberships",
    "update_card",
    "update_preferences",
    "upsert_face",
    "vote",
]
