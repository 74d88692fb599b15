"""Queries of the avatars in use."""

from __future__ import annotations

from uuid import UUID

from superapp.accounts.models import User


def is_current_avatar(public_id: UUID, digest: str) -> bool:
    """Return whether this picture is the person's current avatar."""
    return User.objects.filter(public_id=public_id, avatar=digest, is_active=True).exists()
