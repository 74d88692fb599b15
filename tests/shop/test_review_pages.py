"""The page of an order whose review clock runs, or that an operator looks at or has decided, for both sides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from shop import api
from shop.maintenance.order_timers import run_due_timers
from shop.models import Order
from tests.shop.html_clients import browser_of, text

DUE = timedelta(days=30)
DATE = "Kalau belum ada kabar sampai 31 Maret, Nusa akan memeriksa pesanan ini."
LOOKED_AT = (
    "Nusa memeriksa pesanan ini sejak 31 Maret karena belum ada konfirmasi barang diterima."
    " Hasilnya akan muncul di sini."
)


@pytest.fixture
def order(ana, bo, product, buy, now):
    order = buy(ana, product, 2).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="JNE 00123", now=now)
    return order


@pytest.fixture
def read(ana, bo, order, monkeypatch):
    """Return what both sides read on the page of the order at a moment: ``read(now)``."""

    def pages(at):
        monkeypatch.setattr("superapp.core.clock.now", lambda: at)
        return [text(browser_of(side).get(reverse("shop:order", args=[order]))) for side in (ana, bo)]

    return pages


def test_review_date_is_shown_to_both_roles_after_shipping(read, order, now):
    for page in read(now):
        assert DATE in page
        assert LOOKED_AT not in page


def test_open_review_case_is_shown_to_both_sides(read, order, now):
    assert run_due_timers(now + DUE) == 1

    for page in read(now + DUE + timedelta(days=1)):
        assert LOOKED_AT in page
        assert "Belum ada konfirmasi barang diterima, jadi Nusa memeriksanya" in page
        assert DATE not in page


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("complete", "Sudah diperiksa: uang diteruskan ke toko"),
        ("refund", "Sudah diperiksa: pesanan dibatalkan"),
    ],
)
def test_decision_and_reason_are_shown_to_both_sides(verdict, said, read, order, make_user, now):
    assert run_due_timers(now + DUE) == 1
    api.decide_review_case(
        number=Order.objects.get().number,
        operator_id=make_user("op", is_staff=True).pk,
        verdict=verdict,
        reason="JNE: hilang <b>di gudang</b>",
        now=now + DUE,
    )

    for page in read(now + DUE):
        assert said in page
        assert "keputusan Nusa" in page
        assert "JNE: hilang <b>di gudang</b>" in page  # Letters, and no tag: those are left out of the text.
        assert "Nusa memeriksa pesanan ini sejak" not in page


def test_confirmed_order_page_mentions_no_review(read, ana, order, now):
    from tests.harness.socket_client import make_trusted_device

    api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)

    for page in read(now):
        assert "memeriksa" not in page
