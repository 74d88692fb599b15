"""The page of a shop's statement: a month, a form, and nobody else's lines."""

from __future__ import annotations

import pytest

from payments.writers import ledger
from shop import api
from tests.harness.socket_client import make_trusted_device
from tests.shop.html_clients import text

PAGE = "/tokoku/laporan/"
pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def sold(order, ana, bo, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    done = api.confirm_receipt(user_id=ana.pk, order=order, device_id=make_trusted_device(ana), now=now)
    ledger.roll_up_due(now)
    return done.summary


@pytest.mark.parametrize("form", ["csv", "beancount"])
def test_statement_of_a_month_names_the_order(sold, as_bo, form):
    response = as_bo.get(PAGE, {"bulan": "2027-03", "bentuk": form})

    assert response.headers["Content-Disposition"] == f'attachment; filename="manik-bo_2027-03.{form}"'
    assert "no-store" in response.headers["Cache-Control"]
    assert sold.number in response.getvalue().decode()


@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_statement_is_a_file_of_its_form(sold, as_bo, form, begins):
    assert as_bo.get(PAGE, {"bulan": "2027-03", "bentuk": form}).getvalue().startswith(begins)


def test_another_month_has_the_balance_and_no_line(sold, as_bo):
    said = as_bo.get(PAGE, {"bulan": "2027-04", "bentuk": "csv"}).getvalue().decode()

    assert sold.number not in said
    assert said.count("\n") == 3


@pytest.mark.parametrize("month", ["2027-13", "x", "9999-12", "0000-01", "0001-01", "2027-03-01"])
def test_month_that_is_none_is_refused(sold, as_bo, month):
    response = as_bo.get(PAGE, {"bulan": month, "bentuk": "csv"})

    # A day is cut down to its month.
    assert response.status_code == (200 if month.startswith("2027-03") else 422)


def test_shop_that_sold_nothing_is_told_so(as_bo, shop):
    response = as_bo.get(PAGE, {"bentuk": "csv"})

    assert response.status_code == 409
    assert "Belum ada" in text(response)


def test_statement_is_that_of_the_callers_shop_alone(sold, as_ana, client):
    assert as_ana.get(PAGE, {"bulan": "2027-03", "bentuk": "csv"}).status_code == 404
    assert client.get(PAGE, {"bulan": "2027-03", "bentuk": "csv"}).status_code == 302
