"""Entries that are posted to the ledger, and the results of posting."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal
from uuid import UUID

import msgspec

from payments import errors
from payments.domain import authorization as authorizations
from payments.domain.authorization import Authorization
from superapp.core import ids
from superapp.core.errors import AmountInvalid, DomainError, InputInvalid
from superapp.core.events import Event
from superapp.core.money import Money

LINES_MAX = 100
MEMO_CHARS_MAX = 140

TransferPhase = Literal["posted", "hold", "capture", "void"]

_canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """An idempotency key within a scope (the caller and the command), with the hash of the request's content."""

    scope: str
    key: str
    content_hash: str

    def __post_init__(self) -> None:
        if not (0 < len(self.scope) <= 128 and 0 < len(self.key) <= 128 and self.key.isprintable()):
            raise InputInvalid(detail="idempotency_key")


def derive_key(scope: str, key: str, content: Mapping[str, object]) -> IdempotencyKey:
    """
    Build the idempotency key of a command.

    ``content`` holds only what the client sent, nothing computed from it, so that a retry has the same hash.
    """
    return IdempotencyKey(scope, key, hashlib.sha256(_canonical(dict(content))).hexdigest())


@dataclass(frozen=True, slots=True)
class TransferLine:
    """
    One transfer of a journal: ``amount`` from ``debit_id`` to ``credit_id``.

    A hold sets the amount aside until ``expires_at``; a capture or void names the hold's transfer as ``pending_id``.
    """

    debit_id: int
    credit_id: int
    amount: Money
    phase: TransferPhase = "posted"
    pending_id: int | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.amount.amount_minor == 0) != (self.phase == "void") or self.amount.amount_minor < 0:
            raise AmountInvalid
        if (self.pending_id is not None) != (self.phase in ("capture", "void")):
            raise ValueError("a capture or void names its hold, and nothing else does")
        if self.expires_at is not None and self.phase != "hold":
            raise ValueError("only a hold expires")


@dataclass(frozen=True, slots=True)
class JournalRefund:
    """A refund of all or part of another journal, checked against that journal's refund cap."""

    journal_id: int
    amount: Money


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    """
    A journal to be posted, with its memo, refund cap and fact.

    :raises NotAuthorized: if its kind does not accept the authorization's method
    """

    key: IdempotencyKey
    kind: str
    authorization: Authorization
    lines: tuple[TransferLine, ...]
    reference: str = ""
    actor_id: int | None = None
    memo: str = ""
    event_at: datetime | None = None
    # The most that may be refunded of this journal; None if it is not refundable.
    refund_cap: Money | None = None
    refund: JournalRefund | None = None
    fact: Event | None = None
    public_id: UUID = field(default_factory=ids.new_id)

    def __post_init__(self) -> None:
        authorizations.require_authorization(self.kind, self.authorization)
        if not 0 < len(self.lines) <= LINES_MAX:
            raise ValueError(f"between 1 and {LINES_MAX} lines")
        if len(self.memo) > MEMO_CHARS_MAX or "\0" in self.memo:
            raise InputInvalid(detail="memo")
        if self.refund and any(line.phase != "posted" for line in self.lines):
            raise ValueError("a refund is posted")

    @cached_property
    def memo_salt(self) -> str:
        return secrets.token_hex(16)

    @property
    def memo_hash(self) -> str:
        """The salted hash of the memo; without a salt, short texts could be guessed from it."""
        return hashlib.sha256((self.memo_salt + self.memo).encode()).hexdigest() if self.memo else ""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """The new balances and version of a changed account."""

    account_id: int
    version: int
    balance: int
    held: int


@dataclass(frozen=True, slots=True)
class Posted:
    """The result of a posted journal; ``replayed`` if it was posted by an earlier request under the key."""

    journal_id: int
    public_id: UUID
    replayed: bool = False
    changes: tuple[AccountChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The result of a refused journal; final under its idempotency key."""

    code: str
    replayed: bool = False
    changes: tuple[AccountChange, ...] = ()

    def error(self) -> DomainError:
        """Return the refusal as an error, to be raised once the stored response is committed."""
        return errors.refusals[self.code]()


@dataclass(frozen=True, slots=True)
class Reused:
    """The result for an idempotency key that belongs to a different request; nothing was done."""

    def error(self) -> DomainError:
        return errors.KeyReused()


PostingResult = Posted | Refused
PostingOutcome = Posted | Refused | Reused


def collect_accounts(entries: Sequence[JournalEntry]) -> tuple[list[int], set[int]]:
    """Return the ids of all accounts that the entries touch, sorted, and the set of those that are debited."""
    debited = {line.debit_id for entry in entries for line in entry.lines}
    return sorted(debited | {line.credit_id for entry in entries for line in entry.lines}), debited
