"""Favourite recipients: marked and unmarked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments.domain.feature_gates import requires_payments
from payments.models import Favourite
from payments.queries import recipients
from superapp.accounts.errors import PersonNotFound

FAVOURITES_MAX = 20


@requires_payments
def set_favourite(*, user_id: int, who: UUID, is_favourite: bool, now: datetime) -> None:
    """
    Mark a contact as a favourite recipient, or unmark one. Idempotent; above ``FAVOURITES_MAX`` the oldest gives way.

    :raises PersonNotFound: if there is no such contact to be marked
    :raises ToOneself: if it is the person
    """
    to = recipients.get_past_recipient(user_id, who=who)
    if not is_favourite:
        Favourite.objects.filter(user_id=user_id, recipient_id=to.user_id).delete()
        return
    if not to.is_contact:
        raise PersonNotFound
    Favourite.objects.get_or_create(user_id=user_id, recipient_id=to.user_id, defaults={"made_at": now})
    kept = Favourite.objects.filter(user_id=user_id).order_by("-made_at", "-pk").values("pk")[:FAVOURITES_MAX]
    Favourite.objects.filter(user_id=user_id).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
