"""
The requests that a bank makes to us, in SNAP BI: who is behind a virtual account, and what was paid.

Nothing is believed without the bank's signature. A request is answered with success only when the money is posted; on
anything else the bank asks again, and what it gives up on is found in its history.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.actions.charges import get_top_up_room
from payments.actions.incoming_payments import BankCredit, find_virtual_account, place_incoming_payment
from payments.adapters import banks
from payments.adapters.snap_amounts import format_amount, read_amount
from payments.adapters.snap_signatures import is_notification_signed, is_request_signed, is_token_request_signed
from payments.errors import KeyReused, NoBank
from payments.models import BankMessage, Charge, VirtualAccount
from superapp.core import clock
from superapp.core.errors import AmountInvalid
from superapp.core.money import Money

TOKEN, VA_INQUIRY, VA_PAYMENT, QR_NOTIFY = "73", "24", "25", "52"
TOKEN_SECONDS = 900
BODY_BYTES_MAX = 16_384
CLOCK_DIFFERENCE_MAX = timedelta(minutes=5)
EXTERNAL_ID_CHARS_MAX = 36
REFERENCE_CHARS_MAX = 64
SALT = "payments.bank_callbacks"

log = structlog.get_logger(__name__)
Json = dict[str, Any]


class Refusal(Exception):
    """A refusal in the standard's terms: the HTTP status, the case and what it means."""

    def __init__(self, status: int, case: str, message: str) -> None:
        super().__init__(message)
        self.status, self.case, self.message = status, case, message


@dataclass(frozen=True, slots=True)
class BankRequest:
    """A request that the bank signed: its number, the fields of its body and when it came."""

    external_id: str
    fields: Json
    received_at: datetime


Handler = Callable[[BankRequest], Json]


@csrf_exempt
@require_POST
def issue_token(request: HttpRequest) -> HttpResponse:
    """Return an access token to the bank, which signs the request with its private key."""
    try:
        keys = banks.get_keys()
        timestamp = _require_timestamp(request)
        signature = request.headers.get("X-Signature", "")
        if request.headers.get("X-Client-Key") != keys.client_id or not is_token_request_signed(
            signature, keys.bank_public, client_id=keys.client_id, timestamp=timestamp
        ):
            raise Refusal(401, "00", "Unauthorized. Signature")
    except NoBank:
        return _refuse(TOKEN, Refusal(404, "01", "No bank is connected"))
    except Refusal as refusal:
        return _refuse(TOKEN, refusal)
    token = signing.TimestampSigner(salt=SALT).sign(keys.client_id)
    return _answer(TOKEN, {"accessToken": token, "tokenType": "BearerToken", "expiresIn": str(TOKEN_SECONDS)})


@csrf_exempt
@require_POST
def inquire_virtual_account(request: HttpRequest) -> HttpResponse:
    """Tell the bank whose number this is and how much is to be paid; an amount of zero is for the payer to choose."""
    return _handle(request, VA_INQUIRY, _has_signature_under_token, _inquire)


@csrf_exempt
@require_POST
def take_virtual_account_payment(request: HttpRequest) -> HttpResponse:
    """Post a payment to a virtual account."""
    return _handle(request, VA_PAYMENT, _has_signature_under_token, _take_va_payment)


@csrf_exempt
@require_POST
def take_qr_payment(request: HttpRequest) -> HttpResponse:
    """Post a payment of a code, which the bank tells without an access token."""
    return _handle(request, QR_NOTIFY, _has_notification_signature, _take_qr_payment)


def _handle(
    request: HttpRequest, service: str, is_signed: Callable[[HttpRequest, str], bool], handler: Handler
) -> HttpResponse:
    now = clock.now()
    try:
        asked = _authenticate(request, is_signed, now)
        day = timezone.localtime(now).date()
        stored = {"service": service, "external_id": asked.external_id, "day": day}
        if BankMessage.objects.filter(**stored).exists():
            raise Refusal(409, "00", "Conflict")
        with transaction.atomic():
            answer = handler(asked)
            BankMessage.objects.create(**stored, body=request.body.decode(), answer=json.dumps(answer), received_at=now)
    except NoBank:
        return _refuse(service, Refusal(404, "01", "No bank is connected"))
    except IntegrityError:  # The same request, at the same moment.
        return _refuse(service, Refusal(409, "00", "Conflict"))
    except Refusal as refusal:
        return _refuse(service, refusal)
    return _answer(service, answer)


def _authenticate(request: HttpRequest, is_signed: Callable[[HttpRequest, str], bool], now: datetime) -> BankRequest:
    """Return a request of the bank. What costs little is checked first."""
    banks.get_keys()
    timestamp = _require_timestamp(request)
    external_id = request.headers.get("X-External-Id", "")
    if not (external_id.isascii() and external_id.isdigit() and len(external_id) <= EXTERNAL_ID_CHARS_MAX):
        raise Refusal(400, "01", "Invalid Field Format X-EXTERNAL-ID")
    if len(request.body) > BODY_BYTES_MAX:
        raise Refusal(400, "00", "Bad Request")
    if not is_signed(request, timestamp):
        raise Refusal(401, "00", "Unauthorized. Signature")
    try:
        fields = json.loads(request.body.decode())
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise Refusal(400, "00", "Bad Request")
    return BankRequest(external_id, fields, now)


def _require_timestamp(request: HttpRequest) -> str:
    """Return the time of a request that has a signature, whatever that is worth."""
    if not request.headers.get("X-Signature"):
        raise Refusal(401, "00", "Unauthorized. Signature")
    text = request.headers.get("X-Timestamp", "")
    try:
        moment = datetime.fromisoformat(text)
        is_near = abs(clock.now() - moment) <= CLOCK_DIFFERENCE_MAX
    except (ValueError, TypeError, OverflowError):
        is_near = False
    if not is_near:
        raise Refusal(400, "01", "Invalid Field Format X-TIMESTAMP")
    return text


def _has_signature_under_token(request: HttpRequest, timestamp: str) -> bool:
    keys = banks.get_keys()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        signing.TimestampSigner(salt=SALT).unsign(token, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        raise Refusal(401, "01", "Invalid Token (B2B)") from None
    return is_request_signed(
        request.headers.get("X-Signature", ""),
        keys.client_secret,
        method="POST",
        path=request.path,
        access_token=token,
        body=request.body,
        timestamp=timestamp,
    )


def _has_notification_signature(request: HttpRequest, timestamp: str) -> bool:
    return is_notification_signed(
        request.headers.get("X-Signature", ""),
        banks.get_keys().bank_public,
        method="POST",
        path=request.path,
        body=request.body,
        timestamp=timestamp,
    )


def _inquire(asked: BankRequest) -> Json:
    account = _get_virtual_account(asked.fields)
    charge = account.charge
    if charge is not None and charge.state == Charge.State.PAID:
        raise Refusal(404, "14", "Paid Bill")
    if charge is not None and (charge.state != Charge.State.OPEN or charge.expires_at <= asked.received_at):
        raise Refusal(404, "19", "Invalid Bill/Virtual Account")
    if charge is None and get_top_up_room(account.user_id, now=asked.received_at) == Money(0):
        raise Refusal(403, "02", "Exceeds Transaction Amount Limit")
    amount = Money(charge.amount if charge else 0)
    return {
        "virtualAccountData": {
            **_echo(asked.fields),
            "inquiryStatus": "00",
            "inquiryReason": {"english": "Success", "indonesia": "Sukses"},
            "inquiryRequestId": _text(asked.fields, "inquiryRequestId"),
            "virtualAccountName": account.user.name,
            "totalAmount": format_amount(amount),
            "virtualAccountTrxType": "C" if charge else "O",
        }
    }


def _take_va_payment(asked: BankRequest) -> Json:
    account = _get_virtual_account(asked.fields)
    reference = _require_text(asked.fields, "referenceNo")
    amount = _require_amount(asked.fields, "paidAmount")
    _place(reference, account.number, amount, asked)
    return {
        "virtualAccountData": {
            **_echo(asked.fields),
            "paymentRequestId": _text(asked.fields, "paymentRequestId"),
            "referenceNo": reference,
            "virtualAccountName": account.user.name,
            "paidAmount": format_amount(amount),
            "paymentFlagStatus": "00",
            "paymentFlagReason": {"english": "Success", "indonesia": "Sukses"},
        }
    }


def _take_qr_payment(asked: BankRequest) -> Json:
    more = asked.fields.get("additionalInfo")
    if _text(asked.fields, "latestTransactionStatus") == "00":
        reference = _require_text(more if isinstance(more, dict) else {}, "referenceNo")
        paid_to = _require_text(asked.fields, "originalPartnerReferenceNo")
        _place(reference, paid_to, _require_amount(asked.fields, "amount"), asked)
    return {}


def _place(reference: str, paid_to: str, amount: Money, asked: BankRequest) -> None:
    credit = BankCredit(bank_reference=reference, paid_to=paid_to, amount=amount, paid_at=_read_paid_at(asked))
    try:
        place_incoming_payment(credit, now=asked.received_at)
    except KeyReused:
        log.error("bank_tells_two_stories", bank_reference=reference)
        raise Refusal(404, "18", "Inconsistent Request") from None


def _read_paid_at(asked: BankRequest) -> datetime:
    """Return the bank's time of a payment, or ours if it is none or in the future."""
    text = _text(asked.fields, "trxDateTime") or _text(asked.fields, "paidTime")
    try:
        # Compared in UTC, as stored; local times before 0001-01-01 UTC cannot be converted.
        return min(datetime.fromisoformat(text), asked.received_at).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return asked.received_at


def _get_virtual_account(fields: Json) -> VirtualAccount:
    number = _require_text(fields, "virtualAccountNo").strip()
    account = find_virtual_account(number) if number.isascii() and number.isdigit() else None
    if account is None:
        raise Refusal(404, "12", "Invalid Bill/Virtual Account [Not Found]")
    return account


def _echo(fields: Json) -> Json:
    return {name: _text(fields, name) for name in ("partnerServiceId", "customerNo", "virtualAccountNo")}


def _text(fields: Json, name: str) -> str:
    value = fields.get(name)
    return value[:REFERENCE_CHARS_MAX] if isinstance(value, str) and value.isprintable() else ""


def _require_text(fields: Json, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= REFERENCE_CHARS_MAX or not value.isprintable():
        raise Refusal(400, "02", f"Missing Mandatory Field {name}")
    return value


def _require_amount(fields: Json, name: str) -> Money:
    try:
        return read_amount(fields.get(name)).require_positive()
    except (ValueError, AmountInvalid):
        raise Refusal(404, "13", "Invalid Amount") from None


def _answer(service: str, fields: Json) -> JsonResponse:
    return JsonResponse({"responseCode": f"200{service}00", "responseMessage": "Successful", **fields})


def _refuse(service: str, refusal: Refusal) -> JsonResponse:
    log.warning("bank_request_refused", service=service, status=refusal.status, why=refusal.message)
    body = {"responseCode": f"{refusal.status}{service}{refusal.case}", "responseMessage": refusal.message}
    return JsonResponse(body, status=refusal.status)
