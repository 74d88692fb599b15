"""The number of everybody's own topic."""

from __future__ import annotations

from django.db import models


class Me(models.Model):
    """
    The topic ``me`` of a person: ``rev`` grows by one with each change of what is theirs alone.

    Every message writes here, so nothing is said of numbers that PostgreSQL would read each time (``chat.models``).
    """

    # Not a foreign key: this package lies below the one that knows people.
    user_id = models.BigIntegerField(primary_key=True)
    rev = models.BigIntegerField(default=0)
