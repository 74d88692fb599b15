"""Sending, opening and returning angpao: who may, what moves, and what happens on a repetition."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from angpao import api, errors
from angpao.actions.returning import RETRY_AFTER
from angpao.contracts import Opening
from angpao.domain import splits
from angpao.events import AngpaoOpened, AngpaoReturned, AngpaoSent
from angpao.maintenance.integrity_checks import check_integrity
from angpao.models import Packet, Slot
from angpao.writers import openings
from chat import api as chat
from chat.models import Member
from payments import api as payments
from payments.errors import KeyReused, NotOffered, PinWrong
from payments.models import Journal
from superapp.accounts import api as accounts
from superapp.core.errors import AmountInvalid, AmountNotWhole, InputInvalid
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.angpao.conftest import open_one
from tests.payments.purses import PIN, balance, top_up

DAY = timedelta(hours=24)


def facts(event):
    return [row.payload for row in Fact.objects.filter(name=event.name).order_by("pk")]


def test_sending_sets_the_money_aside_and_splits_it(ana, send, now):
    packet = send(total=20_000_00, slots=2)

    amounts = [slot.amount_sen // 100 for slot in Slot.objects.order_by("position")]
    assert (balance(ana, now), payments.get_escrow_balances()) == (
        480_000_00,
        {f"angpao.packet:{packet.public_id}": 20_000_00},
    )
    assert (len(amounts), sum(amounts)) == (2, 20_000)
    assert packet.commitment == splits.commit_to(packet.seed, amounts)
    assert facts(AngpaoSent) == [
        {"packet": str(packet.public_id), "audience": packet.audience, "sender_id": ana.pk},
    ]
    assert check_integrity() == []


def test_sending_twice_is_one_angpao_and_needs_no_second_pin(ana, ask_for, now):
    request = ask_for()
    first = api.send_angpao(request, device_id=None, pin=PIN, now=now)

    again = api.send_angpao(request, device_id=None, pin="000001", now=now)

    assert (again.pk, Packet.objects.count(), balance(ana, now)) == (first.pk, 1, 480_000_00)


@pytest.mark.parametrize(
    "changes", [{"slots": 1}, {"mode": "equal"}, {"total": Money(30_000_00)}, {"message": "Lain"}], ids=str
)
def test_id_of_another_angpao_is_refused(ana, ask_for, now, changes):
    request = ask_for()
    api.send_angpao(request, device_id=None, pin=PIN, now=now)

    with pytest.raises(errors.KeyReused):
        api.send_angpao(replace(request, **changes), device_id=None, pin=PIN, now=now)

    assert (Packet.objects.count(), balance(ana, now)) == (1, 480_000_00)


def test_id_of_somebody_elses_angpao_is_refused(ana, make_payer, make_group, ask_for, now):
    request = ask_for()
    api.send_angpao(request, device_id=None, pin=PIN, now=now)
    dedi = make_payer("dedi", 50_000_00)
    theirs = make_group(dedi, ana)

    with pytest.raises(errors.KeyReused):
        api.send_angpao(
            replace(request, sender_id=dedi.pk, audience=f"chat.conversation:{theirs.public_id}", slots=1),
            device_id=None,
            pin=PIN,
            now=now,
        )

    assert balance(dedi, now) == 50_000_00


def test_refusal_for_lack_of_money_is_final_for_its_id(make_user, ana, ask_for, now):
    request = ask_for(total=600_000_00)
    first = api.send_angpao(request, device_id=None, pin=PIN, now=now)
    top_up(make_user, ana, 300_000_00, now)

    again = api.send_angpao(request, device_id=None, pin=PIN, now=now)

    assert (first.code, again.code) == ("payments.insufficient_funds",) * 2
    assert (Packet.objects.count(), balance(ana, now)) == (0, 800_000_00)
    with pytest.raises(KeyReused):
        api.send_angpao(replace(request, total=Money(20_000_00)), device_id=None, pin=PIN, now=now)


def test_wrong_pin_sends_nothing(ana, ask_for, now):
    with pytest.raises(PinWrong):
        api.send_angpao(ask_for(), device_id=None, pin="000001", now=now)

    assert (Packet.objects.count(), balance(ana, now)) == (0, 500_000_00)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"slots": 0}, errors.TooManySlots),
        ({"slots": 3}, errors.TooManySlots),
        ({"total": 1_999_00}, errors.TooLittle),
        ({"total": 10_001_00, "mode": "equal"}, errors.NotDivisible),
        ({"total": 20_000_50}, AmountNotWhole),
        ({"total": 1, "slots": 1}, AmountNotWhole),
        ({"total": 0}, AmountInvalid),
        ({"total": Money(20_000_00, "USD")}, AmountInvalid),
        ({"mode": "greedy"}, InputInvalid),
        ({"message": "x" * 101}, errors.MessageTooLong),
        ({"audience": "chat.conversation:nobody"}, errors.AudienceNotFound),
        ({"audience": "shop.order:1"}, errors.AudienceNotFound),
    ],
    ids=lambda value: getattr(value, "code", None) or str(value),
)
def test_unsound_angpao_is_refused(ana, ask_for, now, changes, refusal):
    with pytest.raises(refusal):
        api.send_angpao(ask_for(**changes), device_id=None, pin=PIN, now=now)

    assert (Packet.objects.count(), balance(ana, now)) == (0, 500_000_00)


def test_outsider_sends_nothing_to_a_group(make_payer, ask_for, now):
    eve = make_payer("eve", 50_000_00)

    with pytest.raises(errors.AudienceNotFound):
        api.send_angpao(ask_for(sender_id=eve.pk, slots=1), device_id=None, pin=PIN, now=now)

    assert (Packet.objects.count(), balance(eve, now)) == (0, 50_000_00)


def test_member_who_was_muted_sends_nothing_to_the_group(ana, group, ask_for, now):
    """The message in an envelope stands in the group as any other does."""
    Member.objects.filter(conversation=group, user=ana).update(is_silenced=True)

    with pytest.raises(errors.AudienceNotFound):
        api.send_angpao(ask_for(), device_id=None, pin=PIN, now=now)

    assert (Packet.objects.count(), balance(ana, now)) == (0, 500_000_00)


def test_lucky_mode_has_a_gate_of_its_own(ana, ask_for, settings, now):
    settings.ANGPAO_LUCKY = False

    with pytest.raises(errors.LuckyNotOffered):
        api.send_angpao(ask_for(), device_id=None, pin=PIN, now=now)

    assert isinstance(api.send_angpao(ask_for(mode="equal"), device_id=None, pin=PIN, now=now), Packet)


def test_without_payments_there_is_no_angpao(ana, ask_for, settings, now):
    settings.LEGAL_PROFILE = "social_commerce"

    with pytest.raises(NotOffered):
        api.send_angpao(ask_for(), device_id=None, pin=PIN, now=now)


def test_contact_gets_the_whole_angpao(ana, bo, eve, make_direct, send, now):
    conversation = make_direct(ana, bo)
    packet = send(slots=1, audience=f"chat.conversation:{conversation.public_id}")

    opened = open_one(packet, bo, now)

    assert (opened.amount, balance(bo, now)) == (Money(20_000_00), 20_000_00)
    with pytest.raises(errors.AngpaoNotFound):
        open_one(packet, eve, now)


def test_opening_pays_each_member_once_and_finishes_the_packet(ana, bo, cici, send, now):
    packet = send(mode="equal")

    first, second = open_one(packet, bo, now), open_one(packet, cici, now)

    packet.refresh_from_db()
    assert [first.amount, second.amount] == [Money(10_000_00)] * 2
    assert (balance(bo, now), balance(cici, now), payments.get_escrow_balances()) == (10_000_00, 10_000_00, {})
    assert (packet.state, packet.closed_at) == ("finished", now)
    assert [fact["opened"] for fact in facts(AngpaoOpened)] == [1, 2]
    assert Journal.objects.filter(kind="angpao_opened").count() == 2
    assert check_integrity() == []


def test_opening_again_is_the_same_answer(bo, send, now):
    packet = send()
    first = open_one(packet, bo, now)

    again = open_one(packet, bo, now + timedelta(hours=1))

    assert again == first
    assert (Slot.objects.filter(opened_by=bo).count(), balance(bo, now)) == (1, first.amount.amount_minor)


def test_opener_who_left_since_still_has_the_same_answer(ana, bo, group, send, now):
    packet = send()
    first = open_one(packet, bo, now)
    chat.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)

    assert open_one(packet, bo, now) == first


def test_one_batch_answers_a_person_who_asks_twice_the_same(bo, send, now):
    packet = send()

    one, other = openings.open_batch([Opening(packet.public_id, bo.pk, now)] * 2)

    assert one == other
    assert Slot.objects.filter(opened_by=bo).count() == 1


@pytest.mark.parametrize("who", ["outsider", "left", "blocked", "blocking"])
def test_opening_is_refused_to_those_for_whom_it_is_not(who, ana, bo, cici, eve, group, send, now):
    packet = send()
    person = eve if who == "outsider" else bo
    if who == "left":
        chat.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)
    if who == "blocked":
        accounts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)
    if who == "blocking":
        accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    with pytest.raises(errors.AngpaoNotFound):
        open_one(packet, person, now)

    assert (Slot.objects.filter(opened_by=None).count(), balance(person, now)) == (2, 0)


def test_unknown_packet_is_not_found(bo, send, now):
    packet = send()
    packet.public_id = uuid4()

    with pytest.raises(errors.AngpaoNotFound):
        open_one(packet, bo, now)


def test_sender_does_not_open_their_own(ana, send, now):
    packet = send()

    with pytest.raises(errors.OwnAngpao):
        open_one(packet, ana, now)

    assert balance(ana, now) == 480_000_00


def test_who_comes_after_the_last_slot_is_told_so(bo, cici, send, now):
    packet = send(slots=1)
    open_one(packet, bo, now)

    with pytest.raises(errors.AllOpened):
        open_one(packet, cici, now)

    assert balance(cici, now) == 0


def test_batch_with_more_people_than_slots_opens_each_slot_once(bo, cici, send, now):
    packet = send(slots=1)

    first, late = openings.open_batch([Opening(packet.public_id, user.pk, now) for user in (bo, cici)])

    assert (first.amount, type(late)) == (Money(20_000_00), errors.AllOpened)


def test_full_wallet_is_refused_before_anything_is_opened(make_user, bo, cici, send, now):
    packet = send(slots=1, total=50_000_00)
    top_up(make_user, bo, 1_960_000_00, now)

    with pytest.raises(errors.WalletFull):
        open_one(packet, bo, now)

    assert (Slot.objects.filter(opened_by=None).count(), balance(bo, now)) == (1, 1_960_000_00)
    assert open_one(packet, cici, now).amount == Money(50_000_00)


def test_full_wallet_may_try_again_once_there_is_room(make_user, make_payer, ana, send, now, bo):
    packet = send(slots=1, total=50_000_00)
    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    top_up(make_user, bo, 1_960_000_00, now)
    with pytest.raises(errors.WalletFull):
        open_one(packet, bo, now)
    payments.send_money(
        sender_id=bo.pk, receiver_id=ana.pk, amount=Money(100_000_00), pin=PIN, idempotency_key="room", now=now
    )

    assert open_one(packet, bo, now).amount == Money(50_000_00)


def test_expired_packet_is_not_opened_even_before_it_is_returned(bo, send, now):
    packet = send()

    with pytest.raises(errors.Expired):
        open_one(packet, bo, now + DAY)

    assert balance(bo, now) == 0


def test_what_nobody_opened_returns_once_to_the_sender(ana, bo, send, now):
    packet = send(mode="equal")
    open_one(packet, bo, now)
    assert api.return_due(now + DAY - timedelta(seconds=1)) == 0

    assert (api.return_due(now + DAY), api.return_due(now + DAY)) == (1, 0)

    packet.refresh_from_db()
    assert (packet.state, balance(ana, now), payments.get_escrow_balances()) == ("returned", 490_000_00, {})
    assert Journal.objects.filter(kind="angpao_returned").count() == 1
    assert facts(AngpaoReturned) == [
        {"packet": str(packet.public_id), "sender_id": ana.pk, "amount_minor": 10_000_00},
    ]
    assert check_integrity() == []


def test_finished_packet_is_not_returned(bo, send, now):
    open_one(send(slots=1), bo, now)

    assert api.return_due(now + DAY) == 0


def test_remainder_waits_for_room_in_a_full_wallet(make_user, make_payer, ana, bo, send, now):
    send(total=100_000_00)
    top_up(make_user, ana, 1_550_000_00, now)
    assert api.return_due(now + DAY) == 0
    assert api.return_due(now + DAY + timedelta(minutes=1)) == 0
    payments.send_money(
        sender_id=ana.pk, receiver_id=bo.pk, amount=Money(100_000_00), pin=PIN, idempotency_key="room", now=now
    )

    assert api.return_due(now + DAY + RETRY_AFTER) == 1

    assert balance(ana, now) == 1_950_000_00


def test_integrity_check_finds_what_is_wrong(send, now):
    packet = send()
    payments.return_angpao(
        reference=f"angpao.packet:{packet.public_id}", sender_id=packet.sender_id, amount=Money(1_00), now=now
    )

    assert [(one.row, one.detail) for one in check_integrity()] == [
        (f"angpao.packet:{packet.public_id}", "1999900 lies there, 2000000 should")
    ]


def test_message_is_stored_clean(send):
    packet = send(message="Se\u202elamat\n\n ya\x1b 🧧")

    assert packet.message == "Selamat ya 🧧"
