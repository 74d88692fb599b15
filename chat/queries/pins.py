"""Queries for the order of a person's pinned conversations."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Max

from chat.models import Member


def next_pin_order(user_id: int) -> int:
    """
    Return the place above all conversations that the person pinned.

    The caller holds the lock of the person's own topic, so that no two conversations get the same place.
    """
    newest = Member.objects.filter(user_id=user_id, is_pinned=True).aggregate(top=Max("pin_order"))["top"]
    return int(newest or 0) + 1


def list_pinned_conversation_ids_between(user_id: int, first: Member, last: Member) -> list[int]:
    """List the ids of the conversations that the person pinned from one of these to the other, both included."""
    lowest, highest = sorted((first.pin_order, last.pin_order))
    pinned = Member.objects.filter(user_id=user_id, is_pinned=True, until_seq=None)
    between = pinned.filter(pin_order__gte=lowest, pin_order__lte=highest)
    return list(between.values_list("conversation_id", flat=True))


def list_pinned(user_id: int) -> list[UUID]:
    """List the conversations that stand pinned in the person's main list, from the top."""
    shown = Member.objects.filter(user_id=user_id, is_pinned=True, is_archived=False, until_seq=None)
    shown = shown.filter(conversation__last_seq__gt=F("hidden_seq"))
    return list(shown.order_by("-pin_order").values_list("conversation__public_id", flat=True))
