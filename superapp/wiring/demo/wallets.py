"""Money in the demo people's wallets, moved through the facades with two operators and everybody's PIN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from django.db import transaction

from payments import api as payments
from payments.errors import PinAlreadySet
from payments.events import MoneySent
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.core.money import Money
from superapp.wiring.demo.conversation_script import TIME_ZONE
from superapp.wiring.demo.operators import OPERATORS
from superapp.wiring.demo.people import DEMO_PEOPLE
from superapp.wiring.demo.script_files import Written, read_list

PIN = "258036"
# A time, and a function that carries out what happened then.
ScheduledAction = tuple[datetime, Callable[[], object]]
# They need a PIN to pay for their orders.
BUYERS = ("emma", "fatimah", "sekar", "yohana")


class DemoTransfer(Written, frozen=True, kw_only=True):
    """A transfer a number of days ago, at a time of day; without a sender it is a top-up in cash."""

    days_ago: int
    at: str
    sender: str = ""
    receiver: str
    rupiah: int
    words: str


TRANSFERS = read_list("transfers", DemoTransfer)


@dataclass(frozen=True, kw_only=True)
class SentTransfer:
    """A transfer between demo people, to be shown in their conversation."""

    at: datetime
    sender: str
    receiver: str
    event: MoneySent


def fill_wallets(*, now: datetime, besides: Sequence[ScheduledAction] = ()) -> list[SentTransfer]:
    """
    Make the demo people's top-ups and transfers, and run the actions ``besides`` at their times in between.

    Returns the transfers, made now or before. An interrupted run is completed by the next call: each transfer has
    an idempotency key, and a top-up is made only once.

    Does nothing if payments are disabled. Must not run inside the world's transaction, since PIN attempts are
    counted in transactions of their own.
    """
    if not payments.is_enabled():
        return []
    people = {person.key: _found(person.number) for person in DEMO_PEOPLE}
    operators = [_operator(name, handle, now=now) for name, handle in OPERATORS]
    for key in sorted({*(moved.sender for moved in TRANSFERS if moved.sender), *BUYERS}):
        _set_pin(people[key], now=now)
    moves: list[ScheduledAction] = [
        (_moment(moved, now), partial(_move, moved, number, people, operators, now=now))
        for number, moved in enumerate(TRANSFERS)
    ]
    done = [do() for _at, do in sorted([*moves, *besides], key=lambda deed: deed[0])]
    return [each for each in done if isinstance(each, SentTransfer)]


def _move(
    moved: DemoTransfer, number: int, people: Mapping[str, int], operators: Sequence[int], *, now: datetime
) -> SentTransfer | None:
    at, amount = _moment(moved, now), Money(moved.rupiah * 100)
    if moved.sender:
        return _send(moved, people, key=f"demo-{number}", at=at)
    _top_up(people[moved.receiver], amount, moved.words, operators, now=at)
    return None


@transaction.atomic
def _top_up(user_id: int, amount: Money, reason: str, operators: Sequence[int], *, now: datetime) -> None:
    # Another process that fills the same wallet waits here. No person gets the same amount twice in the script.
    accounts.lock_people({user_id})
    got = payments.list_wallet_movements(user_id, now=now, limit=100)
    if any(row.kind == "topped_up" and row.delta == amount for row in got):
        return
    maker, checker = operators
    asked = payments.request_top_up(user_id=user_id, amount=amount, reason=reason, maker_id=maker, now=now)
    payments.approve_top_up(top_up=asked.public_id, checker_id=checker, now=now)


def _send(moved: DemoTransfer, people: Mapping[str, int], *, key: str, at: datetime) -> SentTransfer:
    amount, sender, receiver = Money(moved.rupiah * 100), people[moved.sender], people[moved.receiver]
    answer = payments.send_money(
        sender_id=sender,
        receiver_id=receiver,
        amount=amount,
        memo=moved.words,
        pin=PIN,
        idempotency_key=key,
        now=at,
    )
    assert isinstance(answer, payments.Posted), answer
    event = MoneySent(
        journal=str(answer.public_id),
        sender_id=sender,
        receiver_id=receiver,
        amount_minor=amount.amount_minor,
        asset=amount.asset,
        memo=moved.words,
    )
    return SentTransfer(at=at, sender=moved.sender, receiver=moved.receiver, event=event)


def _found(number: str) -> int:
    user = accounts.find_user_by_phone_number(number)
    assert user is not None
    return user.pk


def _operator(name: str, handle: str, *, now: datetime) -> int:
    try:
        user = accounts.get_user_by_handle(handle)
    except PersonNotFound:
        user = accounts.create_person(name=name, handle=handle, now=now)
        accounts.grant_operator(user_id=user.pk)
    return user.pk


def _set_pin(user_id: int, *, now: datetime) -> None:
    try:
        payments.set_first_pin(user_id=user_id, pin=PIN, now=now)
    except PinAlreadySet:
        return


def _moment(moved: DemoTransfer, now: datetime) -> datetime:
    date = now.astimezone(TIME_ZONE).date() - timedelta(days=moved.days_ago)
    return datetime.combine(date, time.fromisoformat(moved.at), TIME_ZONE)
