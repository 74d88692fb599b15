"""What clients may ask of wallets, on the socket and under ``/api/v1``: parse, one call, shape the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from payments import api, frames
from payments.offering import offered
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.money import Money
from superapp.realtime import registry
from superapp.realtime.registry import Caller, Shape, command

PAGE_MAX = 50
Seq = Annotated[int, Meta(ge=1, le=2**53)]
Rev = Annotated[int, Meta(ge=0, le=2**53)]
SecretText = Annotated[str, Meta(max_length=64)]


Handler = Callable[[Caller, Any], Any]


def _command(name: str, shape: type[Shape], **options: Any) -> Callable[[Handler], Handler]:
    """A command of clients, answered where money is offered (see ``payments.offering``)."""
    return lambda handler: command(name, shape, **options)(offered(handler))


class Nothing(Shape):
    pass


class WalletAnswer(msgspec.Struct):
    wallet: frames.WalletRow
    pin: frames.PinRow


@_command("payments.wallet", Nothing, rest="GET wallet", answer=WalletAnswer)
def wallet(caller: Caller, _nothing: Nothing) -> WalletAnswer:
    now = clock.now()
    shown = api.wallet(caller.user_id, now=now)
    state = api.pin_state(caller.user_id, device_id=caller.device_id, now=now)
    tried = api.wrong_elsewhere(caller.user_id, caller.device_id)
    return WalletAnswer(frames.wallet(shown), frames.pin(state, tried, device_id=caller.device_id))


class ChangesIn(Shape):
    after: Rev


@_command("payments.changes", ChangesIn, rest="GET wallet/changes", answer=frames.Changes)
def changes(caller: Caller, changes_in: ChangesIn) -> frames.Changes:
    found = api.wallet_changes(caller.user_id, after=changes_in.after, now=clock.now())
    return frames.Changes(
        rev=found.rev, wallet=frames.wallet(found.wallet), rows=frames.movements(found.rows), more=found.more
    )


class HistoryIn(Shape):
    before: Seq | None = None
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = PAGE_MAX
    search: Annotated[str, Meta(max_length=100)] = ""


@_command("payments.history", HistoryIn, rest="GET wallet/history", answer=frames.History)
def history(caller: Caller, history_in: HistoryIn) -> frames.History:
    # One more than a page, to know whether there is another.
    found = api.wallet_history(
        caller.user_id,
        before_seq=history_in.before,
        limit=history_in.limit + 1,
        search=history_in.search,
        now=clock.now(),
    )
    page = found[: history_in.limit]
    return frames.History(rows=frames.movements(page), more=len(found) > len(page))


class ReceiptIn(Shape):
    journal: UUID


@_command("payments.receipt", ReceiptIn, rest="GET wallet/receipts/<uuid:journal>", answer=frames.MovementRow)
def receipt(caller: Caller, receipt_in: ReceiptIn) -> frames.MovementRow:
    return frames.movements([api.receipt(caller.user_id, receipt_in.journal)])[0]


class RecipientIn(Shape):
    user: UUID | None = None
    handle: Annotated[str, Meta(max_length=60)] | None = None
    phone: Annotated[str, Meta(max_length=60)] | None = None


@_command("payments.recipient", RecipientIn, rest="GET wallet/recipient", cost=5)
def recipient(caller: Caller, recipient_in: RecipientIn) -> dict[str, Any]:
    """To whom money would go, by the name they really have: to be confirmed before it goes."""
    found = api.find_recipient(
        caller.user_id,
        user=recipient_in.user,
        handle=recipient_in.handle,
        phone=recipient_in.phone,
        now=clock.now(),
    )
    return {"person": found.person, "is_contact": found.is_contact}


class Amount(msgspec.Struct, frozen=True):
    amount_minor: int
    asset: str


class SendIn(Shape):
    user: UUID
    amount: Amount
    pin: SecretText
    idempotency_key: Annotated[str, Meta(min_length=1, max_length=64)]
    memo: str = ""


class SendAnswer(msgspec.Struct):
    journal: str


@_command("payments.send", SendIn, rest="POST wallet/send", cost=10, answer=SendAnswer)
def send(caller: Caller, send_in: SendIn) -> SendAnswer:
    """Send money, once; what was answered under a key is answered again, refusals too."""
    answer = api.send_to_person(
        sender_id=caller.user_id,
        receiver=send_in.user,
        amount=Money(send_in.amount.amount_minor, send_in.amount.asset),
        memo=send_in.memo,
        device_id=caller.device_id,
        pin=send_in.pin,
        idempotency_key=send_in.idempotency_key,
        now=clock.now(),
    )
    if isinstance(answer, api.Refused):
        raise answer.error()
    return SendAnswer(str(answer.public_id))


class NewPin(Shape):
    pin: SecretText


@_command("payments.pin_set", NewPin, rest="POST wallet/pin", cost=10)
def pin_set(caller: Caller, new: NewPin) -> dict[str, Any]:
    """
    Set the first PIN, at once from a device that is trusted. From another it is asked for with a code, and set by
    ``payments.pin_reset`` a day later.
    """
    api.set_pin_on_device(user_id=caller.user_id, device_id=caller.device_id, pin=new.pin, now=clock.now())
    return {}


class ChangedPin(Shape):
    old: SecretText
    new: SecretText


@_command("payments.pin_change", ChangedPin, rest="PUT wallet/pin", cost=10)
def pin_change(caller: Caller, changed: ChangedPin) -> dict[str, Any]:
    api.change_pin(
        user_id=caller.user_id, device_id=caller.device_id, old=changed.old, new=changed.new, now=clock.now()
    )
    return {}


@_command("payments.pin_forgive", Nothing, rest="DELETE wallet/pin/tries", cost=5)
def pin_forgive(caller: Caller, _nothing: Nothing) -> dict[str, Any]:
    """Say that the wrong tries on other devices were one's own, from a device that is trusted."""
    api.forgive_wrong(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {}


class Asked(msgspec.Struct):
    """After how many seconds another code may be asked for."""

    retry_after: int


@_command("payments.pin_code", Nothing, rest="POST wallet/pin/code", cost=20, answer=Asked)
def pin_code(caller: Caller, _nothing: Nothing) -> Asked:
    """Send a code to the number of who asks, good on this device alone, with which a new PIN is asked for."""
    wait_s = accounts.send_code_to_owner(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return Asked(retry_after=wait_s)


class CodeIn(Shape):
    code: SecretText


class Reset(msgspec.Struct):
    """From when a new PIN may be set."""

    reset_from: str


@_command("payments.pin_ask", CodeIn, rest="POST wallet/pin/reset", cost=10, answer=Reset)
def pin_ask(caller: Caller, code_in: CodeIn) -> Reset:
    """Ask for a new PIN, or a first one, with the code that came; the day of waiting begins."""
    now = clock.now()
    proved_at = accounts.prove_owner(
        user_id=caller.user_id, device_id=caller.device_id, code=code_in.code.strip(), now=now
    )
    reset_from = api.ask_pin_reset(
        user_id=caller.user_id, device_id=caller.device_id, code_proved_at=proved_at, now=now
    )
    return Reset(clock.wire(reset_from))


@_command("payments.pin_reset", NewPin, rest="PUT wallet/pin/reset", cost=10)
def pin_reset(caller: Caller, new: NewPin) -> dict[str, Any]:
    """Set the new PIN once the day of waiting is over, on the device that asked for it."""
    api.reset_pin(user_id=caller.user_id, pin=new.pin, device_id=caller.device_id, now=clock.now())
    return {}


@_command("payments.pin_reset_end", Nothing, rest="DELETE wallet/pin/reset", cost=5)
def pin_reset_end(caller: Caller, _nothing: Nothing) -> dict[str, Any]:
    """End what was asked for, wherever it was, from a device that is trusted; the PIN stays as it is."""
    api.end_pin_reset(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {}


def _rev(caller: Caller, wallet_id: str) -> int:
    return api.wallet_rev(caller.user_id, wallet_id, now=clock.now())


registry.topic("wallet", offered(_rev))
