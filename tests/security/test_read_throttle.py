"""Looking is bounded as sending is: so many pages in a while and at once, and nothing that a person does meets it."""

from __future__ import annotations

import json
import sys
import threading

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from shop.queries import public_catalog
from superapp.core.errors import RateLimited
from superapp.realtime import openapi
from superapp.realtime.rate_limits import Throttle
from superapp.web import read_throttle
from tests.harness.servers import wait_until
from tests.harness.socket_client import browser_on, log_in


@pytest.fixture
def allowance_of(monkeypatch):
    """Have people own so many tokens and get one a second."""

    def have(burst):
        small = Throttle(per_second=1, burst=burst, timer=lambda: 100.0)
        monkeypatch.setattr(read_throttle, "read_throttle", small)

    return have


@pytest.fixture
def ana(make_user):
    return make_user("ana")


def test_pages_are_rate_limited_with_retry_after(ana, make_user, allowance_of):
    allowance_of(10)
    browser = browser_on(log_in(ana))

    answers = [browser.get("/saya/") for _ in range(3)]
    beside = browser_on(log_in(make_user("bo"))).get("/saya/")
    stranger = [Client().get("/masuk/").status_code for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "5"
    assert answers[2].headers["Refresh"] == "5"
    assert answers[2].headers["Cache-Control"] == "no-store"
    assert beside.status_code == 200
    assert stranger == [200] * 5


def test_concurrent_api_reads_are_limited_with_an_api_error_body(ana, monkeypatch):
    monkeypatch.setattr(read_throttle, "WAIT_SECONDS_MAX", 0.01)
    browser = browser_on(log_in(ana))
    for _ in range(read_throttle.CONCURRENT_MAX):
        read_throttle.concurrent_pages.begin(ana.pk)

    refused = browser.get("/api/v1/me")
    for _ in range(read_throttle.CONCURRENT_MAX):
        read_throttle.concurrent_pages.end(ana.pk)
    answered = browser.get("/api/v1/me")

    assert (refused.status_code, answered.status_code) == (429, 200)
    assert refused.json()["code"] == "rate_limited"
    assert refused.headers["Retry-After"] == "1"


def test_read_throttle_does_not_block_forms(ana, allowance_of):
    allowance_of(0)
    browser = browser_on(log_in(ana))

    looked = browser.get("/saya/")
    sent = browser.post("/saya/tampilan/", {"theme": "dark"})

    assert (looked.status_code, sent.status_code) == (429, 302)


def test_page_with_twenty_pictures_opened_ten_times_is_not_limited(ana, monkeypatch):
    ordinary = Throttle(per_second=50, burst=300, timer=lambda: 100.0)
    monkeypatch.setattr(read_throttle, "read_throttle", ordinary)
    browser = browser_on(log_in(ana))
    picture = f"/media/avatar/{ana.public_id}/{'0' * 64}-128.webp"

    answers = [browser.get(path).status_code for path in ["/saya/", *[picture] * 20] * 10]

    assert 429 not in answers


@pytest.fixture
def held(ana):
    """A page that is held until it is let go, asked for by ana in many threads."""
    begun, go, outcomes = [], threading.Event(), []

    def page(request):
        begun.append(request.path)
        assert go.wait(10)
        return HttpResponse()

    ask = read_throttle.throttle_reads(page)

    def send(user, path="/saya/"):
        request = RequestFactory().get(path)
        request.user = user
        outcomes.append(ask(request).status_code)

    return send, begun, go, outcomes


def test_pages_of_one_person_at_once_leave_threads_for_others(ana, make_user, held, settings):
    send, begun, go, outcomes = held
    bo = make_user("bo")
    threads = [threading.Thread(target=send, args=(ana,)) for _ in range(20)]

    for thread in threads:
        thread.start()
    wait_until(lambda: len(outcomes) == 14, "fourteen are refused")
    others = [threading.Thread(target=send, args=(bo,)), threading.Thread(target=send, args=(ana, "/media/x"))]
    for thread in others:
        thread.start()
    wait_until(lambda: len(begun) == 6, "others are answered beside them")
    go.set()
    for thread in [*threads, *others]:
        thread.join()

    assert outcomes.count(429) == 14
    assert outcomes.count(200) == 8
    assert read_throttle.CONCURRENT_MAX + read_throttle.WAITING_MAX < settings.PAGE_THREADS
    assert not read_throttle.concurrent_pages._people


def test_slot_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr(read_throttle, "WAIT_SECONDS_MAX", 0.01)
    under_way = read_throttle.ConcurrentPageLimit()
    for _ in range(read_throttle.CONCURRENT_MAX):
        under_way.begin(1)

    with pytest.raises(RateLimited):
        under_way.begin(1)
    under_way.begin(2)
    under_way.end(1)
    under_way.begin(1)


def test_api_description_is_generated_once(db, monkeypatch):
    first = Client().get("/api/v1/schema/")
    monkeypatch.setattr(openapi, "build_description", lambda: pytest.fail("it is described anew"))

    again = Client().get("/api/v1/schema/")

    assert again.content == first.content
    assert json.loads(first.content)["openapi"] == "3.1.0"
    assert first.headers["Content-Type"] == "application/json"


def test_search_for_many_words_looks_for_the_first_four(db, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        public_catalog.find_shops(" ".join("abcdefghijklmnopqrstuvwxyz"), limit=5)

    assert asked.captured_queries[0]["sql"].lower().count("like") == 4 * 3


def test_concurrent_requests_of_one_person_leak_no_slot(in_threads):
    under_way = read_throttle.ConcurrentPageLimit()
    interval = sys.getswitchinterval()

    def many():
        for _ in range(3_000):
            under_way.begin(7)
            under_way.end(7)

    # Threads take turns within every few steps, so that they meet in each gap.
    sys.setswitchinterval(1e-6)
    try:
        outcomes = in_threads(*[many] * read_throttle.CONCURRENT_MAX)
    finally:
        sys.setswitchinterval(interval)

    assert outcomes == [None] * read_throttle.CONCURRENT_MAX
    assert under_way._people == {}
