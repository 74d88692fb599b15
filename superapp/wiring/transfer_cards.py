"""Transfers between people, as cards in their conversation."""

from __future__ import annotations

from datetime import datetime

from chat import api as chat
from payments import api as payments
from payments.events import MoneySent
from peer_payments import api as peer_payments
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.wiring.card_types import TRANSFER


@subscribe(MoneySent)
def post_transfer_card(event: MoneySent) -> None:
    """
    Post the transfer as a card in the conversation of the two, which is opened if they have none.

    Only between contacts, so that a stranger or a blocked person cannot pay for being heard; the transfer is in
    both wallets in any case. Nothing is posted once payments are disabled, nor about a request that was paid: its
    own card says so.
    """
    if event.reference.startswith(peer_payments.REFERENCE_PREFIX):
        return
    if not payments.is_enabled() or not accounts.are_contacts(event.sender_id, event.receiver_id):
        return
    post_transfer(event, now=clock.now())


def post_transfer(event: MoneySent, *, now: datetime) -> int:
    """Post the card of a transfer, and return its seq in the conversation. Idempotent."""
    conversation = chat.open_direct_conversation(user_id=event.sender_id, peer_id=event.receiver_id, now=now)
    posted = chat.post_card(
        conversation_id=conversation.public_id,
        sender_id=event.sender_id,
        sender_public_id=accounts.get_public_ids({event.sender_id})[event.sender_id],
        card_type=TRANSFER,
        card={
            "journal": event.journal,
            "amount": {"amount_minor": event.amount_minor, "asset": event.asset},
            "memo": event.memo,
        },
        idempotency_key=f"transfer:{event.journal}",
        now=now,
    )
    return posted.seq
