"""Visibility of a person's presence, chosen by each side for itself."""

from __future__ import annotations

from django.db import models


class PresenceVisibility(models.TextChoices):
    EVERYONE = "everyone", "everyone"
    CONTACTS = "contacts", "contacts"
    NOBODY = "nobody", "nobody"


def can_see(*, viewer: PresenceVisibility, person: PresenceVisibility, are_contacts: bool) -> bool:
    """Return whether one person sees the presence of another: both share theirs with a group that the other is in."""
    allowed = {PresenceVisibility.EVERYONE} | ({PresenceVisibility.CONTACTS} if are_contacts else set())
    return viewer in allowed and person in allowed
