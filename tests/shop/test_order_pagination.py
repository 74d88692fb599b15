"""Lists of orders say what they are worth, and an empty one is proved."""

from __future__ import annotations

import pytest
from django.db import connection

from shop import api, errors
from shop.maintenance import guards
from shop.models import Order, OrderCounter
from shop.queries import order_pagination as lists
from superapp.core.errors import InputInvalid
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device


def test_empty_purchase_list_is_proven_empty(ana, now):
    listed = api.list_purchases(ana.pk, now=now)

    assert (listed.known, listed.complete, listed.expected_count, listed.items, listed.rev) == (True, True, 0, [], 0)
    assert listed.is_proven_empty is True


def test_empty_sales_list_is_proven_empty(bo, shop, now):
    assert api.list_sales(bo.pk, now=now).is_proven_empty is True


def test_order_lists_contain_only_own_orders(ana, bo, make_payer, make_shop, product, buy, now):
    eve = make_payer("eve")
    make_shop(eve, handle="punya-eve")
    order = buy(ana, product, 2).order

    (bought,), (sold,) = api.list_purchases(ana.pk, now=now).items, api.list_sales(bo.pk, now=now).items

    assert (bought.public_id, bought.role, bought.can) == (order, "buyer", ("cancel",))
    assert (sold.public_id, sold.role, sold.can) == (order, "merchant", ("accept", "refund", "cancel"))
    assert (bought.pieces, bought.first_line.name, bought.shop_name, bought.town) == (
        2,
        "Gelang manik",
        "Manik Bo",
        "Yogyakarta",
    )
    assert sold.due == "expire"
    assert api.list_purchases(bo.pk, now=now).is_proven_empty is True
    assert api.list_sales(eve.pk, now=now).is_proven_empty is True
    assert api.list_purchases(eve.pk, now=now).is_proven_empty is True


def test_purchases_come_newest_first_in_pages_and_today_oldest_first(ana, bo, product, buy, now, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    placed = [buy(ana, product).order for _ in range(5)]
    api.cancel_order(user_id=ana.pk, device_id=make_trusted_device(ana), order=placed[0], now=now)

    seen, after = [], None
    for _page in range(3):
        listed = api.list_purchases(ana.pk, after=after, now=now)
        seen += [row.public_id for row in listed.items]
        after = listed.next
        assert (listed.complete, listed.expected_count) == (True, 5)
    assert (seen, after) == ([*reversed(placed)], None)

    today = api.list_sales(bo.pk, now=now)
    rest = api.list_sales(bo.pk, after=today.next, now=now)
    assert [row.public_id for row in (*today.items, *rest.items)] == placed[1:]
    assert today.expected_count == 4
    everything = api.list_sales(bo.pk, only="all", now=now)
    assert ([row.public_id for row in everything.items], everything.expected_count) == ([placed[4], placed[3]], 5)


def test_new_order_precedes_parcels_under_way(ana, bo, product, buy, now, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    sent, arrived, third, new, newest = (buy(ana, product).order for _ in range(5))
    for number, order in enumerate((sent, arrived, third)):
        api.accept_order(user_id=bo.pk, order=order, now=now)
        api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi=f"JT{number}", now=now)
    api.report_delivery(user_id=bo.pk, order=arrived, now=now)

    pages, after = [], None
    for _page in range(3):
        listed = api.list_sales(bo.pk, after=after, now=now)
        pages.append([row.public_id for row in listed.items])
        after = listed.next

    assert (pages, after) == ([[new, newest], [sent, arrived], [third]], None)


def test_new_order_is_on_the_first_page_despite_many_parcels(ana, bo, shop, make_product, buy, now):
    product = make_product(shop, price=Money(1_000_00), quantity=60)
    sent = [buy(ana, product).order for _ in range(lists.PAGE_SIZE + 1)]
    for number, order in enumerate(sent):
        api.accept_order(user_id=bo.pk, order=order, now=now)
        api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi=f"JT{number}", now=now)
    new = buy(ana, product).order

    page = api.list_sales(bo.pk, now=now)
    rest = api.list_sales(bo.pk, after=page.next, now=now)

    assert (lists.PAGE_SIZE, len(page.items), page.items[0].public_id) == (50, 50, new)
    assert [row.public_id for row in (*page.items[1:], *rest.items)] == sent
    assert rest.next is None


def test_order_moving_between_two_pages_is_on_one_of_them(ana, bo, product, buy, now, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    first, second, third = (buy(ana, product).order for _ in range(3))

    page = api.list_sales(bo.pk, now=now)
    api.accept_order(user_id=bo.pk, order=second, now=now)
    api.ship_order(user_id=bo.pk, order=second, courier="JNE", resi="JT1", now=now)
    rest = api.list_sales(bo.pk, after=page.next, now=now)

    assert [row.public_id for row in page.items] == [first, second]
    assert [row.public_id for row in rest.items] == [third, second]


@pytest.mark.parametrize(
    "after", ["", "x", "2.0198f0c0a0007000800000000000000a", "0198f0c0-a000-7000-8000-00000000000a"]
)
def test_invalid_page_cursor_is_refused(bo, shop, now, after):
    with pytest.raises(InputInvalid):
        api.list_sales(bo.pk, after=after, now=now)


def test_finished_orders_leave_the_todo_list_which_is_proven_empty(ana, bo, product, buy, now):
    order = buy(ana, product).order
    api.cancel_order(user_id=bo.pk, device_id=make_trusted_device(bo), order=order, now=now)

    assert api.list_sales(bo.pk, now=now).is_proven_empty is True
    assert api.list_purchases(ana.pk, only="unfinished", now=now).is_proven_empty is True
    assert api.list_purchases(ana.pk, now=now).expected_count == 1


def test_count_without_rows_is_an_error_and_not_an_empty_list(real_db, ana, bo, product, buy, now):
    buy(ana, product)
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shop_order SET buyer_id = %s", [bo.pk])
        cursor.execute("UPDATE shop_order SET state = 'completed'")

    with pytest.raises(errors.OrdersUnavailable) as fault:
        api.list_purchases(ana.pk, now=now)
    with pytest.raises(errors.OrdersUnavailable):
        api.list_sales(bo.pk, now=now)
    assert (fault.value.kind.value, fault.value.retry_after) == (503, 30)


def test_list_with_fewer_rows_than_counted_is_not_complete(real_db, ana, product, buy, now):
    buy(ana, product)
    guards.remove(connection)
    OrderCounter.objects.filter(user=ana).update(orders=2, rev=2)

    listed = api.list_purchases(ana.pk, now=now)

    assert (len(listed.items), listed.expected_count, listed.complete) == (1, 2, False)


def test_order_placed_while_reading_the_list_is_no_error(ana, product, buy, now, monkeypatch):
    read = lists.order_lists.list_newest
    late = []

    def slowly(*args, **kwargs):
        rows = read(*args, **kwargs)
        if not late:
            late.append(buy(ana, product))
        return rows

    monkeypatch.setattr(lists.order_lists, "list_newest", slowly)

    listed = api.list_purchases(ana.pk, now=now)

    assert (len(listed.items), listed.expected_count, listed.complete) == (1, 1, True)


def test_delta_has_each_changed_order_once(ana, bo, product, buy, now):
    first, second = buy(ana, product).order, buy(ana, product).order
    api.accept_order(user_id=bo.pk, order=first, now=now)

    changes = api.list_purchase_changes(ana.pk, after=0)
    assert (changes.rev, changes.orders, changes.unfinished, changes.more) == (3, 2, 2, False)
    assert [(row.public_id, row.list_rev) for row in changes.rows] == [(second, 2), (first, 3)]
    assert [row.public_id for row in api.list_sale_changes(bo.pk, after=2).rows] == [first]
    nothing = api.list_purchase_changes(ana.pk, after=3)
    assert (nothing.rev, list(nothing.rows)) == (3, [])


def test_order_row_in_a_list_equals_the_single_order(ana, bo, product, buy, now):
    paid, accepted, sent, arrived, done, gone = (buy(ana, product, pieces).order for pieces in (1, 2, 1, 3, 1, 1))
    for order in (accepted, sent, arrived, done):
        api.accept_order(user_id=bo.pk, order=order, now=now)
    for place, order in enumerate((sent, arrived, done)):
        api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi=f"JT{place}", now=now)
    api.report_delivery(user_id=bo.pk, order=arrived, now=now)
    api.confirm_receipt(user_id=ana.pk, order=done, device_id=make_trusted_device(ana), now=now)
    api.cancel_order(user_id=ana.pk, order=gone, reason="salah pesan", device_id=make_trusted_device(ana), now=now)

    bought, sold = api.list_purchases(ana.pk, now=now).items, api.list_sales(bo.pk, only="all", now=now).items

    assert [one.public_id for one in bought] == [gone, done, arrived, sent, accepted, paid]
    assert bought == [api.fetch_order(user_id=ana.pk, order=one.public_id).summary for one in bought]
    assert sold == [api.fetch_order(user_id=bo.pk, order=one.public_id).summary for one in sold]
    assert {one.due for one in bought} == {"expire", "review", ""}


def test_order_list_takes_the_same_queries_for_any_length(ana, bo, product, buy, now, django_assert_num_queries):
    buy(ana, product)
    with django_assert_num_queries(3):
        api.list_purchases(ana.pk, now=now)
    for _ in range(4):
        buy(ana, product)

    with django_assert_num_queries(3):
        assert len(api.list_purchases(ana.pk, now=now).items) == 5
    with django_assert_num_queries(4):
        assert len(api.list_sales(bo.pk, now=now).items) == 5
    order = Order.objects.order_by("pk").values_list("pk", flat=True)[0]
    with django_assert_num_queries(5):
        api.fetch_order(user_id=ana.pk, order=order)
