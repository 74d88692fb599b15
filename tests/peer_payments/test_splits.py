"""Bills that are split in a group: who is asked for what, who sees it, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from chat import api as chat
from chat.models import Conversation, Member, Message
from payments.errors import KeyReused
from payments.models import Journal
from peer_payments import api, errors
from peer_payments.api import BillItem
from peer_payments.domain import rules
from peer_payments.models import BillSplit, MoneyRequest
from superapp.accounts import api as accounts
from superapp.core import outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.wiring import peer_cards
from tests.payments.purses import balance, browser_of
from tests.peer_payments.asking import make_group, pay, split


@pytest.fixture
def four(make_payer, now):
    """ana, who paid the bill, and bo, cita and deni, who ate, too; their group."""
    ana, *others = (make_payer(name, 100_000_00) for name in ("ana", "bo", "cita", "deni"))
    return ana, others, make_group(ana, others, now)


def conversation_of(group):
    return UUID(group.partition(":")[2])


def deliver():
    outbox.deliver_due(Fact.objects.order_by("-due_at").values_list("due_at", flat=True)[0])


def card():
    return Message.objects.get(card_type="peer_payments.split").card


def test_bill_is_split_and_the_makers_share_is_not_requested(four, now):
    ana, (bo, cita, deni), group = four

    made = split(ana, group, [ana, bo, cita, deni], now, minor=100_000_00)

    assert (made.total, made.own_share, made.state) == (Money(100_000_00), Money(25_000_00), "open")
    assert [(share.payer_id, share.amount) for share in made.shares] == [
        (bo.pk, Money(25_000_00)),
        (cita.pk, Money(25_000_00)),
        (deni.pk, Money(25_000_00)),
    ]
    assert not Journal.objects.filter(kind="sent").exists()


def test_bill_by_hand_and_by_item_ask_for_their_sums(four, now):
    ana, (bo, cita, _deni), group = four
    common = {"maker_id": ana.pk, "group": group, "now": now}

    by_hand = api.split_by_hand(
        **common, title="Bensin", amounts={bo.public_id: Money(7_00), ana.public_id: Money(3_00)}, idempotency_key="1"
    )
    items = [
        BillItem("mie", Money(20_000_00), (bo.public_id, ana.public_id)),
        BillItem("es", Money(5_000_00), (cita.public_id,)),
    ]
    by_item = api.split_by_item(**common, title="Warung", items=items, idempotency_key="2")

    assert (by_hand.total, by_hand.own_share) == (Money(10_00), Money(3_00))
    assert (by_item.total, by_item.own_share) == (Money(25_000_00), Money(10_000_00))
    assert [(one.payer_id, one.amount) for one in by_item.shares] == [
        (bo.pk, Money(10_000_00)),
        (cita.pk, Money(5_000_00)),
    ]
    assert by_item.items == (("mie", Money(20_000_00)), ("es", Money(5_000_00)))


def test_only_members_are_asked_and_only_a_member_asks(four, make_payer, now):
    ana, (bo, *_others), group = four
    eve = make_payer("eve", 100_000_00)

    with pytest.raises(errors.BillInvalid):
        split(ana, group, [bo, eve], now)
    with pytest.raises(errors.GroupNotFound):
        split(eve, group, [bo], now)
    with pytest.raises(errors.GroupNotFound):
        split(ana, "chat.conversation:nowhere", [bo], now)

    assert not BillSplit.objects.exists()


def test_member_who_blocked_the_maker_is_not_asked(four, now):
    ana, (bo, *_others), group = four
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    with pytest.raises(errors.BillInvalid):
        split(ana, group, [ana, bo], now)

    assert not MoneyRequest.objects.exists()


@pytest.mark.parametrize("why", ["muted", "only admins write"])
def test_member_who_may_not_write_in_the_group_splits_no_bill_in_it(why, four, now):
    """The title of a bill stands in the group as a message does."""
    ana, (bo, cita, _deni), group = four
    made = split(bo, group, [cita], now)
    if why == "muted":
        Member.objects.filter(conversation__public_id=conversation_of(group), user=bo).update(is_silenced=True)
    else:
        Conversation.objects.filter(public_id=conversation_of(group)).update(is_admins_only=True)

    answer = browser_of(bo).get(f"/dompet/patungan/?obrolan={conversation_of(group)}")
    with pytest.raises(errors.WritingNotAllowed):
        split(bo, group, [cita], now, key="another")

    assert answer.status_code == 403
    assert split(bo, group, [cita], now).public_id == made.public_id
    split(ana, group, [cita], now)


def test_bill_without_a_title_is_refused(four, now):
    ana, (bo, *_others), group = four

    with pytest.raises(errors.TitleMissing):
        split(ana, group, [bo], now, title=" \u200b ")

    assert not BillSplit.objects.exists()


def test_bill_is_refused_while_a_member_has_too_many_open_shares_of_its_maker(four, now, monkeypatch):
    """Bills of a rupiah, each with a card and a notice for all of a group, would have no end."""
    monkeypatch.setattr(rules, "OPEN_SHARES_OF_PAIR_MAX", 2)
    ana, (bo, cita, deni), group = four
    for number in range(2):
        made = split(ana, group, [bo, cita], now, minor=2_00, key=f"k{number}")
    address = f"/dompet/patungan/?obrolan={conversation_of(group)}"
    written = {"title": "Soto", "amount": "30.000", "users": [str(bo.public_id)], "key": "1"}

    answer = browser_of(ana).post(address, written)
    with pytest.raises(errors.TooManyRequests):
        split(ana, group, [bo, deni], now, key="third")
    split(ana, group, [deni], now, key="another")
    api.close_split(maker_id=ana.pk, split=made.public_id, now=now)
    split(ana, group, [bo, deni], now, key="third")

    assert (answer.status_code, 'id="form-problem"' in answer.content.decode()) == (429, True)


def test_same_key_is_the_same_bill(four, now):
    ana, (bo, cita, _deni), group = four
    first = split(ana, group, [ana, bo], now)

    assert split(ana, group, [ana, bo], now) == first
    with pytest.raises(KeyReused):
        split(ana, group, [ana, cita], now)

    assert BillSplit.objects.count() == 1


def test_bill_sent_twice_at_once_is_one(real_db, four, now, in_threads):
    ana, (bo, *_others), group = four

    made = in_threads(*[lambda: split(ana, group, [ana, bo], now)] * 3)

    assert len({one.public_id for one in made}) == 1
    assert MoneyRequest.objects.count() == 1


def test_card_in_the_group_shows_who_has_paid(four, now):
    ana, (bo, cita, deni), group = four
    conversation = group.rpartition(":")[2]
    made = split(ana, group, [ana, bo, cita, deni], now)
    deliver()
    assert (card()["paid_count"], card()["open_names"], card()["state"]) == ("0", "Bo, Cita, Deni", "open")
    assert card()["asks"] == " ".join(str(one.public_id)[-12:] for one in (bo, cita, deni))
    page = browser_of(bo).get(f"/obrolan/{conversation}/").content.decode()
    assert (page.count('class="card-face"'), 'data-state="open" data-asked' in page) == (3, True)

    for share, payer in zip(made.shares, (bo, cita, deni), strict=True):
        pay(payer, share, now)
        deliver()

    assert (card()["paid_count"], card()["share_count"], card()["paid_names"]) == ("3", "3", "Bo, Cita, Deni")
    assert card()["state"] == "done"
    assert (card()["asks"], [face["done"] for face in card()["faces"]]) == ("", [True, True, True])
    page = browser_of(bo).get(f"/obrolan/{conversation}/").content.decode()
    assert (page.count('class="card-face" data-done'), 'data-state="done" data-asked' in page) == (3, False)
    assert balance(ana, now) == 175_000_00
    assert Message.objects.filter(kind="card").count() == 1


def test_card_told_again_and_late_does_not_go_back(four, now):
    ana, (bo, *_others), group = four
    made = split(ana, group, [ana, bo], now)
    pay(bo, made.shares[0], now)

    for _time in range(3):
        peer_cards.update_split_card(ana.pk, made.public_id, now=now)

    assert (card()["state"], card()["version"]) == ("done", 3)


def test_removed_share_counts_no_more_and_the_rest_can_be_done(four, now):
    ana, (bo, cita, _deni), group = four
    made = split(ana, group, [ana, bo, cita], now)
    api.cancel_request(requester_id=ana.pk, request=made.shares[1].public_id, now=now)

    pay(bo, made.shares[0], now)
    deliver()

    assert (card()["state"], card()["share_count"], card()["open_names"]) == ("done", "1", "")


def test_closing_removes_what_is_not_paid_and_keeps_what_is(four, now):
    ana, (bo, cita, _deni), group = four
    made = split(ana, group, [ana, bo, cita], now)
    api.decline_request(payer_id=bo.pk, request=made.shares[0].public_id, now=now)

    closed = api.close_split(maker_id=ana.pk, split=made.public_id, now=now)
    again = api.close_split(maker_id=ana.pk, split=made.public_id, now=now)

    assert again == closed
    assert (closed.state, [share.state for share in closed.shares]) == ("closed", ["declined", "cancelled"])
    with pytest.raises(errors.RequestClosed):
        pay(cita, made.shares[1], now)


def test_only_the_maker_closes_a_bill(four, make_payer, now):
    ana, (bo, *_others), group = four
    made = split(ana, group, [ana, bo], now)

    for other in (bo, make_payer("eve")):
        with pytest.raises(errors.SplitNotFound):
            api.close_split(maker_id=other.pk, split=made.public_id, now=now)

    assert MoneyRequest.objects.get().state == "open"


def test_outsider_of_the_group_sees_404_and_one_who_left_can_still_pay(four, make_payer, now):
    ana, (bo, cita, _deni), group = four
    made = split(ana, group, [ana, bo], now)
    chat.leave_group(conversation_id=conversation_of(group), user_id=bo.pk, now=now)
    chat.leave_group(conversation_id=conversation_of(group), user_id=cita.pk, now=now)
    address = f"/dompet/patungan/{made.public_id}/"

    assert browser_of(bo).get(address).status_code == 200
    assert browser_of(cita).get(address).status_code == 404  # Of the group no more, and without a share.
    assert browser_of(make_payer("eve")).get(address).status_code == 404
    pay(bo, made.shares[0], now)

    assert api.get_split(bo.pk, made.public_id).state == "done"


def test_card_of_a_maker_who_left_the_group_is_updated(four, now):
    ana, (bo, *_others), group = four
    made = split(ana, group, [ana, bo], now)
    deliver()
    chat.leave_group(conversation_id=conversation_of(group), user_id=ana.pk, now=now)

    pay(bo, made.shares[0], now)
    deliver()

    assert card()["state"] == "done"


def test_payment_against_closing_has_one_winner(real_db, four, now, in_threads):
    ana, (bo, *_others), group = four
    made = split(ana, group, [ana, bo], now)

    in_threads(
        lambda: pay(bo, made.shares[0], now), lambda: api.close_split(maker_id=ana.pk, split=made.public_id, now=now)
    )

    state, sent = MoneyRequest.objects.get().state, Journal.objects.filter(kind="sent").count()
    assert (state, sent) in [("paid", 1), ("cancelled", 0)]


def test_share_expires_as_a_request_does(four, now):
    ana, (bo, *_others), group = four
    made = split(ana, group, [ana, bo], now)

    from peer_payments.actions.requests import expire_requests

    assert expire_requests(now + timedelta(days=30)) == 1

    assert api.get_split(ana.pk, made.public_id).shares[0].state == "expired"


def test_form_splits_equally_by_hand_and_by_item(four):
    ana, (bo, cita, _deni), group = four
    browser = browser_of(ana)
    address = f"/dompet/patungan/?obrolan={conversation_of(group)}"
    ids = {name: str(user.public_id) for name, user in (("ana", ana), ("bo", bo), ("cita", cita))}
    assert "Bo" in browser.get(address).content.decode()

    browser.post(address, {"title": "Satu", "amount": "30.000", "users": [ids["ana"], ids["bo"]], "key": "1"})
    browser.post(
        f"{address}&cara=amounts",
        {"title": "Dua", "person": [ids["ana"], ids["bo"]], "share": ["", "7.000"], "key": "2"},
    )
    browser.post(
        f"{address}&cara=items",
        {
            "title": "Tiga",
            "item": ["mie", "es", ""],
            "price": ["20.000", "5.000", ""],
            "had": [f"0:{ids['bo']}", f"0:{ids['ana']}", f"1:{ids['cita']}"],
            "key": "3",
        },
    )

    made = BillSplit.objects.order_by("pk").values_list("title", "total", "own_share", "method")
    assert list(made) == [
        ("Satu", 30_000_00, 15_000_00, "equal"),
        ("Dua", 7_000_00, 0, "amounts"),
        ("Tiga", 25_000_00, 10_000_00, "items"),
    ]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param({"title": ""}, 'id="title-problem"', id="no title"),
        pytest.param({"amount": "x"}, 'id="amount-problem"', id="no amount"),
        pytest.param({"amount": "30.000,50"}, 'id="amount-problem"', id="a fraction of a rupiah"),
        pytest.param({"users": []}, 'id="form-problem"', id="nobody"),
    ],
)
def test_form_says_what_is_wrong_and_keeps_what_was_written(form, said, four):
    ana, (bo, *_others), group = four
    address = f"/dompet/patungan/?obrolan={conversation_of(group)}"
    written = {"title": "Soto", "amount": "30.000", "users": [str(bo.public_id)], "key": "1", **form}

    answer = browser_of(ana).post(address, written)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'value="{written["title"]}" dir="auto" required' in answer.content.decode()
    assert not BillSplit.objects.exists()


def test_item_that_nobody_had_is_asked_about_at_its_place(four):
    ana, (bo, *_others), group = four
    address = f"/dompet/patungan/?obrolan={conversation_of(group)}&cara=items"
    written = {"title": "Warung", "item": ["mie", "es"], "price": ["20.000", "5.000"], "had": [f"0:{bo.public_id}"]}

    answer = browser_of(ana).post(address, {**written, "key": "1"})

    page = answer.content.decode()
    assert (answer.status_code, page.count("Pilih siapa yang pesan ini.")) == (422, 1)
    assert page.index('value="es"') < page.index("Pilih siapa yang pesan ini.")
    assert not BillSplit.objects.exists()


def test_more_rows_of_items_are_shown_without_making_anything(four):
    ana, _others, group = four
    address = f"/dompet/patungan/?obrolan={conversation_of(group)}&cara=items"

    page = browser_of(ana).post(address, {"item": ["mie"] * 4, "price": ["1"] * 4, "more": "yes"}).content.decode()

    assert (page.count('name="item"'), page.count('value="mie"')) == (8, 4)
    assert not BillSplit.objects.exists()


def test_outsider_gets_no_form_of_a_group(four, make_payer):
    _ana, _others, group = four

    answer = browser_of(make_payer("eve")).get(f"/dompet/patungan/?obrolan={conversation_of(group)}")

    assert answer.status_code == 404


def test_list_of_bills_takes_the_same_queries_for_one_and_many(four, now, django_assert_num_queries):
    ana, (bo, cita, _deni), group = four
    split(ana, group, [ana, bo], now)
    with django_assert_num_queries(5):
        api.list_splits(ana.pk)
    for number in range(3):
        split(ana, group, [ana, bo, cita], now, key=f"k{number}")

    with django_assert_num_queries(5):
        assert len(api.list_splits(ana.pk)) == 4


def test_bill_says_how_much_is_back(four, now):
    ana, (bo, cita, _deni), group = four
    made = split(ana, group, [ana, bo, cita], now, minor=90_000_00)
    pay(bo, made.shares[0], now)

    bill = api.get_split(ana.pk, made.public_id)

    assert (bill.collected, bill.asked) == (Money(30_000_00), Money(60_000_00))
    page = browser_of(ana).get(f"/dompet/patungan/{made.public_id}/").content.decode()
    assert str(Money(30_000_00)) in page
    assert '<progress class="split-progress" max="2" value="1"' in page
