"""The counters of user topics."""

from __future__ import annotations

from django.db import models


class Me(models.Model):
    """
    The user topic (``me``) of a person: ``rev`` grows by one with each change of their own data.

    Each message writes here, so that the table has no ``CHECK`` constraints, which PostgreSQL would parse each time
    (see ``chat.models``).
    """

    # Not a foreign key: this package is below the one that defines users.
    user_id = models.BigIntegerField(primary_key=True)
    rev = models.BigIntegerField(default=0)
