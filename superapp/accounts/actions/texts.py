"""Text messages to a person about what they must not miss, from the same budget as log-in codes."""

from __future__ import annotations

import http.client
import socket
from datetime import datetime
from enum import Enum

from django.db import transaction

from superapp.accounts import queries
from superapp.accounts.actions import sms_budget
from superapp.accounts.adapters import sms_gateways
from superapp.accounts.errors import CodeNotSent, CodesUsedUp

# Failures in which the gateway may have taken the message all the same.
_UNCERTAIN = (TimeoutError, http.client.HTTPException, ConnectionResetError, BrokenPipeError)


class TextOutcome(Enum):
    """The outcome of a text message: sent, refused (it did not go out), not known, or there is no number to send to."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNDELIVERABLE = "undeliverable"


def send_text(*, user_id: int, text: str, now: datetime) -> TextOutcome:
    """
    Send a text message to the number of a person. Call it outside of transactions.

    It is charged to the share of the installation's budget that such texts have, and refused where that is used up.
    """
    number = queries.find_phone_number(user_id)
    if number is None:
        return TextOutcome.UNDELIVERABLE
    try:
        with transaction.atomic():
            sms_budget.spend_on_alert(now=now)
    except CodesUsedUp:
        return TextOutcome.REFUSED
    try:
        sms_gateways.get_gateway().send(number=number, text=text)
    except CodeNotSent as failure:
        if isinstance(failure.__cause__, _UNCERTAIN) and not isinstance(failure.__cause__, socket.gaierror):
            return TextOutcome.UNKNOWN
        sms_budget.refund_alert(now=now)
        return TextOutcome.REFUSED
    return TextOutcome.SENT
