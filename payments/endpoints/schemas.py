"""Request schemas of the payments commands."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from superapp.realtime.registry import RequestSchema

PAGE_MAX = 50


Seq = Annotated[int, Meta(ge=1, le=2**53)]


Rev = Annotated[int, Meta(ge=0, le=2**53)]


SecretText = Annotated[str, Meta(max_length=64)]


class EmptyRequest(RequestSchema):
    pass


class WalletChangesRequest(RequestSchema):
    after: Rev


class HistoryRequest(RequestSchema):
    before: Seq | None = None
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = PAGE_MAX
    search: Annotated[str, Meta(max_length=100)] = ""


class ReceiptRequest(RequestSchema):
    journal: UUID


class RecipientRequest(RequestSchema):
    user: UUID | None = None
    handle: Annotated[str, Meta(max_length=60)] | None = None
    phone: Annotated[str, Meta(max_length=60)] | None = None


class AmountField(msgspec.Struct, frozen=True):
    amount_minor: int
    asset: str


class SendRequest(RequestSchema):
    user: UUID
    amount: AmountField
    pin: SecretText
    idempotency_key: Annotated[str, Meta(min_length=1, max_length=64)]
    memo: str = ""


class NewPinRequest(RequestSchema):
    pin: SecretText


class ChangePinRequest(RequestSchema):
    old: SecretText
    new: SecretText


class PinCodeRequest(RequestSchema):
    code: SecretText
