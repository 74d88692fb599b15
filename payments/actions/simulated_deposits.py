"""Cash of a demo's counter, brought to the simulated bank, so that what people withdraw lies there."""

from __future__ import annotations

import http.client
import json
from datetime import datetime

from django.conf import settings

from payments.actions.cash_deposits import deposit_cash
from payments.adapters import banks
from payments.adapters.snap_amounts import format_amount
from payments.domain.feature_gates import requires_payments
from payments.errors import BankOutOfReach, NoBank
from superapp.core.http_exchange import connect, exchange
from superapp.core.money import Money

ANSWER_BYTES_MAX = 65_536


@requires_payments
def bring_cash_to_simulated_bank(
    *, amount: Money, slip: str, reason: str, maker_id: int, checker_id: int, now: datetime
) -> None:
    """
    Pay cash of the counter into our account at the simulated bank, once for each slip, and post it.

    :raises NoBank: if the bank is not a simulated one
    :raises BankOutOfReach: if it did not answer; the same slip may be brought again
    :raises InsufficientFunds: or another error of ``deposit_cash``
    """
    if not settings.SIMULATED_BANK:
        raise NoBank
    reference = _pay_in(amount, slip)
    deposit_cash(
        amount=amount,
        bank_reference=reference,
        at=now,
        reason=reason,
        maker_id=maker_id,
        checker_id=checker_id,
        now=now,
    )


def _pay_in(amount: Money, slip: str) -> str:
    """Return the bank's reference of the deposit."""
    fields = {"account": banks.get_keys().account_number, "amount": format_amount(amount), "slip": slip}
    try:
        status, answer = exchange(
            connect(settings.BANK_URL, seconds_max=settings.BANK_SECONDS_MAX),
            "POST",
            "/deposits",
            body=json.dumps(fields).encode(),
            headers={"Content-Type": "application/json"},
            seconds_max=settings.BANK_SECONDS_MAX,
            bytes_max=ANSWER_BYTES_MAX,
        )
        reference = json.loads(answer).get("referenceNo") if status == http.client.OK else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise BankOutOfReach(retry_after=30) from error
    if not isinstance(reference, str):
        raise BankOutOfReach(retry_after=30)
    return reference
