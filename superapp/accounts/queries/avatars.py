"""Queries of the avatars in use."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from superapp.accounts.models import User

DIGESTS_PER_QUERY = 500


def is_current_avatar(public_id: UUID, digest: str) -> bool:
    """Return whether this picture is the person's current avatar."""
    return User.objects.filter(public_id=public_id, avatar=digest, is_active=True).exists()


def filter_shown_avatars(digests: Collection[str]) -> set[str]:
    """Return those of the given pictures that are the current avatar of a person."""
    ordered = sorted(digests)
    shown: set[str] = set()
    for start in range(0, len(ordered), DIGESTS_PER_QUERY):
        page = User.objects.filter(avatar__in=ordered[start : start + DIGESTS_PER_QUERY])
        shown.update(page.values_list("avatar", flat=True))
    return shown
