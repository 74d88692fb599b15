"""Services around QR codes: generate, query and refund."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from payments.adapters.bank_keys import BankKeys
from payments.adapters.snap_signatures import format_timestamp
from simulators.bank import qr_codes
from simulators.bank.fields import Body
from simulators.bank.models import QrCode
from simulators.bank.money import write_amount
from simulators.bank.responses import Refusal

VALID_BY_DEFAULT = timedelta(minutes=15)
GENERATE_SERVICE = "47"


def generate(body: Body, keys: BankKeys, now: datetime) -> dict[str, Any]:
    """Make a code for one payment (service 47)."""
    more = body.additional()
    expires_at = body.optional_moment("validityPeriod") or now + VALID_BY_DEFAULT
    if expires_at <= now:
        raise Refusal(400, "01", "validityPeriod")
    code = qr_codes.make_code(
        keys,
        partner_reference=body.text("partnerReferenceNo"),
        amount=body.amount("amount"),
        merchant_id=body.text("merchantId", chars_max=15, pattern=r"[0-9A-Za-z]+"),
        merchant_name=more.optional_text("merchantName", chars_max=25) or "NUSA",
        merchant_city=more.optional_text("merchantCity", chars_max=15) or "JAKARTA",
        expires_at=expires_at,
    )
    return {
        "referenceNo": code.reference,
        "partnerReferenceNo": code.partner_reference,
        "qrContent": code.content,
        "validityPeriod": format_timestamp(code.expires_at),
    }


def query(body: Body, _keys: BankKeys, now: datetime) -> dict[str, Any]:
    """Return the state of a code (service 51)."""
    if body.text("serviceCode", chars_max=2) != GENERATE_SERVICE:
        raise Refusal(400, "01", "serviceCode")
    code = _require_code(body)
    status, text = _status(code, now)
    paid = {} if code.paid_at is None else {"paidTime": format_timestamp(code.paid_at)}
    return {
        "originalReferenceNo": code.reference,
        "originalPartnerReferenceNo": code.partner_reference,
        "serviceCode": GENERATE_SERVICE,
        "latestTransactionStatus": status,
        "transactionStatusDesc": text,
        **paid,
        "amount": write_amount(code.amount),
        "additionalInfo": {
            "referenceNo": code.payment_reference,
            "payerName": code.payer.name if code.payer else "",
            "refundedAmount": write_amount(code.refunded),
        },
    }


def refund(body: Body, keys: BankKeys, now: datetime) -> dict[str, Any]:
    """Refund a paid code, or a part of it (service 78)."""
    made = qr_codes.refund(
        keys,
        _require_code(body),
        partner_refund_no=body.text("partnerRefundNo"),
        amount=body.amount("refundAmount"),
        reason=body.optional_text("reason", chars_max=100),
        now=now,
    )
    return {
        "originalReferenceNo": made.code.reference,
        "originalPartnerReferenceNo": made.code.partner_reference,
        "refundNo": made.refund_no,
        "partnerRefundNo": made.partner_refund_no,
        "refundAmount": write_amount(made.amount),
        "refundTime": format_timestamp(made.refunded_at),
    }


def _require_code(body: Body) -> QrCode:
    named = {
        "partner_reference": body.optional_text("originalPartnerReferenceNo"),
        "reference": body.optional_text("originalReferenceNo"),
    }
    if not any(named.values()):
        raise Refusal(400, "02", "originalPartnerReferenceNo")
    found = QrCode.objects.select_related("payer").filter(**{name: value for name, value in named.items() if value})
    code = found.first()
    if code is None:
        raise Refusal(404, "01", latestTransactionStatus="07", transactionStatusDesc="Not Found")
    return code


def _status(code: QrCode, now: datetime) -> tuple[str, str]:
    if code.paid_at is not None:
        return ("04", "Refunded") if code.refunded == code.amount else ("00", "Success")
    return ("06", "Expired") if code.expires_at <= now else ("01", "Initiated")
