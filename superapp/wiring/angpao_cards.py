"""Angpao in the conversation that they are for: one card that is updated, and a system event when one is over."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from angpao import api as angpao
from angpao.api import PacketSummary
from angpao.events import AngpaoOpened, AngpaoReturned, AngpaoSent
from chat import api as chat
from chat.api import CardType, ConversationAction
from chat.errors import ConversationNotFound, MessageNotFound
from payments import api as payments
from payments.api import WalletLink
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.core.money import Money
from superapp.wiring.conversation_references import conversation_of

ANGPAO = "angpao.packet"
# A card lists this many openers at most; later openers still see the button "Open", which shows their amount.
OPENERS_MAX = 100
CONVERSATION_ACTIONS = (
    ConversationAction(
        name="angpao_for_person", label=_("Angpao"), icon="gift", url_prefix="/angpao/?kepada=", place="attach"
    ),
    ConversationAction(
        name="angpao_for_group",
        label=_("Angpao"),
        icon="gift",
        url_prefix="/angpao/?obrolan=",
        place="attach",
        kind="group",
    ),
)
# The sentence of each system event, by its name.
SYSTEM_EVENTS = {
    "angpao.finished": _("The whole angpao has been opened"),
    "angpao.returned": _("Time is up: {amount} of the angpao went back to its sender"),
}


def register() -> None:
    """Register the system events; and the card, and the ways to send one, only if payments are enabled."""
    for name, sentence in SYSTEM_EVENTS.items():
        chat.register_system_event(name, sentence)
    if not angpao.is_enabled():
        return
    chat.register_card(
        ANGPAO,
        CardType(
            "angpao/cards/packet.html",
            summary=_("🧧 Angpao {message}"),
            state_summaries={"finished": _("🧧 Angpao, all opened"), "returned": _("🧧 Angpao, time is up")},
            styles=("angpao/css/cards.css",),
        ),
    )
    payments.register_wallet_link(WalletLink(view="angpao:choose", label=_("Angpao"), icon="gift"))
    for action in CONVERSATION_ACTIONS:
        chat.register_conversation_action(action)


@subscribe(AngpaoSent)
def on_angpao_sent(event: AngpaoSent) -> None:
    """Post a new angpao as a card in its conversation."""
    post_angpao_card(event, now=clock.now())


def post_angpao_card(event: AngpaoSent, *, now: datetime) -> None:
    """
    Post the card of an angpao. Idempotent.

    Nothing is posted if the sender has left the conversation meanwhile: the money goes back when its time is over.
    """
    packet = angpao.fetch_summary(UUID(event.packet))
    conversation = conversation_of(packet.audience)
    if conversation is None:
        return
    with suppress(ConversationNotFound):
        chat.post_card(
            conversation_id=conversation,
            sender_id=packet.sender_id,
            sender_public_id=accounts.get_public_ids({packet.sender_id})[packet.sender_id],
            card_type=ANGPAO,
            # As it was sent, so that a repeated call has the same content; what happened since is told by other facts.
            card=_card(packet, opened=0, state="open", openers=()),
            idempotency_key=_key(packet),
            now=now,
        )


@subscribe(AngpaoOpened)
def on_angpao_opened(event: AngpaoOpened) -> None:
    """Update the card of an angpao, and say so once all of it was opened."""
    packet = angpao.fetch_summary(UUID(event.packet))
    if _update(packet) and event.opened == packet.slots:
        _post_system_event(packet, "angpao.finished", speaker_id=event.opener_id, now=clock.now())


@subscribe(AngpaoReturned)
def on_angpao_returned(event: AngpaoReturned) -> None:
    """Update the card of an expired angpao, and post a line with the refunded amount."""
    packet = angpao.fetch_summary(UUID(event.packet))
    if _update(packet):
        amount = str(Money(event.amount_minor))
        _post_system_event(
            packet, "angpao.returned", speaker_id=packet.sender_id, now=clock.now(), fields={"amount": amount}
        )


def _update(packet: PacketSummary) -> bool:
    """Update the card to the state of its packet, and return whether there is a card."""
    conversation = conversation_of(packet.audience)
    if conversation is None:
        return False
    try:
        chat.update_card(
            conversation_id=conversation,
            sender_id=packet.sender_id,
            idempotency_key=_key(packet),
            card=_card(packet, opened=packet.opened, state=packet.state, openers=packet.openers),
        )
    except (ConversationNotFound, MessageNotFound):
        return False
    return True


def _post_system_event(
    packet: PacketSummary, name: str, *, speaker_id: int, now: datetime, fields: dict[str, str] | None = None
) -> None:
    """Post that an angpao is over, unless the speaker has left the conversation."""
    conversation = conversation_of(packet.audience)
    assert conversation is not None, "there is a card"
    with suppress(ConversationNotFound, MessageNotFound):
        seq = chat.fetch_card_seq(
            conversation_id=conversation, sender_id=packet.sender_id, idempotency_key=_key(packet)
        )
        chat.post_system_event(
            conversation_id=conversation,
            sender_id=speaker_id,
            sender_public_id=accounts.get_public_ids({speaker_id})[speaker_id],
            name=name,
            fields=fields or {},
            about_seq=seq,
            counts_as_unread=False,
            idempotency_key=f"{_key(packet)}:{packet.state}",
            now=now,
        )


def _card(packet: PacketSummary, *, opened: int, state: str, openers: Sequence[UUID]) -> dict[str, Any]:
    return {
        "version": 1 + opened + (state != "open"),
        "packet": str(packet.public_id),
        "state": state,
        "message": packet.message,
        "opened": opened,
        "slots": packet.slots,
        "mode": packet.mode,
        "done_by": " ".join(chat.short_id(str(one)) for one in openers[:OPENERS_MAX]),
    }


def _key(packet: PacketSummary) -> str:
    return f"angpao:{packet.public_id}"
