"""Money between people as push notifications: shares and paid requests, scheduled transfers, angpao that came back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.utils import formats
from django.utils.translation import gettext as _

from angpao import api as angpao
from angpao.errors import AngpaoNotFound
from angpao.events import AngpaoReturned
from peer_payments import api as peer_payments
from peer_payments.errors import RequestNotFound, ScheduleNotFound
from peer_payments.events import RequestChanged, ScheduleNoticed, SplitChanged
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.notifications import api as notifications
from superapp.notifications.api import NoticeText, PersonalFact, Source

REQUEST = "request"
SCHEDULE = "schedule"
ANGPAO = "angpao"


def register() -> None:
    """Register the sources. Such facts have no read mark, so each notification is sent, once."""
    for name, describe in ((REQUEST, describe_request), (SCHEDULE, describe_schedule), (ANGPAO, describe_angpao)):
        notifications.register_source(
            Source(name=name, describe=describe, filter_unseen=_all_unseen, filter_read=_all_read)
        )


@subscribe(RequestChanged)
def on_request_changed(event: RequestChanged) -> None:
    """
    Tell the requester of a payment.

    The payer is told of a new request by its card, which is a message like any other.
    """
    if event.state == "paid":
        _notify_of_request(event.requester_id, UUID(event.request))


@subscribe(SplitChanged)
def on_split_changed(event: SplitChanged) -> None:
    """
    Tell each payer of their own share of a bill, since its card is in a group that they may have muted.

    Payers who are no contacts of the maker, and between whom no request was ever paid, get no notification, since
    strangers could push text to them; they see the card and the list of bills.
    """
    shares = peer_payments.get_split(event.maker_id, UUID(event.split)).shares
    payers = {share.payer_id: share for share in shares if share.state == "open"}
    known = _filter_known(event.maker_id, set(payers))
    subjects = {user_id: f"{REQUEST}:{payers[user_id].public_id.hex}" for user_id in sorted(known)}
    notifications.notify_each(subjects, now=clock.now())


def _filter_known(maker_id: int, payer_ids: Collection[int]) -> set[int]:
    """Return those of these people who are contacts of the maker, or have paid a request of theirs, or got one paid."""
    strangers = {payer_id for _maker, payer_id in accounts.find_forbidden_pairs({(maker_id, one) for one in payer_ids})}
    return set(payer_ids) - strangers | peer_payments.filter_paid_between(maker_id, strangers)


@subscribe(ScheduleNoticed)
def on_schedule_noticed(event: ScheduleNoticed) -> None:
    """Notify the sender of a scheduled transfer of its outcome, or that it is due tomorrow."""
    subject = f"{SCHEDULE}:{UUID(event.schedule).hex}/{event.what}/{event.on}"
    notifications.notify(user_id=event.sender_id, subject=subject, now=clock.now())


@subscribe(AngpaoReturned)
def on_angpao_returned(event: AngpaoReturned) -> None:
    """Notify the sender of an expired angpao that the rest was returned."""
    subject = f"{ANGPAO}:{UUID(event.packet).hex}"
    notifications.notify(user_id=event.sender_id, subject=subject, now=clock.now())


def _notify_of_request(user_id: int, request: UUID) -> None:
    notifications.notify(user_id=user_id, subject=f"{REQUEST}:{request.hex}", now=clock.now())


def describe_request(user_id: int, key: str, now: datetime) -> NoticeText | None:
    """
    Return what a request is to one of its two people: paid for the requester, to be paid for the payer; else None.

    :raises RequestNotFound: for anybody else
    """
    asked = peer_payments.get_request(user_id, _parse(key, RequestNotFound))
    url = f"/dompet/minta/{asked.public_id}/"
    about = f" · {asked.note}" if asked.note else ""
    if user_id == asked.requester_id and asked.state == "paid":
        return _notice(asked.payer, _("Paid you {amount}").format(amount=asked.amount) + about, url)
    if user_id == asked.payer_id and asked.state == "open":
        sentence = _("Your share: {amount}") if asked.split else _("Asks you for {amount}")
        return _notice(asked.requester, sentence.format(amount=asked.amount) + about, url)
    return None


def describe_schedule(user_id: int, key: str, now: datetime) -> NoticeText | None:
    """
    Return what became of a scheduled transfer on a day; None if it was to be made and is paused or stopped since.

    :raises ScheduleNotFound: if it is another person's
    """
    schedule, what, on = [*key.split("/"), "", ""][:3]
    found = peer_payments.get_schedule(user_id, _parse(schedule, ScheduleNotFound))
    sentences = {
        "tomorrow": _("{amount} is sent on {day}, as you scheduled."),
        "paid": _("{amount} was sent, as you scheduled for {day}."),
        "failed": _("{amount} on {day} could not be sent. No money has moved."),
    }
    day = _parse_date(on)
    if day is None or what not in sentences:
        raise ScheduleNotFound
    if what == "tomorrow" and not (found.state == "active" and found.next_on == day):
        return None
    text = sentences[what].format(amount=found.money, day=formats.date_format(day, "j F"))
    receiver = accounts.get_people({found.receiver_id})[found.receiver_id]
    return _notice(receiver, text, f"/dompet/terjadwal/{found.public_id}/")


def describe_angpao(user_id: int, key: str, now: datetime) -> NoticeText | None:
    """
    Return how much of an angpao came back to its sender; None if nothing did.

    :raises AngpaoNotFound: if it is another person's
    """
    packet = _parse(key, AngpaoNotFound)
    returned = angpao.fetch_returned_amount(packet, sender_id=user_id)
    if returned is None:
        return None
    text = _("{amount} that nobody opened is back in your wallet.").format(amount=returned)
    url = f"/angpao/{packet}/"
    return NoticeText(number=1, title=_("Angpao"), text=text, url=url, face_id=str(packet), avatar=None)


def _notice(person: PersonRow, text: str, url: str) -> NoticeText:
    face_id, avatar = person["id"], person["avatar"]
    return NoticeText(number=1, title=person["name"], text=text, url=url, face_id=face_id, avatar=avatar)


def _all_unseen(facts: Collection[PersonalFact], now: datetime) -> set[PersonalFact]:
    return set(facts)


def _all_read(facts: Collection[PersonalFact]) -> set[PersonalFact]:
    return set(facts)


def _parse(key: str, refusal: type[Exception]) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise refusal from None


def _parse_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
