"""Rows that look the same all day are drawn when they are first seen, and anew when anything of them is another."""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from datetime import timedelta

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone, translation

from shop.pages import order_list_presenters
from shop.pages.orders import EMPTY, ROW
from superapp.core import clock
from superapp.web.list_state import PageList
from superapp.web.templatetags import web
from tests.harness.socket_client import browser_on, log_in

YESTERDAY_NOON = "2027-02-28T05:00:00Z"
A_ROW = replace(
    order_list_presenters.BLANK_ROW,
    id="o-1",
    title="Gelang <manik>",
    word="Dibayar",
    at=YESTERDAY_NOON,
    href="/pesanan/o-1/",
)


@pytest.fixture
def drawn(monkeypatch):
    """The list of these rows as a page holds it, and how many rows had to be drawn for that."""
    web._drawn.cache_clear()
    draw, count = web._draw, []
    monkeypatch.setattr(web, "_draw", lambda path, names: count.append(path) or draw(path, names))

    def page(*rows, row=ROW, **names):
        count.clear()
        known = PageList(
            name="purchases",
            state="list",
            rows=rows,
            row=row,
            empty=EMPTY,
            is_drawn_once=row in order_list_presenters.DRAWN_ONCE,
        )
        return render_to_string("web/_known.html", {"known": known, **names}), len(count)

    return page


def test_cached_row_is_rendered_once_and_escaped(drawn):
    first, drawings = drawn(A_ROW)
    again, drawings_again = drawn(A_ROW)

    assert (drawings, drawings_again) == (1, 0)
    assert again == first
    assert "Gelang &lt;manik&gt;" in first


@pytest.mark.parametrize("change", [{"word": "Dikirim"}, {"photo": "/p.webp"}, {"total": "Rp9"}, {"rev": 2}])
def test_changed_row_is_rendered_again(drawn, change):
    drawn(A_ROW)

    page, drawings = drawn(replace(A_ROW, **change))

    assert drawings == 1
    assert str(*change.values()) in page or "rev" in change


def test_row_cache_varies_by_language_zone_and_day(drawn, monkeypatch):
    pages = set()
    for language in ("id", "en"):
        for zone in ("Asia/Jakarta", "Asia/Jayapura"):
            with translation.override(language), timezone.override(zoneinfo.ZoneInfo(zone)):
                page, drawings = drawn(A_ROW)
                assert drawings == 1
                pages.add(page)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    assert drawn(A_ROW)[1] == 1

    assert len(pages) > 1


def test_cached_row_with_a_form_has_the_csrf_token_of_each_person(drawn):
    row = replace(A_ROW, tap="/pesanan/o-1/terima/", tap_word="Terima")

    pages = [drawn(row, row="shop/merchant/_row.html", csrf_token=token) for token in ("token-of-ana", "token-of-bo")]

    assert [drawings for _page, drawings in pages] == [1, 1]
    assert ["token-of-ana" in page for page, _drawings in pages] == [True, False]


def test_fragment_is_rendered_once_per_language_and_value():
    part = Template("{% load web %}{% once side %}{{ side }} {{ count }} {% endonce %}{{ count }}")

    def shown(**names):
        return part.render(Context(names))

    with translation.override("id"):
        assert shown(side="buyer", count=1) == "buyer 1 1"
        # What it hangs on must be named: what is not stays as it was first met, and outside all goes on.
        assert shown(side="buyer", count=2) == "buyer 1 2"
        assert shown(side="merchant", count=3) == "merchant 3 3"
    with translation.override("en"):
        assert shown(side="buyer", count=4) == "buyer 4 4"


def test_fragment_cache_is_bounded(monkeypatch):
    monkeypatch.setattr(web, "PARTS_KEPT_MAX", 3)
    part = Template("{% load web %}{% once n %}{{ n }}{% endonce %}")

    assert [part.render(Context({"n": n})) for n in range(10)] == [str(n) for n in range(10)]
    [node] = part.nodelist.get_nodes_by_type(web.CachedPartNode)
    assert len(node._drawn) <= 3


def test_navigation_shows_current_counts(make_user, monkeypatch):
    waiting = {"chat": 0, "contacts": 0, "shop": 0}
    monkeypatch.setattr("superapp.web.badges.count_all", lambda _user_id, *, now: waiting)
    browser = browser_on(log_in(make_user("ana")))

    pages = []
    for count in (0, 3, 0):
        waiting["chat"] = count
        pages.append(browser.get("/saya/").content.decode())

    assert ['data-badge="chat">3</span>' in page for page in pages] == [False, True, False]
