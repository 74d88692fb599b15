"""Mandates: opened by PIN, used for transfers within their bounds, and ended for good."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import errors
from payments.actions.wallets import send_authorized
from payments.domain.authorization import Authorization, AuthorizationMethod, NotAuthorized
from payments.domain.feature_gates import requires_payments
from payments.models import Mandate
from payments.queries.mandates import lock_mandate
from payments.writers.ledger import PostingResult
from superapp.core.money import Money


@requires_payments
def open_mandate(*, authorization: Authorization, receiver_id: int, amount_max: Money, now: datetime) -> UUID:
    """
    Store that a person authorized transfers to another, each of at most ``amount_max`` in rupiah, and return its id.

    :raises NotAuthorized: if ``authorization`` is not a person's PIN; a programming error
    """
    if authorization.method != AuthorizationMethod.PIN or authorization.user_id is None:
        raise NotAuthorized("a mandate is given by PIN")
    made = Mandate.objects.create(
        payer_id=authorization.user_id,
        receiver_id=receiver_id,
        amount_max=amount_max.require_positive().amount_minor,
        made_at=now,
    )
    return made.public_id


@requires_payments
def send_by_mandate(
    *, mandate: UUID, amount: Money, memo: str = "", reference: str, idempotency_key: str, now: datetime
) -> PostingResult:
    """
    Send money to the receiver of a mandate, once per idempotency key, and return the result.

    It may run inside the caller's transaction.

    :raises MandateEnded: if the mandate was ended, or there is none
    :raises MandateExceeded: if the amount is above that of the mandate
    """
    with transaction.atomic():
        row = lock_mandate(mandate)
        if row is None:
            raise errors.MandateEnded
        if amount > Money(row.amount_max):
            raise errors.MandateExceeded
        return send_authorized(
            sender_id=row.payer_id,
            receiver_id=row.receiver_id,
            amount=amount,
            memo=memo,
            reference=reference,
            authorization=Authorization(AuthorizationMethod.MANDATE, row.payer_id),
            idempotency_key=idempotency_key,
            now=now,
        )


def end_mandate(mandate: UUID, *, now: datetime) -> None:
    """End a mandate for good. Idempotent."""
    Mandate.objects.filter(public_id=mandate, ended_at=None).update(ended_at=now)
