"""Roles of members of the console."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import pgettext_lazy

from superapp.console.errors import RolesInvalid


class Role(models.TextChoices):
    """A role of a member; one member may have several."""

    # Sees every desk and changes nothing.
    AUDITOR = "auditor", pgettext_lazy("role", "Auditor")
    # Makes and decides proposals about money.
    FINANCE = "finance", pgettext_lazy("role", "Finance")
    # Helps people, and freezes accounts at once.
    SUPPORT = "support", pgettext_lazy("role", "Support")
    # Changes who has which role.
    ADMIN = "admin", pgettext_lazy("role", "Administrator")


def parse_roles(words: Iterable[str]) -> list[str]:
    """
    Return roles in their fixed order, each once.

    :raises RolesInvalid: if one of them is unknown
    """
    wanted = set(words)
    if wanted - set(Role.values):
        raise RolesInvalid(roles=", ".join(Role.values))
    return [role for role in Role.values if role in wanted]
