"""Push notifications of money between people: one for each recipient, and none for others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from angpao import api as angpao
from angpao.errors import AngpaoNotFound
from chat import api as chat
from chat.pages import notices as chat_notices
from peer_payments import api
from peer_payments.errors import RequestNotFound, ScheduleNotFound
from peer_payments.events import ScheduleNoticed, SplitChanged
from superapp.accounts import api as accounts
from superapp.accounts.actions.contacts import remove_contact
from superapp.core import clock, outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.notifications.actions import notices
from superapp.notifications.models import Notification, PushSubscription
from superapp.wiring import money_notices
from tests.harness.socket_client import log_in
from tests.payments.purses import PIN
from tests.peer_payments.asking import ask, make_group, pay, split
from tests.peer_payments.test_schedules import schedule as plan


@pytest.fixture
def listening(settings):
    """Have a device of a person take push messages: ``listening(ana)``."""
    settings.FOREIGN_PUSH = "id_only"

    def make(user):
        PushSubscription.objects.create(
            user=user, device=log_in(user), endpoint=f"https://push.example/{user.pk}", created_at=clock.now()
        )
        return user

    return make


@pytest.fixture
def two(make_payer, listening, now):
    """ana, who lent bo something; they are contacts and have devices."""
    ana, bo = listening(make_payer("ana", 10_000_00)), listening(make_payer("bo", 100_000_00))
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    Fact.objects.all().delete()
    return ana, bo


def deliver():
    outbox.deliver_due(clock.now() + timedelta(days=365))


def told():
    """Return who is told, and the source of it."""
    rows = Notification.objects.order_by("pk").values_list("user_id", "subject")
    return [(user_id, subject.partition(":")[0]) for user_id, subject in rows]


def words(user, now):
    (row,) = Notification.objects.filter(user=user)
    return notices.describe(user_id=user.pk, subject=row.subject, now=now)


def test_requester_is_told_once_that_the_request_was_paid(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    pay(bo, made, now)
    facts = list(Fact.objects.filter(name="peer_payments.request_changed"))
    deliver()
    Fact.objects.bulk_create(facts)
    deliver()

    assert told() == [(ana.pk, "request")]
    notice = words(ana, now)
    assert (notice["title"], notice["text"]) == (bo.name, "Membayar Rp15.000 · bakso 🍜")
    assert notice["url"] == f"/dompet/minta/{made.public_id}/"


def test_payer_is_told_of_a_request_by_its_message(two, now):
    ana, bo = two
    ask(ana, bo, now)
    deliver()

    assert told() == []
    conversation = chat.find_direct_conversation(ana.pk, bo.pk).public_id
    assert chat_notices.describe(bo.pk, str(conversation), now).text == "Minta Rp15.000 ke kamu"


@pytest.mark.parametrize("end", ["decline_request", "cancel_request"])
def test_nobody_is_told_of_a_request_that_ended_unpaid(end, two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    person = {"decline_request": {"payer_id": bo.pk}, "cancel_request": {"requester_id": ana.pk}}[end]
    getattr(api, end)(request=made.public_id, now=now, **person)
    deliver()

    assert told() == []


def test_who_has_no_device_for_it_is_not_told(two, now):
    ana, bo = two
    PushSubscription.objects.all().delete()
    pay(bo, ask(ana, bo, now), now)
    deliver()

    assert told() == []


def test_nobody_is_told_while_the_operator_has_push_off(two, settings, now):
    ana, bo = two
    settings.FOREIGN_PUSH = "off"
    pay(bo, ask(ana, bo, now), now)
    deliver()

    assert told() == []


def test_everybody_with_a_share_of_a_bill_is_told_of_their_own(two, make_payer, listening, now):
    ana, bo = two
    cici = listening(make_payer("cici"))
    group = chat.create_group(owner_id=ana.pk, title="Kos", member_ids=[bo.pk], now=now)
    api.split_equally(
        maker_id=ana.pk,
        group=f"chat.conversation:{group.public_id}",
        title="Listrik",
        total=Money(60_000_00),
        people=[ana.public_id, bo.public_id],
        idempotency_key="k",
        now=now,
    )
    deliver()

    assert told() == [(bo.pk, "request")]
    assert words(bo, now)["text"] == "Bagianmu Rp30.000 · Listrik"
    assert not Notification.objects.filter(user=cici).exists()


@pytest.fixture
def bill(two, listening, make_payer, now):
    """A bill of ana's in a group with bo and cici, of whom cici is no contact of hers any more: ``bill("1")``."""
    ana, bo = two
    cici = listening(make_payer("cici", 50_000_00))
    accounts.connect_people(user_id=ana.pk, peer_id=cici.pk, now=now)
    group = make_group(ana, [bo, cici], now)
    remove_contact(user_id=cici.pk, peer_public_id=ana.public_id, now=now)

    def make(key):
        return split(ana, group, [ana, bo, cici], now, minor=60_000_00, key=key)

    return make


def test_payer_who_is_no_contact_of_the_maker_sees_the_bill_without_a_notification(two, bill):
    _ana, bo = two

    made = bill("1")
    deliver()

    cici = next(share.payer_id for share in made.shares if share.payer_id != bo.pk)
    assert told() == [(bo.pk, "request")]
    assert [one.public_id for one in api.list_splits(cici)] == [made.public_id]
    assert made.shares[0].public_id in [one.public_id for one in api.list_requests(bo.pk)]


def test_payer_who_paid_the_maker_before_is_told_though_they_are_no_contacts(two, bill, now):
    _ana, bo = two
    made = bill("1")
    deliver()
    share = next(share for share in made.shares if share.payer_id != bo.pk)
    pay(accounts.get_user_by_id(share.payer_id), share, now)
    deliver()
    Notification.objects.all().delete()

    bill("2")
    deliver()

    assert sorted(told()) == sorted([(bo.pk, "request"), (share.payer_id, "request")])


def test_people_of_a_large_bill_are_told_once_each_with_as_many_statements_as_of_a_small_one(
    make_payer, listening, now
):
    ana = make_payer("ana")
    people = [listening(make_payer(f"p{number}")) for number in range(8)]
    group = make_group(ana, people, now)
    counts = []
    for key, payers in (("1", people[:2]), ("2", people)):
        Fact.objects.all().delete()
        made = split(ana, group, payers, now, key=key)
        Notification.objects.all().delete()
        fact = SplitChanged(split=str(made.public_id), maker_id=ana.pk)
        with CaptureQueriesContext(connection) as queries:
            money_notices.on_split_changed(fact)
        counts.append(len(queries))
        money_notices.on_split_changed(fact)
        assert sorted(told()) == sorted((payer.pk, "request") for payer in payers)

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("what", "text"),
    [
        pytest.param("failed", "Rp30.000 untuk 2 Maret gagal terkirim. Uangmu tidak berpindah.", id="failed"),
        pytest.param("paid", "Rp30.000 sudah terkirim, sesuai jadwalmu 2 Maret.", id="paid"),
    ],
)
def test_sender_of_a_schedule_is_told_what_became_of_it(what, text, two, now):
    ana, bo = two
    schedule = plan(ana, bo, now)
    fact = ScheduleNoticed(schedule=str(schedule.public_id), sender_id=ana.pk, what=what, on="2027-03-02")

    for _repeated in range(2):
        money_notices.on_schedule_noticed(fact)

    assert told() == [(ana.pk, "schedule")]
    notice = words(ana, now)
    assert (notice["title"], notice["text"]) == (bo.name, text)
    assert notice["url"] == f"/dompet/terjadwal/{schedule.public_id}/"


def test_notice_of_tomorrow_is_void_once_the_schedule_is_stopped(two, now):
    ana, bo = two
    schedule = plan(ana, bo, now)
    key = f"{schedule.public_id.hex}/tomorrow/{schedule.next_on}"
    assert "dikirim" in money_notices.describe_schedule(ana.pk, key, now).text

    api.stop_schedule(sender_id=ana.pk, schedule=schedule.public_id, now=now)

    assert money_notices.describe_schedule(ana.pk, key, now) is None


def test_strangers_and_odd_subjects_are_not_found(two, make_user, now):
    ana, bo = two
    cici = make_user("cici")
    made, schedule = ask(ana, bo, now), plan(ana, bo, now)

    with pytest.raises(RequestNotFound):
        money_notices.describe_request(cici.pk, made.public_id.hex, now)
    with pytest.raises(RequestNotFound):
        money_notices.describe_request(ana.pk, "x", now)
    with pytest.raises(ScheduleNotFound):
        money_notices.describe_schedule(bo.pk, f"{schedule.public_id.hex}/failed/2027-03-02", now)
    for key in (
        "x",
        schedule.public_id.hex,
        f"{schedule.public_id.hex}/failed/x",
        f"{schedule.public_id.hex}/x/2027-03-02",
    ):
        with pytest.raises(ScheduleNotFound):
            money_notices.describe_schedule(ana.pk, key, now)
    with pytest.raises(AngpaoNotFound):
        money_notices.describe_angpao(ana.pk, made.public_id.hex, now)
    with pytest.raises(AngpaoNotFound):
        money_notices.describe_angpao(ana.pk, "x", now)


def test_sender_is_told_what_came_back_of_an_angpao(two, now):
    ana, bo = two
    conversation = chat.open_direct_conversation(user_id=bo.pk, peer_id=ana.pk, now=now)
    request = angpao.PacketRequest(
        packet=conversation.public_id,
        sender_id=bo.pk,
        audience=f"chat.conversation:{conversation.public_id}",
        mode="equal",
        total=Money(5_000_00),
        slots=1,
    )
    packet = angpao.send_angpao(request, device_id=None, pin=PIN, now=now)
    deliver()
    assert money_notices.describe_angpao(bo.pk, packet.public_id.hex, now) is None
    Notification.objects.all().delete()

    angpao.return_due(now + timedelta(days=2))
    deliver()

    assert told() == [(bo.pk, "angpao")]
    assert words(bo, now)["text"] == "Rp5.000 yang tidak dibuka sudah kembali ke dompetmu."
    with pytest.raises(AngpaoNotFound):
        money_notices.describe_angpao(ana.pk, packet.public_id.hex, now)
