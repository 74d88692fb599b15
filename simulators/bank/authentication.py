"""Letting the client in: tokens for its signed requests, and every request under a token signed again."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from payments.adapters import snap_signatures
from payments.adapters.bank_keys import BankKeys
from simulators.bank import faults
from simulators.bank.fields import read_timestamp
from simulators.bank.models import AccessToken, ExternalId
from simulators.bank.responses import Refusal

TOKEN_SECONDS = 900
CLOCK_DIFFERENCE_MAX = timedelta(minutes=5)


def issue_token(request: HttpRequest, keys: BankKeys, now: datetime) -> str:
    """
    Return a new token for a request that the client signed with its private key.

    :raises Refusal: if it did not
    """
    client_id = _require_header(request, "X-CLIENT-KEY")
    timestamp = _require_timely(request, now)
    signature = _require_header(request, "X-SIGNATURE")
    is_signed = snap_signatures.is_token_request_signed(
        signature, keys.client_public, client_id=client_id, timestamp=timestamp
    )
    if client_id != keys.client_id or not is_signed:
        raise Refusal(401, "00", "Signature")
    token = secrets.token_urlsafe(32)
    AccessToken.objects.filter(expires_at__lte=now).delete()
    ExternalId.objects.filter(day__lt=now.date() - timedelta(days=2)).delete()
    AccessToken.objects.create(token=token, expires_at=now + timedelta(seconds=TOKEN_SECONDS))
    return token


def require_client(request: HttpRequest, keys: BankKeys, now: datetime) -> None:
    """
    Require that a request has a token, is signed under it, and has a number that was not used that day.

    :raises Refusal: if not
    """
    timestamp = _require_timely(request, now)
    token = _require_token(request, now)
    signature = _require_header(request, "X-SIGNATURE")
    partner_id = _require_header(request, "X-PARTNER-ID")
    _require_header(request, "CHANNEL-ID")
    external_id = _require_header(request, "X-EXTERNAL-ID")
    if not re.fullmatch(r"[0-9]{1,36}", external_id, re.ASCII):
        raise Refusal(400, "01", "X-EXTERNAL-ID")
    is_signed = snap_signatures.is_request_signed(
        signature,
        keys.client_secret,
        method=str(request.method),
        path=request.path,
        access_token=token,
        body=request.body,
        timestamp=timestamp,
    )
    if partner_id != keys.partner_id or not is_signed:
        raise Refusal(401, "00", "Signature")
    _use_external_id(external_id, read_timestamp(timestamp))


def _require_header(request: HttpRequest, name: str) -> str:
    value = request.headers.get(name, "")
    if not value:
        raise Refusal(400, "02", name)
    return value


def _require_timely(request: HttpRequest, now: datetime) -> str:
    text = _require_header(request, "X-TIMESTAMP")
    try:
        moment = read_timestamp(text)
    except ValueError:
        raise Refusal(400, "01", "X-TIMESTAMP") from None
    skew = timedelta(seconds=int(faults.strike("skewed_clock") or 0))
    if abs(moment - (now + skew)) > CLOCK_DIFFERENCE_MAX:
        raise Refusal(401, "00", "X-TIMESTAMP")
    return text


def _require_token(request: HttpRequest, now: datetime) -> str:
    scheme, _, token = _require_header(request, "Authorization").partition(" ")
    if faults.strike("expired_token") is not None:
        AccessToken.objects.filter(token=token).delete()
    if scheme != "Bearer" or not AccessToken.objects.filter(token=token, expires_at__gt=now).exists():
        raise Refusal(401, "01")
    return token


def _use_external_id(number: str, moment: datetime) -> None:
    # The day that the sender wrote: a request that is sent again around midnight is of the same day.
    day = moment.astimezone(snap_signatures.WESTERN_INDONESIA).date()
    try:
        with transaction.atomic():
            ExternalId.objects.create(day=day, number=number)
    except IntegrityError:
        raise Refusal(409, "00") from None
