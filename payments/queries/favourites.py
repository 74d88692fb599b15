"""Reads of favourite recipients."""

from __future__ import annotations

from payments.models import Favourite


def list_favourite_ids(user_id: int) -> set[str]:
    """Return the public ids of a person's favourite recipients."""
    found = Favourite.objects.filter(user_id=user_id).values_list("recipient__public_id", flat=True)
    return {str(public_id) for public_id in found}
