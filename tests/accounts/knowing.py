"""Looking at who knows whom."""

from __future__ import annotations

from superapp.accounts import queries
from superapp.accounts.actions import contacts
from superapp.accounts.queries import serializers


def answer(user, peer, accept, *, now):
    return contacts.answer_contact_request(user_id=user.pk, peer_public_id=peer.public_id, accept=accept, now=now)


def seen(user):
    """Return the state of each contact that this person is shown, by handle."""
    return {
        side.peer.handle: serializers.serialize_contact(side)["state"] for side in queries.visible_contacts(user.pk)
    }
