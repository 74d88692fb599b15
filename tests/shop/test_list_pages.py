"""Pages with a list of orders: which of its states a page is sent with."""

from __future__ import annotations

import re

import msgspec
import pytest

from shop import api
from tests.shop.html_clients import browser_of, text

LISTS = {"/pesanan/": "list_purchases", "/tokoku/": "list_sales", "/tokoku/pesanan/": "list_sales"}


def state_of_list(answer):
    """The state of the one list of a page, which alone decides what of it is seen."""
    [state] = re.findall(r'<nusa-known [^>]*data-state="(\w+)"', answer.content.decode())
    return state


@pytest.mark.parametrize("path", LISTS)
def test_list_that_is_proven_empty_says_none(as_ana, as_bo, path):
    answer = (as_ana if path == "/pesanan/" else as_bo).get(path)

    assert state_of_list(answer) == "empty"
    assert re.search(r"Belum ada|Semua beres", text(answer))


def test_person_without_a_shop_is_asked_to_open_one(make_user):
    assert "Buka tokomu sendiri" in text(browser_of(make_user("eve")).get("/tokoku/"))


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "doubt",
    [{"known": False}, {"complete": False}, {"expected_count": None}, {"expected_count": 1}],
    ids=["not known", "not complete", "not counted", "one expected"],
)
def test_list_without_rows_that_is_not_proven_empty_never_says_none(as_ana, as_bo, path, doubt, monkeypatch):
    asked = getattr(api, LISTS[path])
    monkeypatch.setattr(api, LISTS[path], lambda *args, **kw: msgspec.structs.replace(asked(*args, **kw), **doubt))

    answer = (as_ana if path == "/pesanan/" else as_bo).get(path)

    assert state_of_list(answer) == "unknown"
