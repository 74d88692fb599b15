"""Requests for money in the conversation of the two: one card that shows the state, and a line for each reminder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from chat import api as chat
from chat.errors import ClientIdReused, ConversationNotFound, MessageNotFound, NotAccepted
from payments import api as payments
from peer_payments import api as peer_payments
from peer_payments.api import Group, GroupChoice, RequestDetails, SplitDetails
from peer_payments.events import RequestChanged, RequestReminded, SplitChanged
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.wiring.card_types import REQUEST, SPLIT
from superapp.wiring.conversation_references import PREFIX, conversation_of, find_roster, group_face

# So many names stand in a card; others are counted.
NAMES_MAX = 10
REMINDED = "peer_payments.reminded"


def register() -> None:
    """Register the system event of a reminder, and the groups in which bills are split."""
    peer_payments.register_group_source(PREFIX, _GROUPS)
    chat.register_system_event(REMINDED, _("Reminder: {about}"))


class _GroupConversations:
    """Group conversations as the source of groups."""

    def find_group(self, reference: str, user_id: int) -> Group | None:
        """Return the group conversation of a reference for one of its present members, or None."""
        found = find_roster(reference, user_id)
        if found is None:
            return None
        conversation, roster = found
        address = f"/obrolan/{conversation}/"
        return Group(roster.title, roster.other_ids, address, roster.may_write) if roster.is_group else None

    def list_groups(self, user_id: int) -> list[GroupChoice]:
        """List the groups of a person in which they may post to others, the one that changed last first."""
        return [
            GroupChoice(
                reference=f"{PREFIX}:{conversation}", others=roster.others, face=group_face(conversation, roster)
            )
            for conversation, roster in chat.list_groups_to_post_in(user_id).items()
        ]


_GROUPS = _GroupConversations()


@subscribe(RequestChanged)
def show_request(event: RequestChanged) -> None:
    """Post a new request as a card, or update its card, or that of its bill, to the state of now."""
    if event.split:
        update_split_card(event.requester_id, UUID(event.split), now=clock.now())
    else:
        update_request_card(event, now=clock.now())


@subscribe(SplitChanged)
def show_split(event: SplitChanged) -> None:
    """Post a bill as a card in its group, or update its card to the state of now."""
    update_split_card(event.maker_id, UUID(event.split), now=clock.now())


def update_split_card(maker_id: int, split: UUID, *, now: datetime) -> None:
    """
    Post or update the card of a bill in its group. A repeated or late call changes nothing.

    Nothing is posted if the maker has left the group before; a card that is there is updated.
    """
    bill = peer_payments.get_split(maker_id, split)
    conversation = conversation_of(bill.group)
    if conversation is None:
        return
    key = f"split:{bill.public_id}"
    try:
        chat.update_card(conversation_id=conversation, sender_id=maker_id, idempotency_key=key, card=_split_card(bill))
    except MessageNotFound:
        with suppress(ConversationNotFound):
            chat.post_card(
                conversation_id=conversation,
                sender_id=maker_id,
                sender_public_id=UUID(bill.maker["id"]),
                card_type=SPLIT,
                card=_split_card(bill),
                idempotency_key=key,
                now=now,
            )


def update_request_card(event: RequestChanged, *, now: datetime) -> None:
    """
    Post or update the card of a request. A repeated or late call changes nothing.

    The card is the requester's. If the two may not talk any more, a card that is there is updated, and none is posted.
    """
    asked = peer_payments.get_request(event.requester_id, UUID(event.request))
    conversation = _conversation(asked, now)
    if conversation is None:
        return
    try:
        chat.update_card(
            conversation_id=conversation,
            sender_id=asked.requester_id,
            idempotency_key=_key(asked),
            card=_card(asked),
        )
    except MessageNotFound:
        if accounts.are_contacts(asked.requester_id, asked.payer_id) and payments.is_enabled():
            _post(asked, conversation, now)


@subscribe(RequestReminded)
def remind(event: RequestReminded) -> None:
    """Post a line about an open request, which counts as unread for the one who is reminded."""
    post_reminder(event, now=clock.now())


def post_reminder(event: RequestReminded, *, now: datetime) -> None:
    """Post the line of a reminder, unless the request was closed or the contact ended meanwhile. Idempotent."""
    asked = peer_payments.get_request(event.requester_id, UUID(event.request))
    if asked.state != "open" or not accounts.are_contacts(event.requester_id, event.payer_id):
        return
    conversation = chat.open_direct_conversation(user_id=event.requester_id, peer_id=event.payer_id, now=now)
    with suppress(ClientIdReused):
        chat.post_system_event(
            conversation_id=conversation.public_id,
            sender_id=event.requester_id,
            sender_public_id=accounts.get_public_ids({event.requester_id})[event.requester_id],
            name=REMINDED,
            fields={"about": f"{asked.amount} · {asked.note}" if asked.note else str(asked.amount)},
            about_seq=_card_seq(asked, conversation.public_id),
            counts_as_unread=True,
            idempotency_key=f"{_key(asked)}:reminder:{event.number}",
            now=now,
        )


def _post(asked: RequestDetails, conversation: UUID, now: datetime) -> None:
    chat.post_card(
        conversation_id=conversation,
        sender_id=asked.requester_id,
        sender_public_id=accounts.get_public_ids({asked.requester_id})[asked.requester_id],
        card_type=REQUEST,
        card=_card(asked),
        idempotency_key=_key(asked),
        now=now,
    )


def _conversation(asked: RequestDetails, now: datetime) -> UUID | None:
    try:
        found = chat.open_direct_conversation(user_id=asked.requester_id, peer_id=asked.payer_id, now=now)
    except NotAccepted:
        earlier = chat.find_direct_conversation(asked.requester_id, asked.payer_id)
        return earlier.public_id if earlier else None
    return found.public_id


def _card_seq(asked: RequestDetails, conversation: UUID) -> int | None:
    try:
        return chat.fetch_card_seq(
            conversation_id=conversation, sender_id=asked.requester_id, idempotency_key=_key(asked)
        )
    except MessageNotFound:
        return None


def _card(asked: RequestDetails) -> dict[str, Any]:
    return {
        "version": asked.version,
        "money_request": str(asked.public_id),
        "amount": asked.amount.to_wire(),
        "note": asked.note,
        "state": asked.state,
        "moved_at": clock.to_wire(asked.closed_at or asked.made_at),
    }


def _split_card(bill: SplitDetails) -> dict[str, Any]:
    still_open = [share for share in bill.shares if share.state == "open"]
    return {
        "version": bill.version,
        "split": str(bill.public_id),
        "title": bill.title,
        "total": bill.total.to_wire(),
        "state": bill.state,
        "paid_count": str(len(bill.paid)),
        "share_count": str(len(bill.counted)),
        "paid_names": _names(bill.paid),
        "open_names": _names(still_open),
        "asks": " ".join(chat.short_id(share.payer["id"]) for share in still_open),
        "faces": [
            {"id": share.payer["id"], "name": share.payer["name"], "done": share.state == "paid"}
            for share in bill.counted[:NAMES_MAX]
        ],
    }


def _names(shares: Sequence[RequestDetails]) -> str:
    listed = [share.payer["name"] for share in shares[:NAMES_MAX]]
    return ", ".join([*listed, f"+{len(shares) - NAMES_MAX}"] if len(shares) > NAMES_MAX else listed)


def _key(asked: RequestDetails) -> str:
    return f"request:{asked.public_id}"
