"""The number of everybody's own topic."""

from __future__ import annotations

from django.db import models


class Me(models.Model):
    """The topic ``me`` of a person: ``rev`` grows by one with each change of what is theirs alone."""

    # Not a foreign key: this package lies below the one that knows people.
    user_id = models.PositiveBigIntegerField(primary_key=True)
    rev = models.PositiveBigIntegerField(default=0)
