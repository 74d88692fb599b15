"""Looking at who knows whom."""

from __future__ import annotations

from superapp.accounts import queries, rows
from superapp.accounts.actions import contacts


def answer(user, peer, accept, *, now):
    return contacts.answer_contact(user_id=user.pk, peer_public_id=peer.public_id, accept=accept, now=now)


def seen(user):
    """What this person is told of whom they know: state by handle."""
    return {side.peer.handle: rows.contact(side)["state"] for side in queries.visible_sides(user.pk)}
